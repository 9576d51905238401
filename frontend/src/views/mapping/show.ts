// Values of the rows as they will be sent, in a few words.
import { brief } from '../edit/values'
import type { Finding } from '../../types'
import type { LiveRow } from './types'

/** A value for a cell: of entries what names them, of lists all parts. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).filter(Boolean).join('; ')
  if (value && typeof value === 'object') {
    const one = value as Record<string, unknown>
    const first = one.name ?? one.title ?? one.term ?? one.place ?? one.identifier ?? one.id ?? one.start
    return first === undefined ? brief(value) : String(first)
  }
  return value === undefined || value === null || value === '' ? '' : brief(value)
}

export const rootOf = (finding: Finding): string => String(finding.where?.field ?? '').split('.')[0] ?? ''

/** What was found in a row, by field; '' is the row itself. */
export function byField(row: LiveRow): Record<string, Finding[]> {
  const found: Record<string, Finding[]> = {}
  for (const one of row.findings) (found[rootOf(one)] ??= []).push(one)
  return found
}

export const worst = (found: Finding[]): Finding['severity'] | '' =>
  found.some((one) => one.severity === 'error') ? 'error' : found.some((one) => one.severity === 'warning') ? 'warning' : found.length ? 'info' : ''

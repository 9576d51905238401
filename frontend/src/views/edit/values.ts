// Values of fields: which are empty, what an entry is called, where a finding belongs.
import { language, t } from '../../i18n/index.svelte'
import { store } from '../../store.svelte'
import { toText } from './html'
import type { Entry, Field, Origin, Term } from './types'

/** Empty as the server sees it: nothing of it would be kept. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined) return true
  if (typeof value === 'string') return !value.trim()
  if (Array.isArray(value)) return value.every(isEmpty)
  if (typeof value === 'object') return Object.values(value).every(isEmpty)
  return false
}

/** The places of the entries that the server keeps; its paths count these. */
export const keptIndexes = (entries: unknown[]): number[] => entries.flatMap((one, at) => (isEmpty(one) ? [] : [at]))

export const same = (a: unknown, b: unknown): boolean => (isEmpty(a) && isEmpty(b)) || JSON.stringify(a) === JSON.stringify(b)
export const entriesOf = (value: unknown): Entry[] =>
  Array.isArray(value) ? value.map((one) => (one && typeof one === 'object' && !Array.isArray(one) ? (one as Entry) : {})) : []
export const titleOf = (term: Term): string => term.titles[language.lang] ?? term.title
export const idOf = (path: string): string => `f-${path.replaceAll('.', '-')}`

/** A value in one line, as text. */
export function brief(value: unknown): string {
  if (isEmpty(value)) return t('nothing')
  const text = Array.isArray(value) ? value.map(brief).join('; ')
    : value && typeof value === 'object' ? Object.values(value).filter((one) => !isEmpty(one)).map(brief).join(', ')
    : (toText(String(value)) ?? String(value))
  return text.length > 240 ? `${text.slice(0, 240)}...` : text
}

const FIXED: Record<string, string> = {
  literal: 'Fixed value in the mapping', choose: 'Fixed value in the mapping', default: 'Default of the mapping', template: 'Built by the mapping',
  filename: 'From the file name', file: 'From the file', repository: 'From the repository',
}

/** Where a value comes from, in words. */
export function originText(origin: Origin | null, field: Field, env: string): string {
  if (!origin) return ''
  const text = ruleText(origin, field, env)
  return origin.env ? t('{origin}, as prepared in {env}', { origin: text, env: envTitle(origin.env) }) : text
}

function envTitle(name: string): string {
  const found = store.app?.environments.find((one) => one.name === name)
  return found ? (found.builtin ? t(found.title) : found.title || name) : name
}

function ruleText(origin: Origin, field: Field, env: string): string {
  if (origin.rule === 'by-hand') return field.env_only ? t('By hand, only in {env}', { env }) : t('By hand')
  if (origin.rule === 'pipeline') return origin.pipeline ? t('From pipeline {name}', { name: origin.pipeline }) : t('From a pipeline')
  const { column = '', table = '', row } = origin
  if (column && row) return t('From column “{column}”, {table} row {row}', { column, table, row: String(row) })
  if (column) return t('From column “{column}”', { column })
  return t(FIXED[origin.rule] ?? 'From the mapping')
}

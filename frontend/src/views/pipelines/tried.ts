// What a try made, as the server tells it.
import type { FileInfo, Finding } from '../../types'
import type { Plain } from './model'

export interface Before { name: string; path: string; media_type: string; role: string; size: number; upload: boolean; text: string | null }
export interface After extends Before { number: number; step: string; port: string; from: string[] }
export interface Evidence { text?: string; file?: string; confidence?: number }
export interface Difference { field: string; before: Plain | undefined; after: Plain | undefined; found: Plain; how: string; step: string; state: 'changed' | 'kept' | 'locked'; evidence?: Evidence[] }
export interface Told {
  job: number; before: Before[]; after: After[]; metadata: Difference[]; policy: boolean; values: Record<string, Record<string, string>>
  steps: { id: string; component: string; state: string; error: { message: string } | null }[]; findings: Finding[]
}

const MODELS = /\.(obj|glb|gltf|ply|stl)$/i

/** An output as the viewers take a file; its bytes come from the try. */
export const asFile = (job: number, one: After): FileInfo => ({
  path: one.path, role: one.role, size: one.size, status: 'valid', problems: [], id: -1 - one.number, media_type: one.media_type,
  view: MODELS.test(one.path) ? 'model' : one.media_type.startsWith('image/') || one.media_type === 'application/pdf' ? 'image' : '',
  url: `/api/constructor/tries/${job}/files/${one.number}`, preview: `/api/constructor/tries/${job}/pictures/${one.number}`,
})

/** Each output beside the file that it was made from; what was made from several stands alone. */
export function pairs(told: Told): { before: Before | null; after: After }[] {
  return told.after.map((after) => ({ after, before: origin(told, after) }))
}
function origin(told: Told, one: After, depth = 0): Before | null {
  if (one.from.length !== 1 || depth > 20) return null
  const source = told.before.find((file) => file.name === one.from[0])
  if (source) return source
  const step = told.after.find((other) => other.name === one.from[0] && other.number !== one.number)
  return step ? origin(told, step, depth + 1) : null
}

export const plainText = (value: Plain | undefined): string =>
  value === undefined || value === null || value === '' ? '' : typeof value === 'object' ? JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ') : String(value)

// The shapes of Edit; docs/reference/http.md says what they mean.
import type { Finding } from '../../types'

export interface Term { id: string; title: string; titles: Record<string, string>; url: string; words?: string[] }
export interface Schema {
  type?: string; title?: string; description?: string; format?: string; minLength?: number; maxLength?: number
  unsupported?: boolean; options?: Term[]; vocabulary?: string; items?: Schema; properties?: Record<string, Schema>; required?: string[]
}
export interface Origin { rule: string; table?: string; row?: number | null; column?: string; pipeline?: string; env?: string; kept?: boolean }
export interface Field {
  field: string; title: string; group: string; required: boolean; unsupported: boolean; schema: Schema; term: Term | null
  value: unknown; origin: Origin | null; state: 'mapped' | 'by-hand' | 'pipeline' | 'missing'
  locked: boolean; env_only: boolean; mapped: unknown; mapped_origin: Origin | null; stamp: string
}
export type Entry = Record<string, unknown>
export interface Preview {
  title: string; publication_date: string; version: string; embargo_date: string; doi: string
  upload_type: Term | null; image_type: Term | null; publication_type: Term | null; access_right: Term | null; license: Term | null; language: Term | null
  creators: (Record<string, string> & { type?: never })[]; contributors: PreviewEntry[]; dates: PreviewEntry[]; locations: PreviewEntry[]
  related_identifiers: PreviewEntry[]; subjects: PreviewEntry[]; communities: PreviewEntry[]; grants: PreviewEntry[]; keywords: string[]
  html: { field: string; title: string; html: string }[]
  files: { name: string; size: number }[]; file_count: number; bytes: number
}
export type PreviewEntry = Record<string, string | Term | null | undefined>
export interface Seen { findings: Finding[]; preview: Preview }
export interface Record_ extends Seen {
  item: number; key: string; title: string; env: string; env_title: string; state: string
  editable: boolean; why: string; stale: boolean; groups: { id: string; title: string }[]; fields: Field[]
}

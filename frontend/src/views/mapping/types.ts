// The shapes of Mapping; docs/reference/http.md says what they mean.
import type { Finding } from '../../types'
import type { Schema } from '../edit/types'

export type Plain = string | number | boolean | null | Plain[] | { [name: string]: Plain }
/** A rule as it stands in the YAML: {column: title, split: ";"}. */
export type Rule = { [name: string]: Plain }
/** An entry: rules by attribute; `each` gives one entry for every value. */
export type Entry = { [name: string]: Rule }
export type FieldValue = Rule | (Rule | Entry)[]
export type Key = string | { [name: string]: Plain }
export interface Values {
  'hdp-mapping'?: number; table?: string; sheet?: string; header?: number; encoding?: string; separator?: string
  key?: Key; fields?: Record<string, FieldValue>; leave_out?: { field: string; value: Plain }[]
}
export interface Applies { folders?: string[]; modality?: string[]; items?: number[] }
export interface Stored { name: string; active: boolean; table: string | null; applies: Applies; for: string; items: number; hash: string }
export interface Opened { name: string; text: string; base: string; hash: string; applies: Applies; active: boolean }
export interface Listed { mappings: Stored[]; modalities: { id: string; title: string }[]; folder: string; tables?: string[] }
export interface FieldInfo {
  field: string; title: string; group: string; required: boolean; recommended: boolean; filled_in: string
  when: Record<string, string>; schema: Schema
}
export interface Fields { fields: FieldInfo[]; groups: { id: string; title: string }[] }
export interface Look {
  path: string; table: string; columns: string[]; rows: string[][]; numbers: number[]
  sheets: { name: string; rows: number | null; columns: number | null; hidden: boolean }[]
  sheet: string; header: number; encoding: string; separator: string; findings: Finding[]; key: string
}
export interface LiveRow {
  item: number; key: string; file: string; title: string; metadata: Record<string, unknown>
  origins: Record<string, { rule: string; row?: number | null; column?: string }>; rows: number[]; findings: Finding[]
}
export interface Live { rows: LiveRow[]; total: number; offset: number; whole: boolean; columns: string[]; table_rows: number | null; findings: Finding[] }
export interface Made { text: string; lost: string[]; base: string; values: Values | null; table_path: string | null; findings: Finding[]; rows: Live | null; without: string[] }
export interface Match {
  items: number; rows: number; matched: number; loosely: number; several: number; ambiguous: number
  near: { ways: string[]; meaning: string; count: number; examples: { item: number; name: string; cell: string; row: number }[] }[]
  items_left: { count: number; first: { item: number; name: string }[] }
  rows_left: { count: number; first: { row: number; cell: string }[] }
  columns: { name: string; matched: number }[]
}
export interface Group {
  severity: Finding['severity']; code: string; field: string; message: string; hint: string; count: number; leave_out: boolean; findings: Finding[]
}
export interface Report { groups: Group[]; counts: { error: number; warning: number; info: number }; total: number; items: number; rows: number; unmatched_items: number[]; unmatched_rows: number[] }
export interface Differences {
  records: { item: number; title: string; state: string; mapping: string; fields: { field: string; before: unknown; after: unknown }[]; errors: Finding[] }[]
  total: number; errors: number
}

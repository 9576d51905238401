// What the server says that publishing a selection means; docs/reference/http.md has the words.
import { titleOf } from '../edit/values'
import type { Term } from '../edit/types'

export interface Named { item: number; title: string; value?: string }
export interface Consequences {
  records: number
  groups: { by: string; kinds: number; values: { value: string; terms: Term[]; count: number; outlier: boolean; records: Named[] }[] }[]
  accepted: { reason: string; status: string; count: number; records: Named[] }[]
  files: { kind: string; count: number; records: number; files: { item: number; title: string; file: string; message: string }[] }[]
  machine: { items: number[]; fields: { field: string; pipeline: string; count: number; records: (Named & { value: string })[] }[] }
  never_tried: number | null
}

/** A value in the page's language; what stands in brackets after its word is kept. */
export const inWords = (one: { value: string; terms: Term[] }): string =>
  one.terms.length ? one.terms.map(titleOf).join(', ') + (/ \(.*\)$/.exec(one.value)?.[0] ?? '') : one.value

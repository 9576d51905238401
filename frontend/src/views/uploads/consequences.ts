// What the server says that publishing a selection means; docs/reference/http.md has the words.
export interface Named { item: number; title: string; value?: string }
export interface Consequences {
  records: number
  groups: { by: string; kinds: number; values: { value: string; count: number; outlier: boolean; records: Named[] }[] }[]
  accepted: { reason: string; status: string; count: number; records: Named[] }[]
  files: { kind: string; count: number; records: number; files: { item: number; title: string; file: string; message: string }[] }[]
  machine: { items: number[]; fields: { field: string; pipeline: string; count: number; records: (Named & { value: string })[] }[] }
  never_tried: number | null
}

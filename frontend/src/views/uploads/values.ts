// A value that a pipeline wrote; docs/reference/http.md has the words.
export interface Evidence { text?: string; file?: string; model?: string; confidence?: number }
export interface Value {
  item: number; title: string; state: string; field: string; value: unknown; pipeline: string
  evidence: Evidence[]; mark: string; accepted: boolean
}

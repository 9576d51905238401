// The shapes that the server sends; docs/reference/http.md says what they mean.

export type Tone = 'idle' | 'ok' | 'warn' | 'loss' | 'accent'
export type Stage = 'prepare' | 'create' | 'drafts' | 'published'
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted'

export interface Where { item?: number | string; file?: string; field?: string; table?: string; row?: number; line?: number; column?: string | number }
export interface Finding { severity: 'error' | 'warning' | 'info'; code: string; message: string; hint?: string; where?: Where; args?: Record<string, unknown> }
export interface Problem { code: string; message: string; hint?: string; where?: Where; args?: Record<string, unknown>; findings?: Finding[]; report?: string }

export interface Environment { name: string; title: string; kind: 'practice' | 'sandbox' | 'production'; url: string; has_token: boolean; builtin?: boolean; token_source?: string | null }
export interface Project { name: string; code: string; path: string; environment: string; items: number }
export interface Recent { path: string; name: string; opened: string; exists: boolean }
export interface Preferences { language: 'system' | 'en' | 'de'; theme: 'system' | 'light' | 'dark'; rows: 'comfortable' | 'compact' }
export interface AppInfo {
  version: string; project: Project | null; environments: Environment[]; recents: Recent[]; preferences: Preferences
  demo: boolean; dialogs: boolean; read_only: boolean; warnings: Finding[]
}

export interface FileInfo {
  path: string; role: string; size: number; sha256?: string; md5?: string; status: string; problems: (string | Finding)[]
  id?: number; root?: string; parent?: string | null; media_type?: string; view?: 'model' | 'image' | ''; picture?: boolean
  /** Where its bytes and pictures come from, where it is no file of the project. */
  url?: string; preview?: string
}
export interface Item { set_aside?: string | null; accepted?: string | null; problems?: Finding[]; id: number; key: string; title: string; primary: string; files: FileInfo[]; state: string; env_states?: Record<string, string> }

export interface Row {
  item: number; key: string; title: string; subtitle: string; kind: string; picture?: boolean; machine?: number; version_of?: { number: number; record: string; concept_id: string }
  waits_for?: { pipeline: string; params: Record<string, unknown> }
  files: { total: number; uploaded: number; failed: number }
  bytes: { total: number; uploaded: number }
  status: { word: string; tone: Tone; reason: string }
  mapped: boolean
  findings?: { error: number; warning: number }
  state: string; remote_id: string | null; url: string | null; doi: string | null; updated: string | null
  actions: Record<string, string | null>
}
/** A row of the Files view. */
export interface ListRow {
  item: number; key: string; title: string; primary: string; kind: string; media_type: string; files: number; bytes: number
  status: string; state: string; set_aside: string | null; accepted: string | null; created: string; picture?: boolean
}
export interface ItemsPage { rows: ListRow[]; total: number; statuses: Record<string, number>; states: Record<string, number>; set_aside: number }
export interface Packed { name: string; kind: 'file' | 'zip' | 'flattened-mtl' | 'glb'; size: number | null; from: string[] }
export interface Packing { files: Packed[]; findings: Finding[]; choices: Record<string, unknown>; own?: Record<string, string> }
export interface ItemDetail { item: Item; kind: string; size: number; status: string; unchecked: number }

export interface Counts { prepare: number; create: number; drafts: number; published: number }
export interface UploadsPage { rows: Row[]; total: number; counts: Counts; states: Record<string, number> }

export interface Deposit {
  item: number; env: string; state: string; title: string; remote_id: string; concept_id: string; doi: string
  concept_doi: string; version: string; url: string; files: { name: string; size: number }[]; published?: string; updated?: string
}
export interface Group { next?: { item: number; state: string; remote_id: string | null } | null; concept_id: string; concept_doi: string; title: string; versions: Deposit[]; state?: string; items?: number[]; unsettled?: number | null }
export interface DepositFile { name: string; role: string; size: number; checksum: string; local_checksum: string; status: string; error: string | null }

export interface Job {
  id: number; kind: string; title: string; state: JobState; env: string; total: number; done: number; failed: number
  skipped: number; cancelled: number; running: number; share: number; bytes_done: number; bytes_total: number; started: string | null; finished: string | null; message: string
}
export interface Task { item: number | null; title: string; state: JobState | 'skipped'; done: number; total: number; message: string; error: Problem | null; finding?: Finding | null }

export interface ActionPreview {
  total: number; acts_on: number; skipped: { item: number; title?: string; reason: string }[]
  titles: string[]; public: string[]; final: string[]; needs_number: boolean
  lost?: { drafts: number; files: number; bytes: number; records: { item: number; title: string; remote_id: string }[] } | null
  never_tried?: number | null
}

export type Kind = 'files' | 'items' | 'deposits' | 'pipelines' | 'plugins' | 'settings' | 'project' | 'pictures'
export type ServerEvent = { seq: number; at: string } & (
  | { type: 'job'; job: Job }
  | { type: 'task'; job_id: number; task: Task }
  | { type: 'changed'; kinds: Kind[]; ids: number[] | null; by?: string | null }
  | { type: 'preview'; preview: PreviewFacts }
  | { type: 'dropped'; paths: string[] }
  | { type: 'asked'; path: string }
  | { type: 'said'; level: string; message: string }
  | { type: 'reset' }
)

export interface MappingField { field: string; title: string; required: boolean; rule: string; summary: string; state: 'mapped' | 'missing' | 'problem'; message: string }
export interface Mapping { name: string; yaml: string; table: string; sheet: string; key: string; hash: string; fields: MappingField[] }
export interface MappingAnswer { mapping: Mapping | null; columns: string[]; rows: { total: number }; findings: Finding[] }
export interface MappingPreview { metadata: Record<string, unknown>; origins: Record<string, { rule: string; table?: string; row?: number; column?: string }>; findings: Finding[] }

export interface Modality { id: string; title: string; summary: string; extensions: string[]; bundle: string; primary: string; pipelines?: string[] }
/** How far the look at a folder is that no project has yet. */
export interface PreviewFacts { id: string; state: 'running' | 'done' | 'cancelled' | 'failed'; stage: 'listing' | 'checking' | 'reading'; done: number; total: number; ready: boolean }

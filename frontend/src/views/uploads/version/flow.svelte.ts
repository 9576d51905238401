// Create New Version from Files: what was chosen so far, and what the server says of it.
import { get, post } from '../../../api'
import type { Finding } from '../../../types'
import { ui } from '../../../ui.svelte'
import { answered } from '../Questions.svelte'

export interface Candidate { item: number; key: string; title: string; doi: string | null; version: string | null; how?: string; reason?: string; confidence?: 'certain' | 'likely' | 'possible' }
export interface Unit { id: string; label: string; files: { path: string; name: string; size: number; role: string }[]; choice: number | null; ticked: boolean; candidates: Candidate[]; findings: { message: string; severity: string }[] }
interface Held { size: number; md5: string }
export interface Row { name: string; action: string; choices: string[]; old: Held | null; new: (Held & { path: string }) | null; derived: boolean }
export interface Planned { item: number; title: string; doi: string; number: number; version: { old: string | null; new: string | null }; files: Row[]; undecided: number; metadata: { field: string; before: unknown; after: unknown }[]; open_draft: { id: string; url: string; title: string } | null; problem: string; same: boolean }
export interface Plan { records: Planned[]; undecided: number; problems: number; same: number; counts: Record<string, number>; total: number }
interface Look { look: string; state: string; done: number; total: number; error: { message: string; hint?: string; findings?: Finding[] } | null; units: Unit[]; records: number; left_out: Finding[] }

export const STEPS = ['New files', 'Matches', 'Pipeline', 'Metadata', 'Files of the new version', 'Confirm'] as const
const ASK_MS = 250

const PARTS = /\[(!?)(\]?[^\]]*)\]|[.*+?^${}()|[\]\\/]/g
/** Whether a name fits a pattern with *, ? and [ab], as on the command line; no pattern fits all. */
export function fitting(pattern: string): (name: string) => boolean {
  if (!pattern.trim()) return () => true
  const source = pattern.trim().toLowerCase().replace(PARTS, (part: string, not: string, set?: string) =>
    part === '*' ? '.*' : part === '?' ? '.' : set ? `[${not ? '^' : ''}${set.replace(/[\\^[\]/]/g, '\\$&')}]` : `\\${part}`)
  try {
    const whole = new RegExp(`^${source}$`, 'su')
    return (name) => whole.test(name.toLowerCase())
  } catch {
    return () => false // a range from z to a
  }
}

export class Flow {
  step = $state(0)
  paths = $state<string[]>([''])
  table = $state('')
  looking = $state(false)
  look = $state.raw<Look | null>(null)
  choices = $state<Record<string, number | null>>({})
  byHand = $state<Record<string, Candidate>>({})
  pipeline = $state('')
  params = $state<Record<string, string>>({})
  version = $state('')
  day = $state('')
  note = $state('')
  mapping = $state(false)
  decisions = $state<Record<number, Record<string, string>>>({})
  adopt = $state<Record<number, string>>({})
  plan = $state.raw<Plan | null>(null)
  planning = $state(false)
  private closed = false

  constructor(readonly env: string, readonly items: number[] | null) {}

  get chosen(): number {
    return Object.values(this.choices).filter((item) => item !== null).length
  }

  get files(): string[] {
    return this.paths.map((one) => one.trim()).filter(Boolean)
  }

  get trouble(): string {
    return this.look?.state === 'failed' ? (this.look.error?.message ?? '') : ''
  }

  /** Nothing more is asked; what is still being read is left. */
  end(): void {
    this.closed = true
    if (this.looking) void post('/versions/forget').catch(() => undefined)
  }

  /** Reads the new files; true when the list of matches is there. */
  async read(): Promise<boolean> {
    this.looking = true
    this.look = null
    this.plan = null
    const asked = { env: this.env, table: this.table.trim() || undefined, items: this.items ?? undefined }
    const from = this.files.length > 1 ? { paths: this.files } : { folder: this.files[0] }
    let told = await ui.try(() => post<Look>('/versions/look', { ...asked, ...from }))
    while (told && told.state === 'looking' && !this.closed) {
      this.look = told
      await new Promise((done) => setTimeout(done, ASK_MS))
      const id: string = told.look
      told = await ui.try(() => get<Look>(`/versions/look/${id}`))
    }
    if (told?.state === 'ready') told = await ui.try(() => get<Look>(`/versions/look/${told!.look}`))
    this.looking = false
    this.look = told ?? null
    if (told?.state !== 'ready') return false
    this.choices = Object.fromEntries(told.units.map((unit) => [unit.id, unit.choice]))
    this.byHand = {}
    this.decisions = {}
    this.adopt = {}
    return true
  }

  async search(words: string): Promise<Candidate[]> {
    const answer = await ui.try(() => get<{ records: Candidate[] }>(`/versions/look/${this.look!.look}/records`, { search: words }))
    return answer?.records ?? []
  }

  get body(): Record<string, unknown> {
    return {
      look: this.look?.look, choices: this.choices, pipeline: this.pipeline, params: answered(this.params), decisions: this.decisions, mapping: this.mapping,
      note: this.note, metadata: { version: this.version.trim(), publication_date: this.day }, adopt: this.adopt,
    }
  }

  /** What would be made; nothing is sent. */
  async compose(): Promise<boolean> {
    this.planning = true
    this.plan = (await ui.try(() => post<Plan>('/versions/plan', this.body))) ?? null
    this.planning = false
    return this.plan !== null
  }

  /** Another pipeline asks other things, and may make none of the files that were to be made anew. */
  usePipeline(name: string): void {
    if (this.pipeline === name) return
    this.pipeline = name
    this.params = {}
    const kept = (all: Record<string, string>) => Object.fromEntries(Object.entries(all).filter(([, action]) => action !== 'regenerate'))
    this.decisions = Object.fromEntries(Object.entries(this.decisions).map(([item, all]) => [item, kept(all)]))
  }

  decide(item: number, name: string, action: string): void {
    this.decisions[item] = { ...this.decisions[item], [name]: action }
    this.patch((row, of) => (of === item && row.name === name ? action : row.action))
  }

  /** The files that can be decided, of all whose name fits a pattern such as *_master.tif. */
  open(pattern: string): Row[] {
    const fits = fitting(pattern)
    return (this.plan?.records ?? []).flatMap((record) => record.files.filter((row) => row.choices.length > 0 && fits(row.name)))
  }

  /** The same for all of them that wait for a decision, or were decided the other way. */
  decideAll(action: string, pattern = ''): void {
    const fits = fitting(pattern)
    const meant = (row: Row): boolean => row.choices.includes(action) && fits(row.name)
    for (const record of this.plan?.records ?? [])
      for (const row of record.files) if (meant(row)) this.decisions[record.item] = { ...this.decisions[record.item], [row.name]: action }
    this.patch((row) => (meant(row) ? action : row.action))
  }

  /** Records in which nothing would change get no new version. */
  async leaveOutSame(): Promise<void> {
    const same = new Set(this.plan?.records.filter((record) => record.same).map((record) => record.item))
    for (const [unit, item] of Object.entries(this.choices)) if (item !== null && same.has(item)) this.choices[unit] = null
    await this.compose()
  }

  private patch(now: (row: Row, item: number) => string): void {
    if (!this.plan) return
    const records = this.plan.records.map((record) => {
      const files = record.files.map((row) => ({ ...row, action: now(row, record.item) }))
      return { ...record, files, undecided: files.filter((row) => !row.action).length }
    })
    this.plan = { ...this.plan, records, undecided: records.reduce((sum, one) => sum + one.undecided, 0) }
  }

  async start(): Promise<number | null> {
    const answer = await ui.try(() => post<{ job: number }>('/versions/start', this.body))
    return answer?.job ?? null
  }
}

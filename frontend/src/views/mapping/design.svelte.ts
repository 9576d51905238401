// A mapping being made: its values here, its text and rows from the server; nothing is kept before Save.
import { ApiError, asError, get, post } from '../../api'
import { store } from '../../store.svelte'
import type { Finding } from '../../types'
import { clean, columnsOf, keyColumn, withKey } from './model'
import type { Applies, Differences, FieldInfo, Fields, FieldValue, Group, Listed, Live, Look, Made, Match, Opened, Report, Values } from './types'

const PAUSE = 300
export const PAGE = 20
export const STEPS = ['Table', 'Rows and items', 'Fields', 'Check'] as const
export interface Reading { sheet?: string; header?: number; encoding?: string; separator?: string }

export class Design {
  listed = $state.raw<Listed | null>(null)
  info = $state.raw<Fields | null>(null)
  /** The mapping as it was opened; null while none is. */
  opened = $state.raw<Opened | null>(null)
  name = $state('')
  applies = $state.raw<Applies>({})
  values = $state.raw<Values>({})
  /** What a person wrote: values are written into it, so that comments stay. */
  origin = $state.raw('')
  text = $state.raw('')
  path = $state.raw<string | null>(null)
  step = $state(0)
  look = $state.raw<Look | null>(null)
  lookError = $state.raw<ApiError | null>(null)
  looking = $state(false)
  proposals = $state.raw<Record<string, FieldValue>>({})
  live = $state.raw<Live | null>(null)
  findings = $state.raw<Finding[]>([])
  without = $state.raw<string[]>([])
  lost = $state.raw<string[]>([])
  making = $state(false)
  error = $state.raw<ApiError | null>(null)
  match = $state.raw<Match | null>(null)
  matchError = $state.raw<ApiError | null>(null)
  matching = $state(false)
  report = $state.raw<Report | null>(null)
  checking = $state(false)
  offset = $state(0)
  /** The field that is open at the left. */
  field = $state('')
  private before = $state.raw('')
  private timer: ReturnType<typeof setTimeout> | undefined
  private turns: Record<string, number> = {}

  get fields(): FieldInfo[] {
    return this.info?.fields ?? []
  }

  get isNew(): boolean {
    return !this.opened?.hash
  }

  private get state(): string {
    return JSON.stringify([this.values, this.applies, this.origin])
  }

  get dirty(): boolean {
    return this.opened !== null && this.state !== this.before
  }

  get sent(): { values: Values; unfinished: string[] } {
    return clean(this.values, this.fields)
  }

  get columns(): string[] {
    return this.look?.columns ?? this.live?.columns ?? []
  }

  get missing(): FieldInfo[] {
    return this.fields.filter((one) => one.required && !(one.field in (this.values.fields ?? {})))
  }

  info_of = (name: string): FieldInfo | undefined => this.fields.find((one) => one.field === name)

  /** Columns that rules read and the table does not have. */
  get lostColumns(): string[] {
    if (!this.look) return []
    const used = Object.values(this.values.fields ?? {}).flatMap(columnsOf)
    return [...new Set(used)].filter((one) => !this.look!.columns.includes(one))
  }

  private begin(what: string): () => boolean {
    const turn = (this.turns[what] ?? 0) + 1
    this.turns[what] = turn
    return () => this.turns[what] === turn
  }

  async list(): Promise<Listed> {
    const [listed, info] = await Promise.all([get<Listed>('/mapping/list'), get<Fields>('/mapping/fields', { env: store.envName })])
    ;[this.listed, this.info] = [listed, info]
    return listed
  }

  close(): void {
    clearTimeout(this.timer)
    for (const what of ['make', 'look', 'match', 'check']) this.begin(what)
    this.opened = this.look = this.live = this.match = this.report = this.lookError = this.error = this.matchError = null
    ;[this.values, this.applies, this.origin, this.text, this.name, this.path, this.proposals] = [{}, {}, '', '', '', null, {}]
    ;[this.findings, this.without, this.lost, this.offset, this.field] = [[], [], [], 0, '']
    this.before = ''
  }

  /** A mapping of the project, of a file or of elsewhere; `kept` says that it is the project's. */
  async open(opened: Opened, kept: boolean): Promise<void> {
    const made = await post<Made>('/mapping/make', { text: opened.text, base: opened.base, name: opened.name, applies: opened.applies, env: store.envName, quick: true, limit: PAGE })
    this.close()
    ;[this.opened, this.name, this.applies, this.origin] = [kept ? opened : { ...opened, hash: '' }, opened.name, opened.applies, opened.text]
    this.values = made.values ?? {}
    this.before = kept ? this.state : ''
    this.step = 2
    this.take(made)
    if (this.path) void this.lookAt(this.path, this.reading())
  }

  fresh(): void {
    this.close()
    this.opened = { name: '', text: '', base: this.listed?.folder ?? '', hash: '', applies: {}, active: false }
    this.values = { 'hdp-mapping': 1 }
    this.before = this.state
    this.step = 0
  }

  reading(): Reading {
    const { sheet, header, encoding, separator } = this.values
    return { sheet, header: header ?? 1, encoding, separator }
  }

  async lookAt(path: string, reading: Reading): Promise<void> {
    const ours = this.begin('look')
    this.looking = true
    try {
      const look = await post<Look>('/mapping/look', { path, base: this.opened?.base, ...reading })
      if (!ours()) return
      ;[this.look, this.lookError] = [look, null]
      await this.propose(ours)
    } catch (thrown) {
      if (!ours()) return
      this.lookError = asError(thrown)
      this.look = null
    } finally {
      if (ours()) this.looking = false
    }
  }

  private async propose(ours: () => boolean): Promise<void> {
    const look = this.look!
    const { sheet, header, encoding, separator } = look
    const body = { path: look.path, sheet: look.sheets.length ? sheet : undefined, header, encoding: look.sheets.length ? undefined : encoding, separator: look.sheets.length ? undefined : separator, key: look.columns.includes(keyColumn(this.values.key)) ? keyColumn(this.values.key) : '', env: store.envName }
    const { fields } = await post<{ fields: Record<string, FieldValue> }>('/mapping/propose', body)
    if (ours()) this.proposals = fields
  }

  get proposed(): string[] {
    return Object.keys(this.proposals).filter((name) => !(name in (this.values.fields ?? {})) && this.info_of(name))
  }

  /** Another table: it is looked at, and written down with how it was read. */
  async chooseTable(path: string): Promise<void> {
    this.look = null
    await this.lookAt(path, {})
    const look = this.look as Look | null
    if (!look) return
    const { sheet: _, header: __, encoding: ___, separator: ____, ...rest } = this.values
    const known = look.columns.includes(keyColumn(this.values.key))
    this.path = look.path
    if (!this.name) this.name = (look.path.split(/[\\/]/).pop() ?? '').replace(/\.[^.]*$/, '')
    this.put({
      ...rest, table: look.table, key: known ? this.values.key! : look.key,
      ...(look.sheets.length > 1 ? { sheet: look.sheet } : {}), ...(look.header !== 1 ? { header: look.header } : {}),
      ...(look.encoding && look.findings.some((one) => one.code === 'encoding-guessed') ? { encoding: look.encoding } : {}),
    })
  }

  /** Another way to read the table. */
  async read(change: Reading): Promise<void> {
    if (!this.path) return
    const made: Values = { ...this.values, ...change }
    if (!made.sheet) delete made.sheet
    if (!made.encoding) delete made.encoding
    if (!made.separator) delete made.separator
    if (!made.header || made.header === 1) delete made.header
    this.put(made)
    await this.lookAt(this.path, { ...this.reading() })
    const look = this.look as Look | null
    if (look && !look.columns.includes(keyColumn(this.values.key))) this.put({ ...this.values, key: withKey(this.values.key, { column: look.key }) })
  }

  withoutTable(): void {
    const { table: _, key: __, sheet: ___, header: ____, encoding: _____, separator: ______, ...rest } = this.values
    ;[this.look, this.lookError, this.path, this.proposals, this.match] = [null, null, null, {}, null]
    this.put(rest)
  }

  put(values: Values): void {
    this.values = values
    this.report = null
    this.soon()
  }

  set(name: string, value: FieldValue | undefined): void {
    const { [name]: _, ...rest } = this.values.fields ?? {}
    if (value === undefined) this.put({ ...this.values, fields: rest })
    else this.put({ ...this.values, fields: name in (this.values.fields ?? {}) ? { ...this.values.fields, [name]: value } : { ...rest, [name]: value } })
  }

  accept(name: string): void {
    this.set(name, this.proposals[name])
  }

  acceptAll(): void {
    const taken = Object.fromEntries(this.proposed.map((name) => [name, this.proposals[name]!]))
    this.put({ ...this.values, fields: { ...this.values.fields, ...taken } })
  }

  setApplies(applies: Applies): void {
    this.applies = applies
    ;[this.offset, this.report] = [0, null]
    this.soon()
  }

  private soon(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.make(), PAUSE)
  }

  body(): Record<string, unknown> {
    return { text: this.origin, base: this.opened?.base, name: this.name, applies: this.applies, env: store.envName }
  }

  /** The text and the rows as the values are now; of a large table the first rows first. */
  async make(): Promise<boolean> {
    clearTimeout(this.timer)
    if (!this.opened) return false
    const ours = this.begin('make')
    this.making = true
    try {
      let quick = true
      for (;;) {
        const made = await post<Made>('/mapping/make', { ...this.body(), values: this.sent.values, offset: this.offset, limit: PAGE, quick })
        if (!ours()) return false
        this.take(made)
        if (!quick || !made.rows || made.rows.whole) break
        quick = false
      }
      if (this.step === 1) void this.matchKeys()
      return true
    } catch (thrown) {
      if (ours()) this.error = asError(thrown)
      return false
    } finally {
      if (ours()) this.making = false
    }
  }

  private take(made: Made): void {
    this.error = null
    ;[this.text, this.lost, this.findings, this.without] = [made.text, made.lost, made.findings, made.without]
    if (made.table_path) this.path = made.table_path
    if (made.rows || !made.without.length) this.live = made.rows
  }

  async turnTo(offset: number): Promise<void> {
    this.offset = offset
    await this.make()
  }

  async matchKeys(): Promise<void> {
    if (!this.values.table || !keyColumn(this.values.key)) return void (this.match = null)
    const ours = this.begin('match')
    this.matching = true
    try {
      const match = await post<Match>('/mapping/match', { ...this.body(), values: this.sent.values })
      if (ours()) [this.match, this.matchError] = [match, null]
    } catch (thrown) {
      if (ours()) [this.match, this.matchError] = [null, asError(thrown)]
    } finally {
      if (ours()) this.matching = false
    }
  }

  async check(): Promise<void> {
    const ours = this.begin('check')
    this.checking = true
    try {
      if (!(await this.make())) return
      const report = await post<Report>('/mapping/check-all', { ...this.body(), text: this.text })
      if (ours()) [this.report, this.error] = [report, null]
    } catch (thrown) {
      if (ours()) this.error = asError(thrown)
    } finally {
      if (ours()) this.checking = false
    }
  }

  async leaveOut(group: Group): Promise<number> {
    const { text, count } = await post<{ text: string; count: number }>('/mapping/leave-out', { ...this.body(), text: this.text, code: group.code, field: group.field })
    if (count) {
      await this.useText(text)
      await this.check()
    }
    return count
  }

  /** A text written by hand becomes the mapping; throws where it cannot be read. */
  async useText(text: string): Promise<void> {
    clearTimeout(this.timer)
    const ours = this.begin('make')
    const made = await post<Made>('/mapping/make', { ...this.body(), text, offset: this.offset, limit: PAGE, quick: true })
    const [wrong] = made.findings
    if (!made.values) throw new ApiError(400, { ...(wrong ?? { message: 'This is no mapping.' }), findings: [] })
    if (!ours()) return
    const table = this.values.table
    ;[this.origin, this.values, this.report, this.making] = [text, made.values, null, false]
    this.take(made)
    if (this.path && (made.values.table !== table || !this.look)) void this.lookAt(this.path, this.reading())
  }

  async differences(): Promise<Differences> {
    await this.make()
    return post<Differences>('/mapping/differences', { ...this.body(), text: this.text })
  }

  /** Keeps the mapping; `replace` also where it was changed elsewhere meanwhile. */
  async save(name: string, replace: boolean): Promise<void> {
    const same = name === this.opened?.name
    const seen = replace ? undefined : same ? this.opened!.hash : ''
    const opened = await post<Opened>('/mapping/save', { ...this.body(), text: this.text, name, seen })
    ;[this.opened, this.name, this.origin, this.applies, this.lost] = [opened, opened.name, opened.text, opened.applies, []]
    this.before = this.state
    this.listed = await get<Listed>('/mapping/list')
  }

  stop(): void {
    this.close()
  }
}

// One record being edited: what the server has, what was typed, and what was found in it.
import { asError, post } from '../../api'
import type { Finding } from '../../types'
import type { Field, Record_, Seen } from './types'
import { isEmpty, keptIndexes, same } from './values'

const PAUSE = 350

export class Editing {
  record = $state.raw<Record_ | null>(null)
  /** What was typed, by field. */
  typed = $state.raw<Record<string, unknown>>({})
  /** Fields to be given back to the mapping. */
  back = $state.raw<string[]>([])
  /** Locks that were switched, by field. */
  locks = $state.raw<Record<string, boolean>>({})
  /** Fields changed here that others stored meanwhile, until one of both is chosen. */
  theirs = $state.raw<Record<string, Field>>({})
  seen = $state.raw<Seen | null>(null)
  envOnly = $state(false)
  saving = $state(false)
  private timer: ReturnType<typeof setTimeout> | undefined
  private turn = 0

  /** The record as it is stored; what was typed goes. */
  take(record: Record_): void {
    this.turn += 1
    clearTimeout(this.timer)
    this.record = record
    this.seen = { findings: record.findings, preview: record.preview }
    ;[this.typed, this.back, this.locks, this.theirs] = [{}, [], {}, {}]
  }

  /** The record as others left it; what was typed here stays, and nobody's words are lost silently. */
  rebase(record: Record_): void {
    const before = this.record
    if (!this.dirty || before?.item !== record.item || before.env !== record.env) return this.take(record)
    const stamps = new Map(before.fields.map((one) => [one.field, one.stamp]))
    const mine = this.names
    const late = record.fields.filter((one) => mine.has(one.field) && stamps.get(one.field) !== one.stamp)
    this.theirs = Object.fromEntries(late.map((one) => [one.field, one]))
    // With the old stamp the server refuses to store over theirs.
    this.record = { ...record, fields: record.fields.map((one) => (one.field in this.theirs ? { ...one, stamp: stamps.get(one.field)! } : one)) }
    if (record.editable) this.checkSoon()
  }

  /** Both are known: what is here may now replace what others stored. */
  keepMine(name: string): void {
    const { [name]: chosen, ...rest } = this.theirs
    if (!chosen || !this.record) return
    this.theirs = rest
    this.record = { ...this.record, fields: this.record.fields.map((one) => (one.field === name ? { ...one, stamp: chosen.stamp } : one)) }
  }

  takeTheirs(field: Field): void {
    this.keepMine(field.field)
    const { [field.field]: _, ...locks } = this.locks
    this.locks = locks
    this.undo(field)
  }

  private get names(): Set<string> {
    return new Set([...Object.keys(this.typed), ...this.back, ...Object.keys(this.locks)])
  }

  get count(): number {
    return this.names.size
  }

  get dirty(): boolean {
    return this.count > 0
  }

  get errors(): Finding[] {
    return (this.seen?.findings ?? []).filter((one) => one.severity === 'error' && one.where?.field)
  }

  changed = (field: Field): boolean => field.field in this.typed || this.back.includes(field.field)
  locked = (field: Field): boolean => this.locks[field.field] ?? field.locked

  value = (field: Field): unknown => {
    if (field.field in this.typed) return this.typed[field.field]
    return this.back.includes(field.field) ? field.mapped : field.value
  }

  type(field: Field, value: unknown): void {
    this.back = this.back.filter((one) => one !== field.field)
    const { [field.field]: _, ...rest } = this.typed
    this.typed = same(value, field.value) && !this.halfEntries(value) ? rest : { ...rest, [field.field]: value }
    this.checkSoon()
  }

  private halfEntries(value: unknown): boolean {
    return Array.isArray(value) && value.some(isEmpty)
  }

  undo(field: Field): void {
    const { [field.field]: _, ...rest } = this.typed
    this.typed = rest
    this.back = this.back.filter((one) => one !== field.field)
    this.checkSoon()
  }

  giveBack(field: Field): void {
    this.undo(field)
    this.back = [...this.back, field.field]
    this.checkSoon()
  }

  lock(field: Field): void {
    const { [field.field]: before, ...rest } = this.locks
    this.locks = before === undefined ? { ...rest, [field.field]: !field.locked } : rest
  }

  private body(): Record<string, unknown> {
    const names = this.names
    const switched = (on: boolean) => Object.keys(this.locks).filter((one) => this.locks[one] === on)
    const stamps = Object.fromEntries((this.record?.fields ?? []).filter((one) => names.has(one.field)).map((one) => [one.field, one.stamp]))
    return { env: this.record?.env, set: this.typed, unset: this.back, lock: switched(true), unlock: switched(false), env_only: this.envOnly, stamps }
  }

  private checkSoon(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.check(), PAUSE)
  }

  private async check(): Promise<void> {
    const turn = ++this.turn
    if (!this.record) return
    try {
      const seen = await post<Seen>(`/items/${this.record.item}/metadata/check`, this.body())
      if (turn === this.turn) this.seen = seen
    } catch {
      // Saving says what is wrong; a check that fails must not stop anybody from typing.
    }
  }

  /** Stores everything; an error of the server as an error, its findings beside the fields. */
  async save(): Promise<void> {
    if (!this.record) return
    this.saving = true
    clearTimeout(this.timer)
    this.turn += 1
    try {
      this.take(await post<Record_>(`/items/${this.record.item}/metadata`, this.body()))
    } catch (thrown) {
      const error = asError(thrown)
      if (error.findings.length && this.seen) {
        const told = new Set(error.findings.map((one) => one.where?.field))
        this.seen = { ...this.seen, findings: [...error.findings, ...this.seen.findings.filter((one) => !told.has(one.where?.field))] }
      }
      throw error
    } finally {
      this.saving = false
    }
  }

  stop(): void {
    this.turn += 1
    clearTimeout(this.timer)
  }

  /** Findings at a dotted path; empty entries, which the server does not count, are counted here. */
  at = (path: string): Finding[] => (this.seen?.findings ?? []).filter((one) => this.place(String(one.where?.field ?? '')) === path)

  /** Findings somewhere below a path. */
  below = (path: string): Finding[] => (this.seen?.findings ?? []).filter((one) => this.place(String(one.where?.field ?? '')).startsWith(`${path}.`))

  private place(path: string): string {
    const [name = '', index, ...rest] = path.split('.')
    const value = this.typed[name]
    if (index === undefined || !Array.isArray(value)) return path
    return [name, keptIndexes(value)[Number(index)] ?? index, ...rest].join('.')
  }
}

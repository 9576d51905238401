// A pipeline that is being changed: one text, and the form's view of it. Whoever changed last wins, nothing is lost.
import { get, post } from '../../api'
import type { Finding } from '../../types'
import type { Model, Opened, Said, Words } from './model'

type Change = (model: Model) => Model
const READ_AFTER = 250
const WRITE_AFTER = 60

export class Draft {
  name = $state('')
  own = $state(false)
  text = $state('')
  saved = $state('')
  hash = $state('')
  /** What the form shows: the last text that could be read, with what was just chosen. */
  model = $state.raw<Model | null>(null)
  readable = $state(true)
  valid = $state(false)
  findings = $state.raw<Finding[]>([])
  words = $state.raw<Words | null>(null)
  busy = $state(false)
  trouble = $state('')
  changed = $derived(this.text !== this.saved)
  private truth: Model | null = null
  private typed = false
  private pending: Change[] = []
  private timer: ReturnType<typeof setTimeout> | undefined
  private turn: Promise<void> = Promise.resolve()

  async open(name: string, env: string): Promise<void> {
    const [words, opened] = await Promise.all([this.words ?? get<Words>('/constructor/words', { env }), get<Opened>(`/constructor/pipelines/${encodeURIComponent(name)}`)])
    this.words = words
    this.take(opened)
  }

  take(opened: Opened): void {
    clearTimeout(this.timer)
    ;[this.typed, this.pending] = [false, []]
    ;[this.name, this.own, this.hash, this.saved] = [opened.name, opened.own, opened.hash, opened.yaml]
    this.hear(opened)
  }

  private hear(said: Said): void {
    this.text = said.yaml
    this.readable = said.model !== null
    this.truth = said.model
    if (said.model) this.model = said.model
    ;[this.valid, this.findings] = [said.valid, said.findings]
  }

  /** The person typed in the YAML. */
  type(text: string): void {
    if (text === this.text) return
    this.text = text
    this.typed = true
    this.later(READ_AFTER)
  }

  /** The person changed something in the form: it is shown at once, and written into the text. */
  change(change: Change): void {
    if (!this.model || !this.own) return
    this.model = change(this.model)
    this.pending.push(change)
    this.later(WRITE_AFTER)
  }

  private later(after: number): void {
    this.busy = true
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.settle(), after)
  }

  /** Waits until form and text say the same. */
  settle(): Promise<void> {
    clearTimeout(this.timer)
    this.turn = this.turn.then(() => this.round())
    return this.turn
  }

  private async round(): Promise<void> {
    try {
      while (this.typed || this.pending.length) await (this.typed ? this.read() : this.write())
      this.trouble = ''
    } catch (thrown) {
      this.pending = []
      this.trouble = (thrown as Error).message
      if (this.truth) this.model = this.truth
    } finally {
      this.busy = this.typed || this.pending.length > 0
    }
  }

  private async read(): Promise<void> {
    const text = this.text
    this.typed = false
    const said = await post<Said>('/constructor/read', { yaml: text })
    if (this.text !== text) return
    this.hear(said)
    if (!this.readable) this.pending = []
    if (this.pending.length && this.model) this.model = this.pending.reduce((model, one) => one(model), this.model)
  }

  private async write(): Promise<void> {
    const [text, mine] = [this.text, [...this.pending]] // what is changed meanwhile waits for the next turn
    if (!this.truth) return void (this.pending = [])
    const model = mine.reduce((now, one) => one(now), this.truth)
    const said = await post<Said>('/constructor/write', { yaml: text, model })
    if (this.text !== text) return // typed meanwhile: read that, then write these changes into it
    this.pending = this.pending.slice(mine.length)
    this.hear(said)
    if (this.pending.length && this.model) this.model = this.pending.reduce((now, one) => one(now), this.model)
  }

  async save(): Promise<void> {
    await this.settle()
    const text = this.text
    const answer = await post<{ hash: string }>('/constructor/save', { name: this.name, yaml: text, hash: this.hash })
    ;[this.hash, this.saved] = [answer.hash, text]
  }
}

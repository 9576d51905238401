// The look at the folder: begins it, hears how far it is, keeps the list in view while it changes.
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { asError, get, post, type ApiError } from '../../api'
import { Pages } from '../../pages.svelte'
import type { PreviewFacts } from '../../types'
import { form, type Hand } from './form.svelte'
import { lineId, type Line, type LinesPage, type Summary } from './review'

export class Looking {
  id = $state('')
  /** The look whose pictures are shown: a new one has none before it has listed the folder. */
  pictured = $state('')
  facts = $state.raw<PreviewFacts | null>(null)
  error = $state.raw<ApiError | null>(null)
  search = $state('')
  status = $state('')
  code = $state('')
  open = new SvelteSet<string>()
  chosen = new SvelteMap<string, Line>()
  pages = new Pages<Line, LinesPage>((offset, limit) =>
    post<LinesPage>(`/previews/${this.id}/lines`, { status: this.status, search: this.search, code: this.code, open: [...this.open], offset, limit }),
  )
  private turn = 0
  private timer: ReturnType<typeof setTimeout> | undefined

  get running(): boolean {
    return this.facts?.state === 'running'
  }

  /** Looks at the folder again; what is on the screen stays until there is something new. */
  async scan(): Promise<void> {
    const turn = ++this.turn
    this.error = null
    try {
      const facts = await post<PreviewFacts>('/project/preview', form.body())
      if (turn !== this.turn) return
      this.id = facts.id
      this.facts = facts
      await this.fetch()
    } catch (thrown) {
      if (turn === this.turn) [this.error, this.facts] = [asError(thrown), null]
    }
  }

  /** An event told how far it is. */
  hear(facts: PreviewFacts | null): void {
    if (!facts || facts.id !== this.id) return
    const news = facts.state !== this.facts?.state || facts.ready !== this.facts?.ready || facts.stage !== 'reading'
    this.facts = facts
    if (news) void this.fetch()
  }

  private busy = false
  private again = false
  private async fetch(): Promise<void> {
    clearTimeout(this.timer)
    if (this.busy) return void (this.again = true)
    this.busy = true
    const turn = this.turn
    try {
      const summary = await get<Summary>(`/previews/${this.id}`)
      if (turn === this.turn) await this.take(summary)
    } catch (thrown) {
      if (turn === this.turn && asError(thrown).code !== 'no-preview') this.error = asError(thrown)
    }
    this.busy = false
    if (this.again) {
      this.again = false
      void this.fetch()
    } else if (this.running) this.timer = setTimeout(() => void this.fetch(), 2000) // an event may be lost
  }

  private async take(summary: Summary): Promise<void> {
    this.facts = summary
    if (summary.error) this.error = asError(summary.error)
    if (!summary.ready) return
    form.summary = summary
    this.pictured = summary.id
    await this.pages.refresh()
  }

  filter(): void {
    this.chosen.clear()
    this.pages.restart()
  }

  toggle(primary: string): void {
    if (!this.open.delete(primary)) this.open.add(primary)
    void this.pages.refresh()
  }

  select(line: Line, on: boolean): void {
    if (on) this.chosen.set(lineId(line), line)
    else this.chosen.delete(lineId(line))
  }

  /** Does something with items or files by hand, and looks again. */
  async arrange(action: string, more: Record<string, unknown>): Promise<void> {
    const hand = await post<Hand>(`/previews/${this.id}/arrange`, { action, ...more, ...form.hand })
    form.arrange(hand)
    this.chosen.clear()
    const { items, files } = more as { items: string[]; files: string[] }
    // An item is known by its primary file: unfolded, it stays so under another.
    if (action === 'primary' && this.open.delete(items[0]!)) this.open.add(files[0]!)
    await this.scan()
  }

  async undo(): Promise<void> {
    form.undo()
    this.chosen.clear()
    await this.scan()
  }

  async cancel(): Promise<void> {
    if (this.id) this.facts = await post<PreviewFacts>(`/previews/${this.id}/cancel`)
  }

  stop(): void {
    this.turn += 1
    clearTimeout(this.timer)
  }
}

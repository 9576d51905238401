// A long list of the server's, fetched in pages of 100 as they come into view.
import { ApiError, asError } from './api'

export interface Page<T> { rows: T[]; total: number }
export const PAGE = 100

export class Pages<T, A extends Page<T> = Page<T>> {
  total = $state(0)
  answer = $state.raw<A | null>(null)
  error = $state.raw<ApiError | null>(null)
  slow = $state(false)
  private rows = $state.raw<Record<number, T[]>>({})
  private asked = new Set<number>()
  private turn = 0
  private seen: [number, number] = [0, 0]
  private busy = false
  private dirty = false

  constructor(private ask: (offset: number, limit: number) => Promise<A>) {}

  at = (index: number): T | undefined => this.rows[Math.floor(index / PAGE)]?.[index % PAGE]

  get loaded(): T[] {
    return Object.values(this.rows).flat()
  }

  /** Another filter: forget all and start at the top. */
  restart(): void {
    this.turn += 1
    this.busy = false
    this.rows = {}
    this.asked.clear()
    this.seen = [0, 0]
    this.total = 0
    this.answer = null
    const turn = this.turn
    setTimeout(() => (this.slow = turn === this.turn && this.answer === null && !this.error), 200)
    void this.refresh()
  }

  need = (first: number, last: number): void => {
    this.seen = [first, last]
    for (const page of this.inView()) if (!this.asked.has(page)) void this.fetch(page)
  }

  /** Fetch what is in view again, keeping it on the screen meanwhile; calls that come too fast are one. */
  async refresh(): Promise<void> {
    if (this.busy) {
      this.dirty = true
      return
    }
    this.busy = true
    const turn = this.turn
    const wanted = this.inView()
    for (const page of this.asked) if (!wanted.includes(page)) this.asked.delete(page)
    await Promise.all(wanted.map((page) => this.fetch(page)))
    if (turn !== this.turn) return
    this.busy = false
    if (this.dirty) {
      this.dirty = false
      void this.refresh()
    }
  }

  private inView(): number[] {
    const [first, last] = this.seen
    const pages = []
    for (let page = Math.floor(first / PAGE); page <= Math.floor(Math.max(first, last - 1) / PAGE); page += 1) pages.push(page)
    return pages
  }

  private async fetch(page: number): Promise<void> {
    const turn = this.turn
    this.asked.add(page)
    try {
      const answer = await this.ask(page * PAGE, PAGE)
      if (turn !== this.turn) return
      this.rows = { ...this.rows, [page]: answer.rows }
      this.total = answer.total
      this.answer = answer
      this.error = null
    } catch (thrown) {
      if (turn !== this.turn) return
      this.asked.delete(page)
      this.error = asError(thrown)
    }
    this.slow = false
  }
}

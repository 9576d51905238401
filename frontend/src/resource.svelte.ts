// What one view asked for: data, error, and whether it takes long enough for a skeleton.
import { ApiError, asError } from './api'

export class Resource<T> {
  data = $state.raw<T | null>(null)
  error = $state.raw<ApiError | null>(null)
  busy = $state(false)
  /** true after 200 ms without an answer and nothing to show. */
  slow = $state(false)
  private turn = 0
  private again: (() => Promise<T>) | null = null
  private abort: AbortController | null = null

  /** Runs `ask`; an answer that a later call has overtaken is dropped. */
  async load(ask: (signal: AbortSignal) => Promise<T>): Promise<void> {
    const turn = ++this.turn
    this.abort?.abort()
    const abort = new AbortController()
    this.abort = abort
    this.again = () => ask(abort.signal)
    this.busy = true
    const timer = setTimeout(() => (this.slow = turn === this.turn && this.data === null), 200)
    try {
      const data = await ask(abort.signal)
      if (turn === this.turn) [this.data, this.error] = [data, null]
    } catch (thrown) {
      if (turn === this.turn && (thrown as Error).name !== 'AbortError') this.error = asError(thrown)
    } finally {
      clearTimeout(timer)
      if (turn === this.turn) [this.busy, this.slow] = [false, false]
    }
  }

  retry = (): void => {
    const again = this.again
    if (again) void this.load(() => again())
  }
}

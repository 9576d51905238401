// The only EventSource: one stream a window, resumed after the last number that was seen.
import type { ServerEvent } from './types'

export interface Listener {
  event: (event: ServerEvent) => void
  /** Everything must be fetched again: the gap was too old, or the project is another one. */
  reset: () => void
  /** true while the stream is open. */
  online?: (open: boolean) => void
}

type Source = Pick<EventSource, 'close' | 'onopen' | 'onerror' | 'onmessage'>

export class Events {
  seq = 0
  private source: Source | null = null
  private held: ServerEvent[] | null = null
  private holds = 0
  private delay = 500
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private listener: Listener,
    private open: (url: string) => Source = (url) => new EventSource(url),
  ) {}

  start(): void {
    this.stop()
    const source = this.open(`/api/events?after=${this.seq}`)
    this.source = source
    source.onopen = () => {
      this.delay = 500
      this.listener.online?.(true)
    }
    source.onmessage = (message: MessageEvent) => this.take(message)
    source.onerror = () => this.again()
  }

  stop(): void {
    clearTimeout(this.timer)
    this.source?.close()
    this.source = null
  }

  /** Runs `work`; events that arrive meanwhile wait and are told after it, in order. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.holds += 1
    this.held ??= []
    try {
      return await work()
    } finally {
      this.holds -= 1
      if (this.holds === 0) this.release()
    }
  }

  private release(): void {
    const waiting = this.held ?? []
    this.held = null
    for (const event of waiting) this.listener.event(event)
  }

  // The browser's own retry would ask for the first `after` again, so we open a new stream.
  private again(): void {
    this.source?.close()
    this.source = null
    this.listener.online?.(false)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.start(), this.delay)
    this.delay = Math.min(this.delay * 2, 8000)
  }

  private take(message: MessageEvent): void {
    let event: ServerEvent
    try {
      event = JSON.parse(message.data)
    } catch {
      return
    }
    if (event.type === 'reset') {
      this.seq = event.seq ?? 0
      this.held = this.held ? [] : null
      this.listener.reset()
      return
    }
    if (event.seq <= this.seq) return
    this.seq = event.seq
    if (this.held) this.held.push(event)
    else this.listener.event(event)
  }
}

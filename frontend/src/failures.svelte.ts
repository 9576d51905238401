// What nobody expected: mistakes of the server and of this page, and what ended an earlier run.
// They are told in one dialog; nothing of them leaves this computer by itself.
import { ApiError, bugs, get, post } from './api'
import { said } from './i18n/index.svelte'
import { store } from './store.svelte'
import { ui } from './ui.svelte'

export type From = 'server' | 'page' | 'earlier'
export interface Failure { from: From; what: string; trace: string; report: string; when: string; count: number }
interface Earlier { crash: { id: string; when: string; what: string } | null; count: number; log: string }

// Browsers say so where a layout took two goes; nothing is wrong then.
const HARMLESS = /^ResizeObserver loop/

const place = (): string => `${store.app?.dialogs ? 'window' : 'browser'}, ${navigator.userAgent}`.slice(0, 290)
const words = (thrown: unknown): string => {
  if (thrown instanceof ApiError) return thrown.message
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
}

class Failures {
  now = $state.raw<Failure | null>(null)
  /** The folder of the log, as the server told it. */
  log = $state('')
  private told = new Set<string>()

  /** Hears of everything that nobody caught. */
  listen(): void {
    bugs.hear = (error) => this.tell(error, 'server')
    addEventListener('error', (event) => {
      const ours = !event.filename || event.filename.startsWith(location.origin)
      if (ours && !HARMLESS.test(event.message)) this.tell(event.error ?? event.message, 'page')
    })
    addEventListener('unhandledrejection', (event) => this.hear(event.reason))
  }

  private hear(thrown: unknown): void {
    if ((thrown as Error | null)?.name === 'AbortError') return
    if (!(thrown instanceof ApiError)) this.tell(thrown, 'page')
    else if (thrown.code !== 'bug') ui.fail(thrown) // expected, and told as everywhere
  }

  /** Opens the dialog, once for each mistake: where it stands in the page it says so itself. */
  tell(thrown: unknown, from: From, again = false): void {
    const what = words(thrown)
    const report = thrown instanceof ApiError ? thrown.report : ''
    const key = `${from} ${what}`
    if ((this.told.has(key) || this.now) && !again) return
    this.told.add(key)
    const trace = from === 'page' ? `${location.hash}\n${(thrown as Error | null)?.stack ?? ''}` : ''
    this.now = { from, what: thrown instanceof ApiError ? said(thrown) : what, trace, report, when: '', count: 1 }
  }

  /** Asks once what ended an earlier run. */
  async lookBack(): Promise<void> {
    try {
      const { crash, count, log } = await get<Earlier>('/crashes')
      this.log = log
      if (crash && !this.now) this.now = { from: 'earlier', what: crash.what, trace: '', report: '', when: crash.when, count }
    } catch {
      // Not to know of an earlier crash is no reason to stop anybody.
    }
  }

  /** The text that is copied: the server cleans it; without the server the page does. */
  async details(of: Failure): Promise<string> {
    const asked = { place: place(), what: of.what, trace: of.trace, report: of.report, earlier: of.from === 'earlier' }
    try {
      return (await post<{ text: string }>('/crashes/details', asked)).text
    } catch {
      return cleaned(`HDP: ${store.app?.version ?? ''}\nWindow: ${place()}\n\nWhat happened:\n${of.what}\n\nWhere:\n${of.trace}\n`)
    }
  }

  async close(): Promise<void> {
    const of = this.now
    this.now = null
    if (of?.from === 'earlier') await ui.try(() => post('/crashes/forget'))
  }
}

/** Text without tokens and without the names of people's folders. */
export function cleaned(text: string): string {
  return text
    .replace(/\b(access_token|token|api_key)=[^\s&'"]+/gi, '$1=***')
    .replace(/\bbearer\s+[^\s'",;]+/gi, 'Bearer ***')
    .replace(/(\/home|\/Users|[A-Z]:[\\/]+Users)[\\/]+[^/\\\s"':]+/gi, '~')
}

export const failures = new Failures()

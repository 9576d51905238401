// What only this window knows: theme, messages, which dialog of a job is open, compact rows.
import { asError, post } from './api'
import { language, pickLang, said, t } from './i18n/index.svelte'
import { store } from './store.svelte'
import type { Preferences } from './types'

export type Theme = 'system' | 'light' | 'dark'
export type Speech = 'system' | 'en' | 'de'
export interface Made { name: string; file: string; items: number; aside: number }
/** What a message offers to do, such as taking back what it tells of. */
export interface Offer { label: string; run: () => void }
export interface Note { id: number; tone: 'idle' | 'ok' | 'loss'; text: string; hint: string; offer?: Offer }

export const kept = (name: string): string | null => {
  try {
    return localStorage.getItem(`hdp.${name}`)
  } catch {
    return null
  }
}
export const keep = (name: string, value: string): void => {
  try {
    localStorage.setItem(`hdp.${name}`, value)
  } catch {
    // A browser without storage forgets; nothing else depends on it.
  }
}

class Ui {
  theme = $state<Theme>((kept('theme') as Theme | null) ?? 'system')
  compact = $state(kept('compact') === '1')
  speech = $state<Speech>((kept('lang') as Speech | null) ?? 'system')
  notes = $state<Note[]>([])
  job = $state<number | null>(null)
  palette = $state(false)
  /** The record whose lost answer is being settled. */
  settle = $state.raw<{ item: number; title: string } | null>(null)
  /** The records whose machine-written values are being decided on; null items are all of them. */
  values = $state.raw<{ items: number[] | null } | null>(null)
  /** The dialog that asks for a project file is open. */
  opening = $state(false)
  /** What the person is about to do that ends the jobs that run here. */
  leaving = $state.raw<{ what: string; run: () => void } | null>(null)
  /** What the wizard has just made; its last words stand in a dialog. */
  made = $state.raw<Made | null>(null)
  /** Below 1,160 px some row actions stand in the row's menu. */
  narrow = $state(false)
  private count = 0

  constructor() {
    if (typeof matchMedia === 'undefined') return
    const query = matchMedia('(max-width: 1160px)')
    const see = () => (this.narrow = query.matches)
    query.addEventListener('change', see)
    see()
  }

  /** What is kept on this computer wins over what this browser kept: its address is another each time. */
  adopt(preferences: Preferences): void {
    if (this.storing > 0) return // what was chosen a moment ago is not on the server yet
    this.showTheme(preferences.theme)
    this.showRows(preferences.rows === 'compact')
    void this.showLanguage(preferences.language)
  }

  setTheme(theme: Theme): void {
    this.showTheme(theme)
    void this.store('theme', theme)
  }

  setCompact(on: boolean): void {
    this.showRows(on)
    void this.store('rows', on ? 'compact' : 'comfortable')
  }

  setLanguage(speech: Speech): void {
    void this.showLanguage(speech)
    void this.store('language', speech)
  }

  showTheme(theme: Theme): void {
    this.theme = theme
    keep('theme', theme)
    if (theme === 'system') document.documentElement.removeAttribute('data-theme')
    else document.documentElement.dataset.theme = theme
  }

  private showRows(on: boolean): void {
    this.compact = on
    keep('compact', on ? '1' : '0')
  }

  private async showLanguage(speech: Speech): Promise<void> {
    this.speech = speech
    keep('lang', speech)
    await language.set(pickLang(location.search, speech, navigator.languages))
  }

  private storing = 0
  private async store(name: string, value: string): Promise<void> {
    this.storing += 1
    await this.try(() => post('/settings/config', { name, value }))
    this.storing -= 1
    if (this.storing === 0) await store.refresh()
  }

  /** Does what ends this project's jobs, after the person agreed to that. */
  leave(what: string, run: () => void): void {
    if (store.running.length === 0) run()
    else this.leaving = { what, run }
  }

  say(text: string, tone: Note['tone'] = 'idle', hint = '', offer?: Offer): void {
    const id = ++this.count
    this.notes = [...this.notes.slice(-2), { id, tone, text, hint, offer }]
    this.dropLater(id, tone === 'loss' || offer ? 30_000 : 6000)
  }

  /** The message that the pointer or the keyboard is on; it stays as long. */
  held: number | null = null
  private dropLater(id: number, after: number): void {
    setTimeout(() => (this.held === id ? this.dropLater(id, 5000) : this.drop(id)), after)
  }

  drop(id: number): void {
    this.notes = this.notes.filter((n) => n.id !== id)
  }

  fail(thrown: unknown): void {
    const error = asError(thrown)
    this.say(said(error), 'loss', t(error.hint))
  }

  /** Runs something that may fail, and says so when it does. */
  async try<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (thrown) {
      this.fail(thrown)
      return null
    }
  }

  /** Opens a record's page in the person's own browser; a tab of ours where the server cannot. */
  async openPage(item: number): Promise<void> {
    const answer = await this.try(() => post<{ url: string; opened: boolean }>('/open-page', { item, env: store.envName }))
    if (answer && !answer.opened && /^https?:/.test(answer.url)) window.open(answer.url, '_blank', 'noopener')
  }

  async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      this.say(t('Copied {what}', { what: text }))
    } catch {
      this.say(t('Could not copy. The text is: {what}', { what: text }), 'loss')
    }
  }
}

export const ui = new Ui()
export const keptLang = (): string | null => kept('lang')

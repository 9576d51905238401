// t('Select All'): the English words are the keys; de.json translates them, en.json holds plurals.
import { number, setLocale } from '../format'
import { Sentences } from './sentences'
import en from './en.json'

type Entry = string | { one: string; other: string }
type Catalogue = Record<string, Entry>
export type Lang = 'en' | 'de'

let sentences: Sentences | null = null
const catalogues: Record<Lang, Catalogue> = { en: en as Catalogue, de: {} }

export function pickLang(search: string, kept: string | null, browser: readonly string[]): Lang {
  const asked = new URLSearchParams(search).get('lang') ?? kept
  if (asked === 'de' || asked === 'en') return asked
  return browser[0]?.toLowerCase().startsWith('de') ? 'de' : 'en'
}

class Language {
  lang = $state<Lang>('en')

  /** The German words come when they are first asked for. */
  async set(lang: Lang): Promise<void> {
    if (lang === 'de' && Object.keys(catalogues.de).length === 0) {
      const [components, pipelines, versions, page, frame, server] = await Promise.all([import('./de.components.json'), import('./de.pipelines.json'), import('./de.versions.json'), import('./de.json'), import('./de.frame.json'), import('./de.server.json')])
      catalogues.de = { ...(components.default as Catalogue), ...(pipelines.default as Catalogue), ...(versions.default as Catalogue), ...(page.default as Catalogue), ...(frame.default as Catalogue) }
      sentences = new Sentences(server.default as Record<string, string>, catalogues.de)
    }
    this.lang = lang
    setLocale(lang)
    if (typeof document !== 'undefined') document.documentElement.lang = lang
  }
}

export const language = new Language()

export function t(key: string, args: Record<string, string | number> = {}): string {
  const entry = catalogues[language.lang][key] ?? catalogues.en[key]
  if (entry === undefined) return fill(language.lang === 'de' ? (sentences?.say(key) ?? key) : key, args)
  return fill(typeof entry === 'string' ? entry : args.n === 1 ? entry.one : entry.other, args)
}

function fill(text: string, args: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = args[name]
    return value === undefined ? all : typeof value === 'number' ? number(value) : value
  })
}

/** A sentence of the server by its code where we have one, else by its words, else as it came. */
export function said(problem: { code?: string; message: string; args?: Record<string, unknown> }): string {
  if (problem.code === 'skipped' && problem.args) return leftOut(problem.args)
  const key = `code:${problem.code}`
  if (!(key in catalogues[language.lang])) return t(problem.message)
  return t(key, (problem.args ?? {}) as Record<string, string | number>)
}

/** What a scan left out: how many files for which reason. */
function leftOut(counts: Record<string, unknown>): string {
  const parts = Object.entries(counts).map(([why, n]) => t(`skipped:${why}`, { n: Number(n) }))
  return t('Left out: {parts}.', { parts: parts.join(', ') })
}

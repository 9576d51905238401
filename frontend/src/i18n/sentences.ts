// Sentences that the server says in English, said in German: "{n} of {m} files" fits "3 of 12 files".
// What stands between quotation marks, names and numbers is carried over as it is.
import { number } from '../format'

interface Pattern { fits: RegExp; names: string[]; german: string; own: number }
const MOST_KEPT = 2000
const NEXT = '[.!?]\\s+[A-Z“]' // the end of a sentence: a name never goes beyond it

const COUNT = /^([nmk]|total)$/
/** A count as the page's language writes it; anything else as it is: years and ids are no counts. */
const written = (name: string, text: string): string => {
  const plain = text.replace(/,/g, '')
  return COUNT.test(name) && /^\d{1,15}$/.test(plain) ? number(Number(plain)) : text
}

export class Sentences {
  private plain = new Map<string, string>()
  private patterns: Pattern[] = []
  private kept = new Map<string, string | null>()

  /** `titles` has the page's own words: the names of fields are said with them. */
  constructor(catalogue: Record<string, string>, private titles: Record<string, unknown> = {}) {
    for (const [english, german] of Object.entries(catalogue)) {
      if (english.includes('{')) this.patterns.push(compile(english, german))
      else this.plain.set(english, german)
    }
    // The one with the most words of its own is meant where several fit.
    this.patterns.sort((a, b) => b.own - a.own)
  }

  /** The German sentence, or null where it is none that we know. */
  say(text: string): string | null {
    const known = this.kept.get(text)
    if (known !== undefined) return known
    if (this.kept.size >= MOST_KEPT) this.kept.clear()
    const found = this.plain.get(text) ?? this.match(text) ?? this.parts(text)
    this.kept.set(text, found)
    return found
  }

  private match(text: string): string | null {
    for (const { fits, names, german } of this.patterns) {
      const found = fits.exec(text)
      if (!found) continue
      return german.replace(/\{(\w+)\}/g, (all, name: string) => {
        const value = found[names.indexOf(name) + 1]
        if (value === undefined) return all
        const title = name === 'field' ? this.titles[value] : undefined
        return typeof title === 'string' ? title : written(name, value)
      })
    }
    return null
  }

  /** Several sentences in one text, each of which is known by itself. */
  private parts(text: string): string | null {
    const all = text.split(/(?<=[.!?])\s+(?=[A-Z“])/)
    if (all.length < 2) return null
    const said = all.map((one) => this.plain.get(one) ?? this.match(one))
    return said.every((one) => one !== null) ? said.join(' ') : null
  }
}

function compile(english: string, german: string): Pattern {
  const names: string[] = []
  const source = english
    .split(/(\{\w+\})/)
    .map((part, at, parts) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      if (!name) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      names.push(name)
      // Between quotation marks stand a person's own words, whole sentences too.
      const quoted = /“$/.test(parts[at - 1] ?? '') ? '([^”]+)' : /"$/.test(parts[at - 1] ?? '') ? '([^"]+)' : ''
      return quoted || (COUNT.test(name) ? '([\\d,]+)' : `((?:(?!${NEXT}).)+?)`)
    })
    .join('')
  return { fits: new RegExp(`^${source}$`, 's'), names, german, own: english.replace(/\{\w+\}/g, '').length }
}

// Sizes, dates, numbers as the page writes them; `lang` is 'en' or 'de'.

let locale = 'en-GB'

export function setLocale(lang: string): void {
  locale = lang === 'de' ? 'de-DE' : 'en-GB'
}

export const number = (n: number): string => new Intl.NumberFormat(locale).format(n)

/** A number with so many digits after the locale's point. */
export const decimal = (n: number, digits: number): string => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(n)

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

function unitOf(bytes: number): number {
  let unit = 0
  // 999,950 would read "1000.0 KB": it is 1.0 MB
  for (let rest = bytes; rest >= 999.95 && unit < UNITS.length - 1; rest /= 1000) unit += 1
  return unit
}

function inUnit(bytes: number, unit: number): string {
  const digits = unit === 0 ? 0 : 1
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(bytes / 1000 ** unit)
}

export function size(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return '–'
  const unit = unitOf(Math.max(0, bytes))
  return `${inUnit(Math.max(0, bytes), unit)} ${UNITS[unit]}`
}

/** "1.6 of 3.8 GB": both in the unit of the whole. */
export function sizeOf(done: number, total: number, of: string): string {
  const unit = unitOf(total)
  return `${inUnit(done, unit)} ${of} ${inUnit(total, unit)} ${UNITS[unit]}`
}

export function date(iso: string | null | undefined): string {
  const when = iso ? new Date(iso) : null
  if (!when || Number.isNaN(when.getTime())) return ''
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' }).format(when).replace('Sept', 'Sep')
}

export function time(iso: string | null | undefined): string {
  const when = iso ? new Date(iso) : null
  if (!when || Number.isNaN(when.getTime())) return ''
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(when)
}

/** Whole percent; 100 only when everything is there. */
export function percent(done: number, total: number): number {
  if (total <= 0) return 0
  return done >= total ? 100 : Math.min(99, Math.floor((done / total) * 100))
}

/** A length of time in the largest fitting unit: [5, 'min']. */
export function span(seconds: number): [number, 's' | 'min' | 'h'] {
  if (seconds < 60) return [Math.max(1, Math.round(seconds)), 's']
  if (seconds < 3600) return [Math.round(seconds / 60), 'min']
  return [Math.round(seconds / 360) / 10, 'h']
}

/** A repository id in groups of three, as people read numbers: "331 207". */
export const groupId = (id: string | null): string => (id && /^\d{5,}$/.test(id) ? id.replace(/\B(?=(\d{3})+$)/g, ' ') : (id ?? ''))

/** Splits a name for the cut in its middle: the tail always stays in view. */
export function cut(name: string): [string, string] {
  if (name.length < 18) return [name, '']
  const space = name.slice(-14, -5).indexOf(' ') // a whole word reads better than half of one
  const tail = space >= 0 ? 14 - space - 1 : 12
  return [name.slice(0, -tail), name.slice(-tail)]
}

/** Bytes a second over the last few seconds, from samples taken as events come. */
export class Speed {
  private samples: [number, number][] = []

  add(bytes: number, at: number): void {
    const last = this.samples.at(-1)
    if (last && bytes < last[1]) this.samples = []
    this.samples.push([at, bytes])
    while (this.samples.length > 2 && at - this.samples[0]![0] > 5000) this.samples.shift()
  }

  get perSecond(): number {
    const first = this.samples[0]
    const last = this.samples.at(-1)
    if (!first || !last || last[0] - first[0] < 200) return 0
    return ((last[1] - first[1]) * 1000) / (last[0] - first[0])
  }
}

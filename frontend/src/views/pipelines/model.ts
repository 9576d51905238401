// What a pipeline's YAML says, as plain values, and small changes to it; the server writes them into the text.
import type { Finding } from '../../types'

export type Plain = null | boolean | number | string | Plain[] | { [name: string]: Plain }
export type Entries = { [name: string]: Plain }
export interface Model { [name: string]: Plain }
export interface Port { name: string; media: string[]; many: boolean; optional: boolean }
export interface Schema { type?: string | string[]; enum?: Plain[]; minimum?: number; maximum?: number; description?: string; default?: Plain; items?: Schema }
export interface Component {
  id: string; version: number; title: string; help: string; plugin: string; inputs: Port[]; outputs: Port[]; reads: string[]
  params: { properties: Record<string, Schema> }; units: Record<string, string>; missing: Finding[]
}
export interface Field { field: string; title: string }
export interface Words { components: Component[]; fields: Field[]; roles: string[]; names: string[]; told: string[] }
export interface Said { yaml: string; model: Model | null; valid: boolean; findings: Finding[] }
export interface Opened extends Said { name: string; file: string; own: boolean; hash: string }
export interface Source { ref: string; media: string[]; step: string }

export const isEntries = (value: unknown): value is Entries => typeof value === 'object' && value !== null && !Array.isArray(value)
export const entries = (value: unknown): Entries => (isEntries(value) ? value : {})
export const text = (value: unknown): string => (value === null || value === undefined || typeof value === 'object' ? '' : String(value))
/** A list, or the one value that stands for a list of it. */
export const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one !== 'object').map(text) : text(value) ? [text(value)] : []

export const steps = (model: Model | null): Entries[] => (Array.isArray(model?.steps) ? model.steps.map(entries) : [])
export const policies = (model: Model | null): Entries[] =>
  (Array.isArray(model?.metadata) ? model.metadata : model?.metadata ? [model.metadata] : []).map(entries)

export const componentOf = (words: Words | null, step: Entries): Component | undefined => {
  const id = text(step.uses).split('@')[0]
  return words?.components.find((one) => one.id === id)
}

const part = (one: string, other: string): boolean => one === other || one === '*' || other === '*' || glob(one, other) || glob(other, one)
const glob = (pattern: string, value: string): boolean =>
  pattern.includes('*') && new RegExp(`^${pattern.split('*').map((p) => p.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`).test(value)

/** Whether any media type fits a pattern of both sides. */
export const canMeet = (some: string[], others: string[]): boolean =>
  some.some((one) => others.some((other) => {
    const [a, b] = [one.toLowerCase().split('/'), other.toLowerCase().split('/')]
    return part(a[0] ?? '', b[0] ?? '') && part(a[1] ?? '*', b[1] ?? '*')
  }))

export const mediaOf = (input: Plain | undefined): string[] => {
  const found = list(isEntries(input) ? input.media : input)
  return found.length ? found : ['*/*']
}

/** What files there are before the step `until` (all steps where it is left out). */
export function sources(model: Model | null, words: Words | null, until = Infinity): Source[] {
  const inputs = Object.entries(entries(model?.inputs)).map(([name, one]) => ({ ref: `inputs.${name}`, media: mediaOf(one), step: '' }))
  const made = steps(model).slice(0, until).flatMap((step) =>
    (componentOf(words, step)?.outputs ?? []).map((port) => ({ ref: `${text(step.id)}.${port.name}`, media: port.media, step: text(step.id) })))
  return [...inputs, ...made]
}

/** A list as people write it: one alone without brackets where `single`. */
export const written = (values: string[], single = true): Plain => (single && values.length === 1 ? values[0]! : values)

/** `name` with `value`, or without it where there is none; the order of the others stays. */
export function put<T extends Entries>(where: T, name: string, value: Plain | undefined): T {
  const made: Entries = { ...where }
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0) || (isEntries(value) && Object.keys(value).length === 0)) delete made[name]
  else made[name] = value
  return made as T
}

const ORDER = ['hdp', 'name', 'help', 'for', 'needs', 'params', 'inputs', 'steps', 'upload', 'metadata']
const STEP_ORDER = ['id', 'uses', 'in', 'with', 'names', 'when', 'select', 'on_error', 'retries', 'timeout', 'memory']
const sorted = (where: Entries, order: string[]): Entries => {
  const place = (name: string) => (order.indexOf(name) < 0 ? order.length : order.indexOf(name))
  return Object.fromEntries(Object.entries(where).sort(([a], [b]) => place(a) - place(b)))
}

/** The pipeline with one of its parts changed; what is empty goes, but the steps stay. */
export function withPart(model: Model, name: string, value: Plain | undefined): Model {
  if (name === 'steps') return { ...model, steps: value ?? [] }
  // Without `upload:` all inputs are uploaded, so an empty list says something else than none.
  const kept = name === 'upload' && Array.isArray(value) ? { ...model, upload: value } : put(model, name, value)
  return sorted(kept, ORDER) as Model
}

export function withStep(model: Model, at: number, change: (step: Entries) => Entries): Model {
  return { ...model, steps: steps(model).map((one, i) => (i === at ? sorted(change(one), STEP_ORDER) : one)) }
}

export function moved<T>(all: T[], from: number, to: number): T[] {
  const made = [...all]
  const [one] = made.splice(from, 1)
  if (one !== undefined) made.splice(to, 0, one)
  return made
}

const ref = (one: Plain, from: string, to: string): Plain => (typeof one === 'string' && one.startsWith(`${from}.`) ? `${to}${one.slice(from.length)}` : one)
const refs = (value: Plain | undefined, from: string, to: string): Plain | undefined => (Array.isArray(value) ? value.map((one) => ref(one, from, to)) : value === undefined ? undefined : ref(value, from, to))

/** A step or an input under another name, and everything that names it. */
export function renamed(model: Model, from: string, to: string, what: 'step' | 'input'): Model {
  const [a, b] = what === 'step' ? [from, to] : [`inputs.${from}`, `inputs.${to}`]
  const fix = (value: Plain | undefined): Plain | undefined => {
    if (what === 'step') return refs(value, a, b)
    const one = (v: Plain): Plain => (v === a ? b : v)
    return Array.isArray(value) ? value.map(one) : value === undefined ? undefined : one(value)
  }
  const made: Model = { ...model }
  made.steps = steps(model).map((step) => {
    const next: Entries = { ...step }
    if (what === 'step' && step.id === from) next.id = to
    if (isEntries(step.in)) next.in = Object.fromEntries(Object.entries(step.in).map(([port, one]) => [port, fix(one) ?? null]))
    if (typeof step.when === 'string') next.when = step.when.replace(new RegExp(`^${a.replace(/[.\\-]/g, '\\$&')}(?![\\w-])`), b)
    return next
  })
  if (model.upload !== undefined) made.upload = fix(model.upload) ?? []
  if (what === 'step' && model.metadata !== undefined) {
    const all = policies(model).map((one) => ({ ...one, from: Array.isArray(one.from) ? one.from.map((s) => (s === from ? to : s)) : one.from === from ? to : (one.from ?? null) }))
    const done = all.map((one) => put(one as Entries, 'from', one.from === null ? undefined : one.from))
    made.metadata = Array.isArray(model.metadata) ? done : (done[0] ?? null)
  }
  if (what === 'input') made.inputs = Object.fromEntries(Object.entries(entries(model.inputs)).map(([name, one]) => [name === from ? to : name, one]))
  return made
}

/** A name that is free: `small`, `small-2`. */
export function free(wanted: string, taken: string[]): string {
  if (!taken.includes(wanted)) return wanted
  let n = 2
  while (taken.includes(`${wanted}-${n}`)) n += 1
  return `${wanted}-${n}`
}

/** A new step of a component: each of its inputs wired to what fits best, names that cannot clash. */
export function newStep(model: Model, words: Words, component: Component): Entries {
  const all = sources(model, words)
  const taken = steps(model).map((one) => text(one.id))
  const wires: Entries = {}
  for (const port of component.inputs) {
    const fitting = all.filter((one) => canMeet(one.media, port.media))
    const close = fitting.find((one) => !one.media.includes('*/*')) ?? fitting[0]
    if (close && !port.optional) wires[port.name] = close.ref
  }
  const id = free(component.id.split('.').pop()!, [...taken, 'inputs'])
  const step: Entries = { id, uses: `${component.id}@${component.version}` }
  if (Object.keys(wires).length) step.in = wires
  // Copies of what came in would have the names of their originals.
  if (copies(component)) step.names = `{stem}_${id}{ext}`
  return step
}

/** Whether a component gives back the kind of files that it takes. */
export const copies = (component: Component): boolean => component.outputs.some((out) => component.inputs.some((port) => canMeet(out.media, port.media) && !port.media.includes('*/*')))

export const MEDIA = ['image/*', 'model/*', 'audio/*', 'video/*', 'text/*', 'application/pdf', '*/*']
export type How = 'fill' | 'overwrite' | 'append'
export const HOWS: How[] = ['fill', 'overwrite', 'append']
export interface Allowed { field: string; how: How }
export const allowed = (policy: Entries): Allowed[] => HOWS.flatMap((how) => list(policy[how]).map((field) => ({ field, how })))
export function withAllowed(policy: Entries, rows: Allowed[]): Entries {
  let made: Entries = { ...policy }
  for (const how of HOWS) {
    const names = rows.filter((one) => one.how === how).map((one) => one.field)
    made = put(made, how, names.length ? names : undefined)
  }
  return made
}

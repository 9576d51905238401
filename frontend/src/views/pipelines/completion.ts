// What may stand at the cursor in a pipeline's YAML: names of keys, components, files, fields.
import { componentOf, entries, sources, steps, text, type Entries, type Model, type Schema, type Words } from './model'

export interface Offer { label: string; detail?: string; info?: string; apply?: string }
export interface Place { path: string[]; key: boolean; typed: string }

const TOP: Record<string, string> = {
  hdp: 'Always 1.', name: 'The name that people choose it by.', help: 'What it does, in a sentence.', params: 'What is asked at the start.',
  inputs: 'Which of a record’s files come in.', steps: 'What is done, from top to bottom.', upload: 'Which files go into the record.',
  metadata: 'What steps may write into the record.', needs: 'doi: the DOI must be there.', for: 'item or collection.',
}
const STEP: Record<string, string> = {
  id: 'A short name.', uses: 'The component.', in: 'Files for its inputs.', with: 'Its settings.', names: 'Names of the results: {stem}_web{ext}.',
  when: 'One comparison; else the step is left out.', on_error: 'stop, skip or retry.', retries: 'How often it is tried again.', timeout: 'Seconds it may take.', memory: 'Megabytes it may take.', select: 'Only files of these names.',
}
const INPUT: Record<string, string> = { media: 'Kinds of files, such as image/*.', role: 'Roles of files.', name: 'A pattern such as *_front*.' }
const PARAM: Record<string, string> = { default: 'What it is where nothing is said.', help: 'What it means.', choices: 'The values it may have.', min: '', max: '' }
const POLICY: Record<string, string> = { from: 'Steps.', fill: 'Fields filled where they are empty.', overwrite: 'Fields that are replaced.', append: 'Fields that are added to.' }
const MEDIA = ['image/*', 'model/*', 'audio/*', 'video/*', 'text/*', 'application/pdf', '*/*']

const keys = (from: Record<string, string>): Offer[] => Object.entries(from).map(([label, info]) => ({ label, info, apply: `${label}: ` }))
const KEY = /^(\s*)((?:- +)*)(?:"([^"]*)"|([\w@.*/-]+)):(?=\s|$)/

/** Where the cursor is: the keys above it, [] for entries of lists, and what is typed of a word. */
export function placeAt(document: string, at: number): Place {
  const before = document.slice(0, at)
  const lines = before.split('\n')
  const line = lines.pop() ?? ''
  const head = KEY.exec(line)
  const lead = /^(\s*)((?:- +|-$)*)/.exec(line)!
  const depth = lead[0].length
  const outer = above(lines, lead[1]!.length, lead[2]!.length > 0)
  const own = lead[2] ? [...outer, '[]'] : outer
  if (!head) {
    const rest = line.slice(depth)
    return inFlow(own, rest, true)
  }
  return inFlow([...own, head[3] ?? head[4] ?? ''], line.slice(head[0].length), false)
}

/** The keys that a line at this indent stands below. */
function above(lines: string[], indent: number, dashed: boolean): string[] {
  const path: string[] = []
  let limit = indent
  let inItem = dashed
  for (const line of [...lines].reverse()) {
    if (!line.trim() || line.trim().startsWith('#')) continue
    const lead = /^(\s*)((?:- +)*)/.exec(line)!
    const [dash, column] = [lead[1]!.length, lead[0].length]
    const head = KEY.exec(line)
    if (lead[2] && column <= limit && !inItem) {
      path.unshift('[]')
      ;[limit, inItem] = [dash, true]
      continue
    }
    const below = inItem ? dash <= limit && !lead[2] && column <= limit : column < limit
    if (!below || !head) continue
    path.unshift(head[3] ?? head[4] ?? '')
    ;[limit, inItem] = [column, false]
    if (lead[2]) {
      path.unshift('[]')
      ;[limit, inItem] = [dash, true]
    }
    if (limit === 0 && !inItem) break
  }
  return path
}

/** Further in, through { and [ on the line itself. */
function inFlow(path: string[], rest: string, keyFirst: boolean): Place {
  const stack: { path: string[]; key: boolean }[] = [{ path, key: keyFirst }]
  let word = ''
  let quote = ''
  for (const sign of rest) {
    const top = stack.at(-1)!
    if (quote) {
      if (sign === quote) quote = ''
      else word += sign
    } else if (sign === '"' || sign === "'") quote = sign
    else if (sign === '{' || sign === '[') {
      stack.push(sign === '{' ? { path: top.path, key: true } : { path: [...top.path, '[]'], key: false })
      word = ''
    } else if (sign === '}' || sign === ']') {
      if (stack.length > 1) stack.pop()
      word = ''
    } else if (sign === ',') {
      if (stack.length > 1 && top.path.at(-1) !== '[]') stack[stack.length - 1] = { path: stack.at(-2)!.path, key: true }
      word = ''
    } else if (sign === ':' && top.key) {
      stack[stack.length - 1] = { path: [...top.path, word.trim()], key: false }
      word = ''
    } else if (sign !== ' ' || word) word += sign
  }
  const top = stack.at(-1)!
  return { path: top.path, key: top.key, typed: word }
}

/** The step that a line belongs to, counted by the `- ` entries that name a component. */
export function stepAt(document: string, at: number): number {
  const from = document.search(/^steps:/m)
  if (from < 0 || at < from) return -1
  return [...document.slice(from, document.indexOf('\n', at) < 0 ? undefined : document.indexOf('\n', at)).matchAll(/^\s*- /gm)].length - 1
}

/** Everything that fits at the place; CodeMirror narrows it by what is typed. */
export function offers(place: Place, model: Model | null, words: Words, step: number): Offer[] {
  const [top, ...rest] = place.path
  if (top === undefined) return place.key ? keys(TOP) : []
  if (top === 'steps') return stepOffers(rest, place.key, model, words, step)
  if (top === 'inputs') return inputOffers(rest, place.key, words)
  if (top === 'params' && rest.length === 1 && place.key) return keys(PARAM)
  if (top === 'upload') return [...refs(model, words, Infinity), ...words.told.map((label) => ({ label, detail: 'how it was made' }))]
  if (top === 'metadata') return policyOffers(rest, place.key, model, words)
  if (top === 'for') return [{ label: 'item' }, { label: 'collection' }]
  if (top === 'needs') return [{ label: 'doi' }]
  return []
}

const refs = (model: Model | null, words: Words, until: number): Offer[] => sources(model, words, until).map((one) => ({ label: one.ref, detail: one.media.join(', ') }))

function inputOffers(rest: string[], key: boolean, words: Words): Offer[] {
  const last = rest.filter((one) => one !== '[]').at(-1)
  if (key && rest.length === 1) return keys(INPUT)
  if (last === 'role') return words.roles.map((label) => ({ label }))
  return !key || rest.at(-1) === '[]' ? MEDIA.map((label) => ({ label })) : []
}

function policyOffers(rest: string[], key: boolean, model: Model | null, words: Words): Offer[] {
  const names = rest.filter((one) => one !== '[]')
  if (names.length === 0) return key ? keys(POLICY) : []
  if (names[0] === 'from') return steps(model).map((one) => ({ label: text(one.id), detail: text(one.uses) }))
  return words.fields.map((one) => ({ label: one.field, detail: one.title }))
}

function stepOffers(rest: string[], key: boolean, model: Model | null, words: Words, at: number): Offer[] {
  const [, part, name, ...deeper] = rest
  const step: Entries = entries(steps(model)[at])
  const component = componentOf(words, step)
  if (rest.length <= 1) return key ? keys(STEP) : []
  if (part === 'uses') return words.components.map((one) => ({ label: `${one.id}@${one.version}`, detail: one.title, info: one.help }))
  if (part === 'on_error') return ['stop', 'skip', 'retry'].map((label) => ({ label }))
  if (part === 'in' && key) return (component?.inputs ?? []).map((one) => ({ label: one.name, detail: one.media.join(', '), apply: `${one.name}: ` }))
  if (part === 'in') return refs(model, words, at)
  if (part !== 'with' || !component) return []
  if (name === undefined) return key ? Object.entries(component.params.properties).map(([label, one]) => ({ label, detail: describe(one), info: one.description, apply: `${label}: ` })) : []
  if (deeper[0] === 'param') return Object.keys(entries(model?.params)).map((label) => ({ label }))
  if (deeper[0] === 'record') return words.fields.map((one) => ({ label: one.field, detail: one.title }))
  if (key) return [{ label: 'param', info: 'Asked at the start.', apply: 'param: ' }, { label: 'record', info: 'A field of the record.', apply: 'record: ' }, { label: 'value', info: 'A value of an earlier step.', apply: 'value: ' }]
  return values(component.params.properties[name])
}

const describe = (one: Schema): string => [one.type, one.default === undefined || one.default === '' ? '' : `= ${JSON.stringify(one.default)}`].flat().filter(Boolean).join(' ')
const values = (one: Schema | undefined): Offer[] => {
  const found = one?.items?.enum ?? one?.enum ?? (one?.type === 'boolean' ? [true, false] : [])
  return found.map((value) => ({ label: String(value) }))
}

// A mapping's values as the page changes them: pure functions on what stands in the YAML.
import type { Schema } from '../edit/types'
import type { Entry, FieldInfo, FieldValue, Key, Plain, Rule, Values } from './types'

export type Kind = 'column' | 'filename' | 'literal' | 'choose' | 'template' | 'file' | 'pipeline' | 'first' | 'it'
export const KINDS: Kind[] = ['column', 'filename', 'literal', 'choose', 'template', 'file', 'pipeline', 'first', 'it']
const OPTIONS = ['split', 'join', 'default', 'values', 'replace', 'date', 'person', 'html', 'of']
export const KIND_NAMES: Record<Kind, string> = {
  column: 'Map Column(s)', filename: 'From Filename', literal: 'Set Literal Value', choose: 'Select from List', template: 'Construct Automatically',
  file: 'From File', pipeline: 'From Pipeline', first: 'First rule that gives something', it: 'Each part of the cell',
}
export const WAYS: Record<string, string> = {
  form: 'how characters and blanks are stored', case: 'capital and small letters', extension: 'the extension', signs: 'signs such as / - _ and blanks', part: 'what the file name has after it',
}

export const isObject = (value: unknown): value is Record<string, Plain> => !!value && typeof value === 'object' && !Array.isArray(value)
const text = (value: Plain | undefined): string => (value === null || value === undefined ? '' : String(value))

/** Which of the rules this is; a rule of a default alone is a fixed value. */
export function kindOf(rule: Rule): Kind {
  if ('columns' in rule) return 'column'
  return KINDS.find((one) => one in rule) ?? ('default' in rule ? 'literal' : 'column')
}

export const columnsIn = (rule: Rule): string[] =>
  Array.isArray(rule.columns) ? rule.columns.map(text) : text(rule.column) ? [text(rule.column)] : []

/** The rule with these columns: one as `column`, more as `columns`. */
export function withColumns(rule: Rule, columns: string[]): Rule {
  const { column: _, columns: __, join, ...rest } = rule
  if (columns.length > 1) return { columns, ...(join === undefined ? {} : { join }), ...rest }
  return { column: columns[0] ?? '', ...rest }
}

/** An empty rule of another kind; what any rule can have besides stays. */
export function withKind(rule: Rule, kind: Kind): Rule {
  const { default: fallback, values, replace, html } = rule
  const kept = Object.fromEntries(Object.entries({ default: fallback, values, replace, html }).filter(([, one]) => one !== undefined)) as Rule
  switch (kind) {
    case 'column': return { column: '', ...kept }
    case 'filename': return { filename: 'stem', ...kept }
    case 'literal': return { literal: '' }
    case 'choose': return { choose: '' }
    case 'template': return { template: '', ...kept }
    case 'file': return { file: '', ...kept }
    case 'pipeline': return { pipeline: true }
    case 'first': return { first: [Object.keys(rule).some((one) => !OPTIONS.includes(one)) ? rule : { column: '' }, { literal: '' }] }
    case 'it': return { it: true, ...kept }
  }
}

export function withOption(rule: Rule, name: string, value: Plain | undefined): Rule {
  const { [name]: _, ...rest } = rule
  return value === undefined || value === '' || value === false ? rest : { ...rest, [name]: value }
}

/** Whether the rule says enough to be tried. */
export function complete(rule: Rule): boolean {
  const kind = kindOf(rule)
  if (kind === 'column') return columnsIn(rule).length > 0
  if (kind === 'first') return Array.isArray(rule.first) && rule.first.length > 0 && rule.first.every((one) => isObject(one) && complete(one))
  if (kind === 'pipeline' || kind === 'it') return true
  if (kind === 'literal' && !('literal' in rule)) return text(rule.default) !== ''
  const value = rule[kind]
  return Array.isArray(value) ? value.length > 0 : text(value) !== ''
}

/** A separator typed by a person; several stand apart from each other. */
export function toSplit(typed: string): Plain | undefined {
  if (typed === '') return undefined
  const parts = typed.trim().split(/\s+/).filter(Boolean)
  return parts.length > 1 ? parts : (parts[0] ?? ' ')
}
export const fromSplit = (value: Plain | undefined): string => (Array.isArray(value) ? value.map(text).join(' ') : text(value))

export const isEntries = (schema: Schema): boolean => schema.type === 'object' || schema.items?.type === 'object'
export const entrySchema = (schema: Schema): Schema => (schema.type === 'object' ? schema : (schema.items ?? {}))
const isRule = (value: Record<string, Plain>, schema: Schema): boolean =>
  Object.keys(value).some((one) => (KINDS as string[]).concat('columns').includes(one) && !(one in (schema.properties ?? {})))

/** Whether the whole field is left to a pipeline. */
export const byPipeline = (value: FieldValue | undefined): boolean => isObject(value) && value.pipeline === true

/** The entries of a field, also where the YAML has the short form of one rule. */
export function entriesOf(value: FieldValue | undefined, schema: Schema): Entry[] {
  const all = value === undefined ? [] : Array.isArray(value) ? value : [value]
  const one = entrySchema(schema)
  const first = one.required?.[0]
  return all.filter(isObject).map((each) => (isRule(each, one) && first ? { each: each as Rule, [first]: { it: true } } : (each as Entry)))
}

/** The rules of a field without entries. */
export const rulesOf = (value: FieldValue | undefined): Rule[] => (value === undefined ? [] : (Array.isArray(value) ? value : [value]).filter(isObject) as Rule[])

export const packRules = (rules: Rule[]): FieldValue | undefined => (rules.length > 1 ? rules : rules[0])

export function packEntries(entries: Entry[], schema: Schema): FieldValue | undefined {
  if (!entries.length) return undefined
  return schema.type === 'object' ? (entries[0] as unknown as Rule) : entries
}

function cleanField(value: FieldValue, schema: Schema): FieldValue | undefined {
  if (!isEntries(schema)) {
    const rules = rulesOf(value)
    return rules.every(complete) ? value : packRules(rules.filter(complete))
  }
  if (byPipeline(value)) return value
  const needed = entrySchema(schema).required ?? []
  const kept = entriesOf(value, schema)
    .map((entry) => Object.fromEntries(Object.entries(entry).filter(([, rule]) => isObject(rule) && complete(rule))) as Entry)
    .filter((entry) => needed.every((name) => name in entry) && Object.keys(entry).some((name) => name !== 'each'))
  const same = JSON.stringify(kept) === JSON.stringify(entriesOf(value, schema))
  return same ? value : packEntries(kept, schema)
}

/** What can be sent to the server, and the fields where something is not finished. */
export function clean(values: Values, fields: FieldInfo[]): { values: Values; unfinished: string[] } {
  const unfinished: string[] = []
  const kept: Record<string, FieldValue> = {}
  for (const [name, value] of Object.entries(values.fields ?? {})) {
    const info = fields.find((one) => one.field === name)
    const made = info ? cleanField(value, info.schema) : value
    if (made !== undefined) kept[name] = made
    if (JSON.stringify(made) !== JSON.stringify(value)) unfinished.push(name)
  }
  const { fields: _, ...rest } = values
  return { values: Object.keys(kept).length ? { ...rest, fields: kept } : rest, unfinished }
}

export const keyColumn = (key: Key | undefined): string => (isObject(key) ? text(key.column) : text(key))
export const keyMatch = (key: Key | undefined): string => (isObject(key) ? text(key.match) : '')
export const keyLoosely = (key: Key | undefined): string[] => {
  const ways = isObject(key) ? key.loosely : undefined
  return Array.isArray(ways) ? ways.map(text) : ways ? [text(ways)] : []
}

/** The key with something changed; as short as it can be written. */
export function withKey(key: Key | undefined, change: { column?: string; match?: string; loosely?: string[] }): Key {
  const now = isObject(key) ? key : { column: text(key) }
  const made: Record<string, Plain> = { ...now, ...change }
  if (!made.match) delete made.match
  if (!Array.isArray(made.loosely) || !made.loosely.length) delete made.loosely
  return Object.keys(made).length === 1 ? text(made.column) : made
}

/** Every column that a field's rules read. */
export function columnsOf(value: FieldValue | undefined): string[] {
  const found: string[] = []
  const walk = (one: unknown): void => {
    if (Array.isArray(one)) return one.forEach(walk)
    if (!isObject(one)) return
    if (typeof one.column === 'string') found.push(one.column)
    if (Array.isArray(one.columns)) found.push(...one.columns.map(text))
    if (typeof one.template === 'string') found.push(...placeholders(one.template).filter((name) => !name.startsWith('field:')))
    for (const [name, inner] of Object.entries(one)) if (!['values', 'replace', 'columns'].includes(name)) walk(inner)
  }
  walk(value)
  return [...new Set(found)]
}

/** The names in braces of a template. */
export const placeholders = (template: string): string[] =>
  [...template.matchAll(/\{\{|\}\}|\{([^{}]*)\}/g)].flatMap((one) => (one[1] === undefined ? [] : [one[1].trim()]))

/** A rule in a few words for the list; the names of columns say the most. */
export function summary(value: FieldValue | undefined): string {
  if (value === undefined) return ''
  const columns = columnsOf(value)
  if (columns.length) return columns.join(', ')
  const fixed: string[] = []
  const walk = (one: unknown): void => {
    if (Array.isArray(one)) return one.forEach(walk)
    if (!isObject(one)) return
    for (const name of ['literal', 'choose', 'file', 'template', 'filename', 'default']) {
      const inner = one[name]
      if (inner !== undefined && !isObject(inner)) fixed.push(Array.isArray(inner) ? inner.map(text).join('; ') : text(inner))
    }
    for (const inner of Object.values(one)) if (typeof inner === 'object') walk(inner)
  }
  walk(value)
  return [...new Set(fixed)].join(', ')
}

/** The kind that a field's line names: that of its only rule, or that it has entries. */
export function kindsOf(value: FieldValue | undefined, schema: Schema): Kind | 'entries' | '' {
  if (value === undefined) return ''
  if (byPipeline(value)) return 'pipeline'
  if (isEntries(schema)) return 'entries'
  const [first] = rulesOf(value)
  return first ? kindOf(first) : ''
}

/** A first rule where there is none: a word of the list where there is one, else a column. */
export function firstRule(schema: Schema, hasColumns: boolean): Rule {
  const one = schema.items ?? schema
  if (one.options || one.vocabulary) return { choose: '' }
  return hasColumns ? { column: '' } : { literal: '' }
}

// What the wizard was told so far; it outlives the steps, so Back keeps everything.
import type { Modality } from '../../types'
import type { Summary } from './review'

export const STEPS = ['Project Details', 'Modality Templates', 'Data Paths', 'File Scan Options', 'Review Found Files', 'Complete']

export interface ByHand { groups: Record<string, string>; keys: Record<string, string>; primaries: string[] }
export interface Hand { by_hand: ByHand; set_aside: Record<string, string> }
const noHand = (): ByHand => ({ groups: {}, keys: {}, primaries: [] })

export const BUNDLES: [string, string][] = [
  ['none', 'Each file is a record of its own'],
  ['stem', 'Files with the same name are one record'],
  ['prefix', 'The same name after a prefix is removed'],
  ['suffix', 'The same name before a suffix is removed'],
  ['prefix_suffix', 'The same name between a prefix and a suffix'],
  ['core', 'The same part that a pattern finds in the name'],
  ['pattern', 'The same group of a pattern'],
  ['table', 'A table says which files belong together'],
]
/** The fields that each way of bundling shows. */
export const NEEDS: Record<string, string[]> = { prefix: ['prefix'], suffix: ['suffix'], prefix_suffix: ['prefix', 'suffix'], core: ['pattern'], pattern: ['pattern'], table: ['table', 'key', 'group'] }

export const slug = (name: string): string =>
  name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'project'

export const joined = (folder: string, name: string): string => {
  const sep = folder.includes('\\') ? '\\' : '/'
  return folder.replace(/[\\/]+$/, '') + sep + name
}

/** Beside the folder: never inside it, where it would be scanned. */
export const beside = (folder: string): string => {
  const parts = /^(.*?)[\\/]+([^\\/]+)[\\/]*$/.exec(folder.trim())
  if (!parts || !parts[1]) return ''
  return joined(parts[1], `${parts[2]}-hdp-output`)
}

/** `jpg`, `.JPG`, `*.jpg` are all meant as `.jpg`. */
export const extensionsOf = (text: string): string[] =>
  text.split(/[\s,;]+/).map((one) => one.toLowerCase().replace(/^[*.]+/, '')).filter((one) => /^[\w.+-]+$/.test(one)).map((one) => `.${one}`)

class Form {
  step = $state(0)
  name = $state('')
  code = $state('')
  folder = $state('')
  modality = $state<string[]>([])
  input = $state('')
  ownOutput = $state<string | null>(null)
  texture_dirs = $state<string[]>([])
  mode = $state<'root' | 'subdirectory' | 'hybrid'>('root')
  depth = $state('1')
  prefix = $state('')
  suffix = $state('')
  pattern = $state('')
  table = $state('')
  key = $state('')
  group = $state('')
  exclude = $state('')
  materials = $state(true)
  textures = $state(true)
  archive_subfolders = $state(false)
  packing = $state<Record<string, string>>({})
  hand = $state.raw<Hand>({ by_hand: noHand(), set_aside: {} })
  history = $state.raw<Hand[]>([])
  known = $state.raw<Modality[]>([])
  /** Endings of files that plugins read as tables. */
  tables = $state.raw<string[]>([])
  summary = $state.raw<Summary | null>(null)
  /** What was changed by hand stands, whatever is proposed later. */
  added = $state<string[]>([])
  removed = $state<string[]>([])
  ownBundle = $state<string | null>(null)
  ownPrimary = $state<string | null>(null)

  get file(): string {
    return this.folder ? joined(this.folder, `${slug(this.name)}.hdpc`) : ''
  }

  get output(): string {
    return this.ownOutput ?? beside(this.input)
  }

  set output(path: string) {
    this.ownOutput = path
  }

  get chosen(): Modality[] {
    return this.known.filter((m) => this.modality.includes(m.id)).sort((a, b) => this.modality.indexOf(a.id) - this.modality.indexOf(b.id))
  }

  /** What the chosen modalities propose together. */
  get proposed(): { extensions: string[]; bundle: string; primary: string; pipelines: string[] } {
    const all = this.chosen
    return {
      extensions: [...new Set(all.flatMap((m) => m.extensions))],
      bundle: all.find((m) => m.bundle !== 'none')?.bundle ?? 'none',
      primary: all.find((m) => m.primary)?.primary ?? '',
      pipelines: [...new Set(all.flatMap((m) => m.pipelines ?? []))],
    }
  }

  get extensions(): string[] {
    const kept = this.proposed.extensions.filter((one) => !this.removed.includes(one))
    return [...kept, ...this.added.filter((one) => !kept.includes(one))]
  }

  get bundle(): string {
    return this.ownBundle ?? this.proposed.bundle
  }

  set bundle(value: string) {
    this.ownBundle = value
  }

  get primary(): string {
    const wanted = this.ownPrimary ?? this.proposed.primary
    return this.extensions.includes(wanted) ? wanted : ''
  }

  set primary(value: string) {
    this.ownPrimary = value
  }

  toggle(id: string, on: boolean): void {
    this.modality = on ? [...this.modality, id] : this.modality.filter((m) => m !== id)
  }

  addExtensions(text: string): void {
    for (const one of extensionsOf(text)) {
      this.removed = this.removed.filter((other) => other !== one)
      if (!this.extensions.includes(one)) this.added = [...this.added, one]
    }
  }

  removeExtension(one: string): void {
    this.added = this.added.filter((other) => other !== one)
    if (!this.removed.includes(one)) this.removed = [...this.removed, one]
  }

  /** Takes what was arranged by hand; the state before can be had back. */
  arrange(hand: Hand): void {
    this.history = [...this.history.slice(-49), this.hand]
    this.hand = hand
  }

  undo(): void {
    const before = this.history.at(-1)
    if (!before) return
    this.hand = before
    this.history = this.history.slice(0, -1)
  }

  get bundles(): boolean {
    return this.mode !== 'subdirectory'
  }

  /** The options of the scan: only what the chosen way of bundling uses. */
  options(): Record<string, unknown> {
    const used = this.bundles ? (NEEDS[this.bundle] ?? []) : []
    const one = (name: 'prefix' | 'suffix' | 'pattern' | 'table' | 'key' | 'group') => (used.includes(name) ? { [name]: this[name] } : {})
    return {
      input: this.input.trim(), mode: this.mode, extensions: this.extensions, bundle: this.bundles ? this.bundle : 'none', primary: this.primary,
      depth: this.mode === 'root' ? '1' : this.depth, materials: this.materials, textures: this.textures, archive_subfolders: this.archive_subfolders,
      texture_dirs: this.texture_dirs.map((path) => path.trim()).filter(Boolean),
      exclude: this.exclude.split('\n').map((line) => line.trim()).filter(Boolean),
      ...one('prefix'), ...one('suffix'), ...one('pattern'), ...one('table'), ...one('key'), ...one('group'),
    }
  }

  body(): Record<string, unknown> {
    return {
      file: this.file, name: this.name.trim(), code: this.code.trim() || slug(this.name).slice(0, 32), output: this.output.trim(),
      modality: this.modality, packing: this.packing, ...this.options(), ...this.hand,
    }
  }

  /** What the way of bundling still lacks. */
  get lacks(): string {
    const used = this.bundles ? (NEEDS[this.bundle] ?? []) : []
    if (this.bundle === 'prefix_suffix' && this.bundles) return this.prefix || this.suffix ? '' : 'Type a prefix or a suffix.'
    if (used.includes('table') && !this.table.trim()) return 'Choose the table.'
    if (used.includes('key') && !(this.key && this.group)) return 'Choose the columns of the table.'
    if (used.some((name) => ['prefix', 'suffix', 'pattern'].includes(name) && !this[name as 'prefix'])) return 'Type a pattern.'
    return ''
  }

  /** Why the step cannot be left yet; empty when it can. */
  missing(step: number): string {
    if (step === 0 && !this.name.trim()) return 'Give the project a name.'
    if (step === 0 && !this.folder.trim()) return 'Say where the project file goes.'
    if (step === 1 && this.modality.length === 0) return 'Choose at least one kind of material.'
    if (step === 2 && !this.input.trim()) return 'Say where the files are.'
    if (step === 2 && !this.output.trim()) return 'Say where results go.'
    if (step === 3 && this.extensions.length === 0) return 'Choose at least one kind of file.'
    if (step === 3) return this.lacks
    return ''
  }

  clear(): void {
    Object.assign(this, {
      step: 0, name: '', code: '', folder: '', modality: [], input: '', ownOutput: null, texture_dirs: [], mode: 'root', depth: '1',
      prefix: '', suffix: '', pattern: '', table: '', key: '', group: '', exclude: '', materials: true, textures: true, archive_subfolders: false,
      packing: {}, hand: { by_hand: noHand(), set_aside: {} }, history: [], summary: null, added: [], removed: [], ownBundle: null, ownPrimary: null,
    })
  }
}

export const form = new Form()

const PLACE = 'hdp.wizard'
const KEPT = [
  'step', 'name', 'code', 'folder', 'modality', 'input', 'ownOutput', 'texture_dirs', 'mode', 'depth', 'prefix', 'suffix', 'pattern', 'table',
  'key', 'group', 'exclude', 'materials', 'textures', 'archive_subfolders', 'packing', 'hand', 'added', 'removed', 'ownBundle', 'ownPrimary',
] as const

/** Keeps the answers for as long as the tab is open, so that a reload does not lose them. */
export function keepForm(): void {
  const answers = JSON.stringify(Object.fromEntries(KEPT.map((name) => [name, form[name]])))
  try {
    sessionStorage.setItem(PLACE, answers)
  } catch {
    // A browser without storage forgets at a reload; nothing else depends on it.
  }
}

/** Takes the answers that were kept; the last step comes after a new look at the folder. */
export function restoreForm(): void {
  try {
    const answers = JSON.parse(sessionStorage.getItem(PLACE) ?? '{}') as Record<string, unknown>
    const same = KEPT.filter((name) => name in answers && (name.startsWith('own') || typeof answers[name] === typeof form[name]))
    Object.assign(form, Object.fromEntries(same.map((name) => [name, answers[name]])))
    form.step = Math.min(Math.max(0, Math.trunc(form.step)), 4)
  } catch {
    // What cannot be read is forgotten.
  }
}

restoreForm()

// What the wizard was told so far; it outlives the steps, so Back keeps everything.
import type { Finding, Item, Modality } from '../../types'

export const STEPS = ['Project Details', 'Modality Templates', 'Data Paths', 'File Scan Options', 'Review Found Files', 'Complete']

export interface Preview {
  items: Item[]
  counts: { items: number; files: number; bytes: number; by_status: Record<string, number>; by_extension: Record<string, number> }
  findings: Finding[]
  skipped: Record<string, unknown>
}

export const slug = (name: string): string =>
  name.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'project'

export const joined = (folder: string, name: string): string => {
  const sep = folder.includes('\\') ? '\\' : '/'
  return folder.replace(/[\\/]+$/, '') + sep + name
}

export const stem = (name: string): string => name.replace(/\.[^.]+$/, '')

class Form {
  step = $state(0)
  name = $state('')
  code = $state('')
  folder = $state('')
  modality = $state<string[]>([])
  input = $state('')
  output = $state('')
  bundle = $state<'none' | 'stem'>('none')
  primary = $state('')
  extensions = $state<string[]>([])
  exclude = $state('')
  materials = $state(true)
  textures = $state(true)
  known = $state.raw<Modality[]>([])
  preview = $state.raw<Preview | null>(null)

  get file(): string {
    return this.folder ? joined(this.folder, `${slug(this.name)}.hdpc`) : ''
  }

  /** The extensions of the chosen modalities, each once. */
  get offered(): string[] {
    return [...new Set(this.known.filter((m) => this.modality.includes(m.id)).flatMap((m) => m.extensions))].sort()
  }

  toggle(id: string, on: boolean): void {
    this.modality = on ? [...this.modality, id] : this.modality.filter((m) => m !== id)
    this.extensions = this.offered
    const template = this.known.find((m) => m.id === this.modality[0])
    if (template) this.primary = template.primary ?? ''
    this.bundle = template?.bundle === 'stem' ? 'stem' : 'none'
  }

  body(): Record<string, unknown> {
    return {
      file: this.file, name: this.name.trim(), code: this.code.trim() || slug(this.name), input: this.input.trim(), output: this.output.trim(),
      modality: this.modality, mode: 'root', extensions: this.extensions, bundle: this.bundle, primary: this.primary,
      materials: this.materials, textures: this.textures,
      exclude: this.exclude.split('\n').map((line) => line.trim()).filter(Boolean),
    }
  }

  /** Why the step cannot be left yet; empty when it can. */
  missing(step: number): string {
    if (step === 0 && !this.name.trim()) return 'Give the project a name.'
    if (step === 0 && !this.folder.trim()) return 'Say where the project file goes.'
    if (step === 1 && this.modality.length === 0) return 'Choose at least one kind of material.'
    if (step === 2 && !this.input.trim()) return 'Say where the files are.'
    if (step === 2 && !this.output.trim()) return 'Say where results go.'
    if (step === 3 && this.extensions.length === 0) return 'Choose at least one kind of file.'
    return ''
  }

  clear(): void {
    Object.assign(this, {
      step: 0, name: '', code: '', folder: '', modality: [], input: '', output: '', bundle: 'none', primary: '', extensions: [],
      exclude: '', materials: true, textures: true, preview: null,
    })
  }
}

export const form = new Form()

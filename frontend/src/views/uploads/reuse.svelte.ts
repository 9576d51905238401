// Use what was prepared in another environment: shapes of the answers, and what was waved away.
import { SvelteSet } from 'svelte/reactivity'
import { t } from '../../i18n/index.svelte'
import { store } from '../../store.svelte'
import type { Finding } from '../../types'

export interface Offer { env: string; title: string; builtin: boolean; items: number }
export interface Change { field: string; title: string; before: unknown; after: unknown; taken: boolean; why: string; left: number }
export interface Compared {
  item: number; title: string; state: string; there: string; left_out: string
  differences: Change[]; files: { name: string; what: 'new' | 'gone' | 'changed' }[]; findings: Finding[]
}

export const titleOf = (one: { title: string; builtin?: boolean }): string => (one.builtin ? t(one.title) : one.title)
export const errorsOf = (one: Compared): Finding[] => one.findings.filter((f) => f.severity === 'error')
export const able = (one: Compared): boolean => !one.left_out && errorsOf(one).length === 0
export const says = (one: Compared): boolean => one.differences.length + one.files.length > 0

/** Offers that the person does not want now; they come again with the next start. */
const waved = new SvelteSet<string>()
const keyOf = (stage: string): string => `${store.app?.project?.path ?? ''}|${store.envName}|${stage}`
export const isWaved = (stage: string): boolean => waved.has(keyOf(stage))
export const wave = (stage: string): void => void waved.add(keyOf(stage))

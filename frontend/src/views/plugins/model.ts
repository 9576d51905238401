// What the plugins' table and its dialogs share.
import type { Tone } from '../../types'

export interface Plugin {
  id: string; name: string; version: string; status: string; reason: string; where: string; source: string; summary: string
  components: string[]; targets: string[]; secrets: string[]; hosts: string[]; environment: '' | 'missing' | 'ready'
  modalities: Brought[]; checkers: Brought[]; thumbnailers: Brought[]; sources: Brought[]
}
/** Something that a plugin brings for formats of files. */
export interface Brought { id: string; title: string; extensions: string[] }

const NAMED = { modalities: 'Material: {title}', checkers: 'Checks: {title}', thumbnailers: 'Pictures: {title}', sources: 'Tables: {title}' }
/** What it brings beside components and repositories, in words and with the endings of the files. */
export function brought(one: Plugin, t: (text: string, words: Record<string, string>) => string): string[] {
  return (Object.keys(NAMED) as (keyof typeof NAMED)[]).flatMap((kind) =>
    (one[kind] ?? []).map((each) => `${t(NAMED[kind], { title: each.title })}${each.extensions.length ? ` (${each.extensions.join(' ')})` : ''}`))
}
/** Those that HDP put there itself can be removed by it. */
export const isInstalled = (one: Plugin): boolean => one.source === 'folder' || one.source === 'wheel'
export const canSwitch = (one: Plugin): boolean => one.source !== 'developer' && !one.reason.includes('is used,')
export const isOff = (one: Plugin): boolean => one.status === 'disabled'

export const STATUS: Record<string, { word: string; tone: Tone; icon: string }> = {
  ready: { word: 'Ready', tone: 'idle', icon: 'ok' },
  disabled: { word: 'Disabled', tone: 'idle', icon: 'skip' },
  incompatible: { word: 'Incompatible', tone: 'warn', icon: 'warn' },
  incomplete: { word: 'Incomplete', tone: 'warn', icon: 'warn' },
  broken: { word: 'Broken', tone: 'loss', icon: 'bad' },
}

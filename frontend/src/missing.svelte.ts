// Items that have no picture, so that each is asked for once; forgotten when files change.
import { SvelteSet } from 'svelte/reactivity'
import { store } from './store.svelte'

const missing = new SvelteSet<number>()
let asOf = -1

function fresh(): void {
  const now = store.ticks.files + store.ticks.items
  if (now === asOf) return
  asOf = now
  missing.clear()
}

export const hasNoPicture = (item: number): boolean => missing.has(item)
export function noPicture(item: number): void {
  fresh()
  missing.add(item)
}

// Items that have no picture, so that each is asked for once; asked again when files or pictures change.
import { SvelteMap } from 'svelte/reactivity'
import { store } from './store.svelte'

const missing = new SvelteMap<number, number>()
const asOf = (): number => store.ticks.files + store.ticks.items + store.ticks.pictures

export const hasNoPicture = (item: number): boolean => missing.get(item) === asOf()
export function noPicture(item: number): void {
  missing.set(item, asOf())
}

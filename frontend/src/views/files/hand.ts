// What a person does with items by hand, from the list and from an item's page.
export type HandAction = 'set-aside' | 'restore' | 'accept' | 'merge' | 'forget' | 'add' | 'find-again'

export interface Hand { id: HandAction; word: string; aside: boolean }
export const BATCH: Hand[] = [
  { id: 'accept', word: 'Accept as it is', aside: false },
  { id: 'merge', word: 'Merge into one item', aside: false },
  { id: 'find-again', word: 'Find again', aside: false },
  { id: 'set-aside', word: 'Put aside', aside: false },
  { id: 'restore', word: 'Restore', aside: true },
]

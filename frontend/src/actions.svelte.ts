// Starting an action on records, and saying where they went when it is done.
import { post } from './api'
import { t } from './i18n/index.svelte'
import { store } from './store.svelte'
import type { Job } from './types'
import { ui, type Offer } from './ui.svelte'

export const WENT: Record<string, string> = {
  prepare: '{n} records moved to Create Draft.',
  again: '{n} records are prepared again.',
  back: '{n} records moved back to Prepare Metadata.',
  create: '{n} records moved to Manage Drafts.',
  'create-upload': '{n} records moved to Manage Drafts, with their files.',
  upload: '{n} records are uploaded.',
  publish: '{n} records moved to Published.',
  update: 'Metadata of {n} records is updated.',
  verify: '{n} records are verified.',
  submit: '{n} records were handed to the curators.',
  discard: '{n} drafts are discarded.',
  version: '{n} new versions are in Manage Drafts.',
  'set-aside': '{n} items are removed from the project. Their files stay where they are.',
}
const CONFIRMED = ['publish', 'submit', 'discard', 'set-aside']
export const asksFirst = (action: string): boolean => CONFIRMED.includes(action)

const OPEN = ['queued', 'running']

const mine = new Map<number, { action: string; ids: number[] }>()

/** Removing from the project can be taken back; what else can, says so itself. */
function undo(action: string, ids: number[]): Offer | undefined {
  if (action !== 'set-aside') return undefined
  return {
    label: t('Undo'),
    run: () => void ui.try(async () => {
      const back = await post<{ items: number[] }>('/items/restore', { ids })
      ui.say(t('{n} items are back in the project.', { n: back.items.length }), 'ok')
    }),
  }
}

store.onFinish(told)

function told(job: Job): void {
  const begun = mine.get(job.id)
  if (!begun) return
  const { action, ids } = begun
  mine.delete(job.id)
  const sentence = WENT[action]
  // The job's own window says it already, but offers no way back.
  const way = undo(action, ids)
  if (sentence && job.done > 0 && (way || ui.job !== job.id)) ui.say(t(sentence, { n: job.done }), 'ok', '', way)
  if (job.failed > 0 && ui.job !== job.id) ui.say(t('{n} failed: {title}', { n: job.failed, title: t(job.title) }), 'loss', t('Activity has the reasons.'))
}

export interface Start { confirm?: number | null; show?: boolean; extra?: Record<string, unknown>; says?: string }

/** Starts `action` on `ids` in the chosen environment; `show` opens the progress at once, `says` is what WENT tells. */
export async function start(action: string, ids: number[], { confirm = null, show = false, extra = {}, says = action }: Start = {}): Promise<boolean> {
  const answer = await ui.try(() => post<{ job: number }>('/actions', { action, env: store.envName, ids, confirm, ...extra }))
  if (!answer) return false
  mine.set(answer.job, { action: says, ids })
  if (show) ui.job = answer.job
  // A short job can end before its number is here.
  const known = store.jobs.get(answer.job)
  if (known && !OPEN.includes(known.state)) told(known)
  return true
}

// What a job's numbers say: how far it is, how fast, how long still.
import { number, percent, span } from './format'
import { t } from './i18n/index.svelte'
import type { Job } from './types'

export const processed = (job: Job): number => job.done + job.failed + job.skipped

/** Whole percent: by bytes where the job moves bytes, else by items and the steps of those begun. */
export const jobPercent = (job: Job): number => percent(job.share, 1)

export function timeLeft(job: Job, bytesPerSecond: number, now: number): string {
  let seconds = 0
  if (job.bytes_total > 0 && bytesPerSecond > 0) seconds = (job.bytes_total - job.bytes_done) / bytesPerSecond
  else if (job.started && job.share > 0) seconds = ((now - new Date(job.started).getTime()) / 1000 / job.share) * (1 - job.share)
  if (!(seconds > 0) || !Number.isFinite(seconds)) return ''
  const [n, unit] = span(seconds)
  return `${number(n)} ${t(unit)}`
}

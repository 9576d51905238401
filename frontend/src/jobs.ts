// What a job's numbers say: how far it is, how fast, how long still.
import { number, percent, span } from './format'
import { t } from './i18n/index.svelte'
import type { Job } from './types'

export const processed = (job: Job): number => job.done + job.failed + job.skipped

/** Whole percent: by bytes where the job moves bytes, else by items. */
export function jobPercent(job: Job): number {
  if (job.bytes_total > 0) return percent(job.bytes_done, job.bytes_total)
  return percent(processed(job), job.total)
}

export function timeLeft(job: Job, bytesPerSecond: number, now: number): string {
  let seconds = 0
  if (job.bytes_total > 0 && bytesPerSecond > 0) seconds = (job.bytes_total - job.bytes_done) / bytesPerSecond
  else if (job.started && processed(job) > 0) {
    const each = (now - new Date(job.started).getTime()) / 1000 / processed(job)
    seconds = each * (job.total - processed(job))
  }
  if (!(seconds > 0) || !Number.isFinite(seconds)) return ''
  const [n, unit] = span(seconds)
  return `${number(n)} ${t(unit)}`
}

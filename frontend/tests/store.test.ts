import { beforeEach, expect, it, vi } from 'vitest'
import { language } from '../src/i18n/index.svelte'
import { jobPercent, timeLeft } from '../src/jobs'
import { store } from '../src/store.svelte'
import type { Job, Task } from '../src/types'

const job = (more: Partial<Job> = {}): Job => ({
  id: 1, kind: 'upload', title: 'Upload Files', state: 'running', env: 'practice', total: 12, done: 3, failed: 1, skipped: 2,
  cancelled: 0, running: 1, share: 0.5, bytes_done: 0, bytes_total: 0, started: null, finished: null, message: '', ...more,
})
const task = (more: Partial<Task> = {}): Task => ({ item: 5, title: 'x', state: 'running', done: 1, total: 4, message: '', error: null, ...more })
let seq = 0
const tell = (event: object) => store.hear({ seq: ++seq, at: '', ...event } as never)

beforeEach(() => {
  store.jobs.clear()
  store.tasks.clear()
})

it('knows which jobs run, in the order they were started', () => {
  tell({ type: 'job', job: job({ id: 2 }) })
  tell({ type: 'job', job: job({ id: 1 }) })
  tell({ type: 'job', job: job({ id: 3, state: 'done' }) })
  expect(store.running.map((j) => j.id)).toEqual([1, 2])
})

it('finds the work on an item in its own environment only', () => {
  tell({ type: 'job', job: job() })
  tell({ type: 'task', job_id: 1, task: task() })
  expect(store.workOn(5, 'practice')?.task.done).toBe(1)
  expect(store.workOn(5, 'sandbox')).toBeNull()
  tell({ type: 'task', job_id: 1, task: task({ state: 'done' }) })
  expect(store.workOn(5, 'practice')).toBeNull()
})

it('tells the end of a job once, also when it was never seen running', () => {
  const ends: number[] = []
  const off = store.onFinish((j) => ends.push(j.id))
  tell({ type: 'job', job: job() })
  tell({ type: 'job', job: job({ state: 'done' }) })
  tell({ type: 'job', job: job({ state: 'done' }) })
  tell({ type: 'job', job: job({ id: 2, state: 'failed' }) })
  off()
  tell({ type: 'job', job: job({ id: 4, state: 'done' }) })
  expect(ends).toEqual([1, 2])
})

it('a change moves the ticks of its kinds only', () => {
  const before = { ...store.ticks }
  tell({ type: 'changed', kinds: ['deposits'], ids: [1], by: null })
  expect(store.ticks.deposits).toBe(before.deposits + 1)
  expect(store.ticks.items).toBe(before.items)
})

it('progress is the share that the server says, and 100 only at the end', () => {
  expect(jobPercent(job())).toBe(50)
  expect(jobPercent(job({ share: 0.9999 }))).toBe(99)
  expect(jobPercent(job({ share: 1 }))).toBe(100)
})

it('time left comes from the speed, or from how long each record took', () => {
  expect(timeLeft(job({ bytes_done: 0, bytes_total: 600 }), 2, 0)).toBe('5 min')
  expect(timeLeft(job({ started: '2026-01-01T00:00:00Z' }), 0, Date.parse('2026-01-01T00:00:06Z'))).toBe('6 s')
  expect(timeLeft(job({ started: '2026-01-01T00:00:00Z', share: 0 }), 0, 0)).toBe('')
})

const answering = (...jobs: Job[]) =>
  vi.stubGlobal('fetch', async (url: string) => {
    const body = String(url).includes('/jobs') ? { jobs, total: jobs.length } : { project: { path: 'x' }, environments: [{ name: 'practice' }], recents: [] }
    return new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } })
  })

it('ends what another process ended, though no event told of it', async () => {
  answering(job())
  await store.refresh()
  expect(store.running.map((j) => j.id)).toEqual([1])
  answering(job({ state: 'done' }))
  await store.refresh()
  expect(store.running).toEqual([])
  vi.unstubAllGlobals()
})

it('does not let an answer that came late run an ended job again', async () => {
  answering(job())
  await store.refresh()
  tell({ type: 'job', job: job({ state: 'done' }) })
  await store.refresh()
  expect(store.running).toEqual([])
  vi.unstubAllGlobals()
})

it('calls an environment of HDP by its German name, a person\'s own as it is called', async () => {
  const one = (name: string, title: string, builtin: boolean) => ({ name, title, builtin })
  store.app = { environments: [one('practice', 'Practice', true), one('dans', 'DANS', false)] } as never
  await language.set('de')
  expect([store.place('practice'), store.place('dans'), store.place('gone')]).toEqual(['Übung', 'DANS', 'gone'])
  await language.set('en')
  store.app = null
})

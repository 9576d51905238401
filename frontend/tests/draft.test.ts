import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Draft } from '../src/views/pipelines/draft.svelte'
import type { Model } from '../src/views/pipelines/model'

// A server that takes its time; its "YAML" is JSON.
let waiting: (() => void)[] = []
const said = (model: Model) => ({ yaml: JSON.stringify(model), model, valid: true, findings: [] })
const answer = (path: string, body: { yaml: string; model?: Model }) =>
  said(path.endsWith('/write') ? { ...(JSON.parse(body.yaml) as Model), ...body.model } : (JSON.parse(body.yaml) as Model))

beforeEach(() => {
  waiting = []
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (path: string, init: { body: string }) =>
    new Promise((done) => waiting.push(() => done(new Response(JSON.stringify(answer(path, JSON.parse(init.body))), { status: 200 })))))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const opened = (): Draft => {
  const draft = new Draft()
  draft.take({ ...said({ name: 'x' }), name: 'x', file: 'x.yaml', own: true, hash: '' })
  return draft
}
async function serve(): Promise<void> {
  await vi.advanceTimersByTimeAsync(400)
  for (let n = 0; n < 10 && waiting.length; n += 1) {
    waiting.shift()!()
    await vi.advanceTimersByTimeAsync(400)
  }
}

it('loses nothing that is changed while another change is on its way', async () => {
  const draft = opened()
  draft.change((model) => ({ ...model, a: 1 }))
  await vi.advanceTimersByTimeAsync(100)
  expect(waiting).toHaveLength(1)
  draft.change((model) => ({ ...model, b: 2 }))
  expect(draft.model).toEqual({ name: 'x', a: 1, b: 2 })
  await serve()
  expect(JSON.parse(draft.text)).toEqual({ name: 'x', a: 1, b: 2 })
  expect(draft.busy).toBe(false)
})

it('writes what the form changed into what was typed meanwhile', async () => {
  const draft = opened()
  draft.change((model) => ({ ...model, a: 1 }))
  await vi.advanceTimersByTimeAsync(100)
  draft.type('{"name":"typed"}')
  await serve()
  expect(JSON.parse(draft.text)).toEqual({ name: 'typed', a: 1 })
  expect(draft.model).toEqual({ name: 'typed', a: 1 })
})

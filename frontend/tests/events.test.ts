import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Events } from '../src/events'
import type { ServerEvent } from '../src/types'

class FakeSource {
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  onmessage: ((message: MessageEvent) => void) | null = null
  closed = false
  close() {
    this.closed = true
  }
  send(event: object) {
    this.onmessage?.({ data: JSON.stringify(event) } as MessageEvent)
  }
}

let opened: { url: string; source: FakeSource }[]
let heard: ServerEvent[]
let resets: number
let events: Events

beforeEach(() => {
  vi.useFakeTimers()
  opened = []
  heard = []
  resets = 0
  events = new Events({ event: (e) => heard.push(e), reset: () => (resets += 1) }, (url) => {
    const source = new FakeSource()
    opened.push({ url, source })
    return source as unknown as EventSource
  })
  events.start()
})
afterEach(() => {
  events.stop()
  vi.useRealTimers()
})

const said = (seq: number) => ({ type: 'said', seq, at: '', level: 'info', message: `${seq}` })
const numbers = () => heard.map((e) => e.seq)

it('asks again after the last number it saw, and drops what it has seen', () => {
  opened[0]!.source.send(said(1))
  opened[0]!.source.send(said(2))
  opened[0]!.source.onerror!()
  expect(opened[0]!.source.closed).toBe(true)
  vi.advanceTimersByTime(500)
  expect(opened[1]!.url).toBe('/api/events?after=2')
  opened[1]!.source.send(said(2))
  opened[1]!.source.send(said(3))
  expect(numbers()).toEqual([1, 2, 3])
})

it('waits longer each time, and briefly again once it was open', () => {
  for (const wait of [500, 1000, 2000, 4000, 8000, 8000]) {
    opened.at(-1)!.source.onerror!()
    const before = opened.length
    vi.advanceTimersByTime(wait - 1)
    expect(opened.length).toBe(before)
    vi.advanceTimersByTime(1)
    expect(opened.length).toBe(before + 1)
  }
  opened.at(-1)!.source.onopen!()
  opened.at(-1)!.source.onerror!()
  vi.advanceTimersByTime(500)
  expect(opened.length).toBe(8)
})

it('holds events while something is fetched, then tells them in order', async () => {
  let done = () => {}
  const work = events.during(() => new Promise<void>((resolve) => (done = resolve)))
  opened[0]!.source.send(said(1))
  opened[0]!.source.send(said(2))
  expect(numbers()).toEqual([])
  done()
  await work
  expect(numbers()).toEqual([1, 2])
})

it('tells held events even when the fetch fails', async () => {
  const work = events.during(async () => {
    opened[0]!.source.send(said(1))
    throw new Error('gone')
  })
  await expect(work).rejects.toThrow('gone')
  expect(numbers()).toEqual([1])
})

it('a reset drops what was held and asks for everything again', async () => {
  await events.during(async () => {
    opened[0]!.source.send(said(1))
    opened[0]!.source.send({ type: 'reset', seq: 9, at: '' })
    opened[0]!.source.send(said(10))
  })
  expect(resets).toBe(1)
  expect(numbers()).toEqual([10])
  expect(events.seq).toBe(10)
})

it('ignores a message that is not JSON', () => {
  opened[0]!.source.onmessage!({ data: 'nonsense' } as MessageEvent)
  opened[0]!.source.send(said(1))
  expect(numbers()).toEqual([1])
})

import { afterEach, expect, it, vi } from 'vitest'
import { ApiError, get, isOurs, post, withQuery } from '../src/api'

afterEach(() => vi.unstubAllGlobals())

const answers = (status: number, body: string) => {
  const fake = vi.fn(async (_url: string, _init?: RequestInit) => new Response(body, { status }))
  vi.stubGlobal('fetch', fake)
  return fake
}

it('leaves empty filters out of the address', () => {
  expect(withQuery('/uploads', { env: 'practice', search: '', since: null, offset: 0 })).toBe('/uploads?env=practice&offset=0')
  expect(withQuery('/app')).toBe('/app')
})

it('gives the answer, and every state change carries an id of ours', async () => {
  const fake = answers(200, '{"job": 7}')
  expect(await post('/actions', { action: 'upload' })).toEqual({ job: 7 })
  const [url, init] = fake.mock.calls[0]!
  const headers = init!.headers as Record<string, string>
  expect(url).toBe('/api/actions')
  expect(headers['Content-Type']).toBe('application/json')
  expect(isOurs(headers['X-Action-Id'])).toBe(true)
  expect(isOurs('somebody-else')).toBe(false)
})

it('turns an error into a sentence with its hint', async () => {
  answers(409, JSON.stringify({ error: { code: 'wrong-state', message: 'It is published.', hint: 'Make a new version.' } }))
  const error = (await get('/x').catch((e) => e)) as ApiError
  expect(error).toBeInstanceOf(ApiError)
  expect([error.status, error.code, error.message, error.hint]).toEqual([409, 'wrong-state', 'It is published.', 'Make a new version.'])
})

it('survives an answer that is not JSON', async () => {
  answers(502, '<html>Bad gateway</html>')
  expect(((await get('/x').catch((e) => e)) as ApiError).code).toBe('http-502')
  answers(200, '<html>')
  expect(((await get('/x').catch((e) => e)) as ApiError).code).toBe('not-json')
})

it('says so when the server is gone', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  const error = (await get('/x').catch((e) => e)) as ApiError
  expect(error.code).toBe('no-server')
  expect(error.hint).not.toBe('')
})

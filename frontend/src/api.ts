// The only fetch of the page: JSON in and out, every failure an ApiError with a sentence.
import type { Finding, Problem, Where } from './types'

export class ApiError extends Error {
  code: string
  hint: string
  where: Where
  findings: Finding[]
  status: number
  report: string

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.message || 'The server gave no reason.')
    this.status = status
    this.code = problem.code ?? 'unknown'
    this.hint = problem.hint ?? ''
    this.where = problem.where ?? {}
    this.findings = problem.findings ?? []
    this.report = problem.report ?? ''
  }
}

/** Is told of every mistake of the server's own. */
export const bugs: { hear: (error: ApiError) => void } = { hear: () => undefined }

/** Anything thrown, as an ApiError that can be shown. */
export function asError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  return new ApiError(0, { code: 'page', message: String((thrown as Error)?.message ?? thrown) })
}

let counter = 0
const page = Math.random().toString(36).slice(2, 10)

/** An id for one action; events that it causes carry it as `by`. */
export const actionId = (): string => `${page}-${++counter}`
export const isOurs = (by: string | null | undefined): boolean => !!by?.startsWith(page)

export type Query = Record<string, string | number | boolean | null | undefined>

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

async function answer<T>(response: Response): Promise<T> {
  let body: unknown = null
  try {
    body = await response.json()
  } catch {
    if (response.ok) throw new ApiError(response.status, { code: 'not-json', message: 'The server answered something that is not JSON.' })
  }
  if (response.ok) return body as T
  const problem = (body as { error?: Problem } | null)?.error
  const error = new ApiError(response.status, problem ?? { code: `http-${response.status}`, message: `The server answered ${response.status}.` })
  if (error.code === 'bug') bugs.hear(error)
  throw error
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`/api${path}`, { credentials: 'same-origin', ...init })
  } catch (thrown) {
    if ((thrown as Error).name === 'AbortError') throw thrown
    throw new ApiError(0, {
      code: 'no-server',
      message: 'Heritage Data Processor does not answer.',
      hint: 'It may have been closed. Start it again, then try again.',
    })
  }
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return answer<T>(await send(withQuery(path, query), { signal }))
}

/** A file that the server makes, given to the browser as a download of this name. */
export async function download(path: string, query: Query, name: string): Promise<void> {
  const response = await send(withQuery(path, query), {})
  if (!response.ok) await answer(response)
  const url = URL.createObjectURL(await response.blob())
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return answer<T>(
    await send(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Action-Id': actionId() },
      body: JSON.stringify(body),
    }),
  )
}

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { init } from './server.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers of the API under test; what they hold is what the tests assert
export type Json = any

/** Calls the private API with the personal key of the tests; throws on an answer that is not 2xx. */
export async function api(url: string, method: string, path: string, body?: unknown): Promise<Json> {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${init.personalApiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
  return text ? JSON.parse(text) : undefined
}

/** Runs HogQL in the current project; rows of the answer. */
export async function hogql(url: string, query: string): Promise<Json[][]> {
  const answer = await api(url, 'POST', '/api/projects/@current/query/', {
    query: { kind: 'HogQLQuery', query },
  })
  return answer.results
}

/** Posts a capture body with the project's key put in. */
export function capture(url: string, path: string, body: Record<string, unknown>): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ api_key: init.projectApiKey, ...body }),
  })
}

/** The headers without which Capture V1 reads no body. */
export const v1Headers = () => ({
  authorization: `Bearer ${init.projectApiKey}`,
  'content-type': 'application/json',
  'posthog-sdk-info': 'black-box/1.0',
  'posthog-attempt': '1',
  'posthog-request-id': randomUUID(),
  'posthog-request-timestamp': new Date().toISOString(),
  'user-agent': 'black-box',
})

/** Repeats `look` until it gives something truthy, or throws what it last gave after `ms`. */
export async function eventually<T>(look: () => Promise<T>, what: string, ms = 30_000): Promise<T> {
  const deadline = Date.now() + ms
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const value = await look()
      if (value) return value
      last = value
    } catch (error) {
      last = error
    }
    await sleep(100)
  }
  throw new Error(
    `${what}: not within ${ms} ms; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  )
}

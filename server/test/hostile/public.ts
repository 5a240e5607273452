import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import lzString from 'lz-string'
import type { Operation, PublicOperation } from '../../src/http/operation.ts'
import { captureOperations } from '../../src/public-api/capture/contract.ts'
import { v1Operations } from '../../src/public-api/capture/v1-contract.ts'
import {
  decideOperation,
  definitionsOperation,
  earlyAccessOperation,
  flagsOperation,
  localEvaluationOperation,
  remoteConfigOperation,
  surveysOperation,
} from '../../src/public-api/flags/contract.ts'
import type { Random } from './random.ts'
import { hostileText } from './values.ts'

/** What SDKs call is declared for the documentation alone, and takes more than it declares. */
export type PublicAsked = Operation & { declared: PublicOperation }

/** How a body is packed. `query`: in the address, as old SDKs send it. */
export const wrappings = [
  'gzip',
  'gzip by its bytes',
  'gzip by the query',
  'gzip, cut',
  'gzip, far larger than it looks',
  'gzip, twice',
  'deflate',
  'br',
  'unknown encoding',
  'base64',
  'base64 of gzip',
  'lz64',
  'form',
  'form of base64',
  'query',
] as const
export type Wrapping = (typeof wrappings)[number]

/** Files and configuration, and other ways to ask the same, which no documentation has. */
const undocumented: [id: string, method: 'GET' | 'POST', path: string][] = [
  ['array_config', 'GET', '/array/:token/config'],
  ['array_config_js', 'GET', '/array/:token/config.js'],
  ['array_js', 'GET', '/array/:token/array.js'],
  ['static_file', 'GET', '/static/:file'],
  ['e_list', 'GET', '/e/'],
  ['flags_list', 'GET', '/flags/'],
  ['decide_list', 'GET', '/decide/'],
  // recordings are not taken
  ['s_create', 'POST', '/s/'],
  ['web_js_retrieve', 'GET', '/api/web_experiments/'],
]

const asked = (declared: PublicOperation): PublicAsked => ({
  ...declared,
  declared,
  access: 'anyone',
  tags: [declared.tag.name],
})

const tag = { name: 'public', description: '' }

export const publicOperations: PublicAsked[] = [
  ...captureOperations.map(({ declared }) => declared),
  ...v1Operations,
  flagsOperation,
  decideOperation,
  earlyAccessOperation,
  surveysOperation,
  definitionsOperation,
  localEvaluationOperation,
  remoteConfigOperation,
  ...undocumented.map(
    ([id, method, path]): PublicOperation => ({ id, method, path, tag, summary: id, answer: null }),
  ),
].map(asked)

export const isPublic = (operation: Operation): operation is PublicAsked => 'declared' in operation

/** What each of them is asked rightly, on a project with this key. */
export function plainPublic({ declared }: PublicAsked, project: { id: string; token: string }) {
  const example = declared.example ?? (declared.method === 'POST' ? {} : undefined)
  const body: unknown =
    example === undefined
      ? undefined
      : JSON.parse(JSON.stringify(example).replace(/phc_(?:your_project_api_key|…)/g, project.token))
  const isV1 = v1Operations.includes(declared)
  return {
    path: declared.path
      .replace(':project_id', project.id)
      .replace(':token', project.token)
      .replace(':file', 'array.js')
      .replace(':key', 'canary'),
    query: declared.method === 'GET' ? ([['token', project.token]] as [string, string][]) : [],
    headers: isV1
      ? {
          authorization: `Bearer ${project.token}`,
          'posthog-sdk-info': 'posthog-js/1.2.3',
          'posthog-attempt': '1',
          'posthog-request-id': '01a2067e-7b8c-7000-8000-5d3c1f7a9b10',
          'posthog-request-timestamp': '2026-03-01T12:00:09Z',
          'user-agent': 'posthog-js/1.2.3',
        }
      : ({} as Record<string, string>),
    body,
  }
}

/** Parameters that SDKs send, described or not. */
export const publicQuery = [
  ...['token', 'api_key', 'personal_api_key', 'data', 'compression', 'ip', '_', 'ver', 'v', 'sent_at'],
  ...['beacon', 'config', 'stage', 'send_cohorts', 'lib', 'retry_count'],
]

const headerNames = [
  ...[
    'authorization',
    'content-encoding',
    'content-type',
    'user-agent',
    'origin',
    'referer',
    'if-none-match',
  ],
  ...['x-forwarded-for', 'posthog-sdk-info', 'posthog-attempt', 'posthog-request-id'],
  ...['posthog-request-timestamp', 'accept-encoding', 'cookie', 'access-control-request-method'],
]

/** One header that nobody expects; null takes it away. What no header can hold is left out. */
export function hostileHeader(random: Random, trap: string): [name: string, value: string | null] {
  const text = random.pick<() => string | null>([
    () => null,
    () => hostileText(random, trap),
    () => `Bearer ${hostileText(random, trap)}`,
    () => random.pick(['gzip', 'br', 'zstd', 'deflate', 'identity', 'gzip, gzip', '*']),
    () => random.pick(['1', '-1', '0', '999999999999', '1e3', 'NaN']),
    () => Array.from({ length: 300 }, () => '203.0.113.7').join(', '),
  ])()
  return [random.pick(headerNames), text?.replace(/[^\t\x20-\x7e]/g, '').slice(0, 6000) ?? null]
}

type Packed = { query?: [string, string]; headers: Record<string, string>; payload?: Buffer | string }

/** Larger than any body may be, and small until it is unpacked. */
const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 32))

export function wrapped(text: string, wrapping: Wrapping): Packed {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const encoded = (encoding: string, payload: Buffer): Packed => ({
    headers: { 'content-encoding': encoding },
    payload,
  })
  switch (wrapping) {
    case 'gzip':
      return encoded('gzip', gzipSync(text))
    case 'gzip by its bytes':
      return { headers: { 'content-type': 'text/plain' }, payload: gzipSync(text) }
    case 'gzip by the query':
      return { query: ['compression', 'gzip-js'], headers: {}, payload: gzipSync(text) }
    case 'gzip, cut': {
      const all = gzipSync(text)
      return encoded('gzip', all.subarray(0, Math.max(3, all.length >> 1)))
    }
    case 'gzip, far larger than it looks':
      return encoded('gzip', bomb)
    case 'gzip, twice':
      return encoded('gzip', gzipSync(gzipSync(text)))
    case 'deflate':
      return encoded('deflate', deflateSync(text))
    case 'br':
      return encoded('br', brotliCompressSync(text))
    case 'unknown encoding':
      return encoded('rot13', Buffer.from(text))
    case 'base64':
      return { query: ['compression', 'base64'], headers: {}, payload: Buffer.from(text).toString('base64') }
    case 'base64 of gzip':
      return { headers: {}, payload: gzipSync(text).toString('base64') }
    case 'lz64':
      return { query: ['compression', 'lz64'], headers: {}, payload: lzString.compressToBase64(text) }
    case 'form':
      return { headers: form, payload: `data=${encodeURIComponent(wellFormed(text))}` }
    case 'form of base64':
      return {
        headers: form,
        payload: `compression=base64&data=${encodeURIComponent(Buffer.from(text).toString('base64'))}`,
      }
    case 'query':
      // an address has its limit, as in every server
      return { query: ['data', wellFormed(text).slice(0, 8000)], headers: {} }
  }
}

/** A lone surrogate has no place in an address. */
const wellFormed = (text: string) => Buffer.from(text).toString()

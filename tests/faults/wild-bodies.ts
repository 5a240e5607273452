import { randomBytes, randomUUID } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import lzString from 'lz-string'
import { v1Headers } from '../support/api.ts'
import { init } from '../support/server.ts'

/** A capture request as no SDK should send it. */
export type WildRequest = {
  path: string
  headers: Record<string, string>
  body: Buffer | string
  /** Uuids of its events, where they are for certain what the server reads; null: who knows. */
  uuids: string[] | null
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!
const chance = (share: number) => Math.random() < share
const below = (most: number) => Math.floor(Math.random() * most)

/** JSON texts that break what is careless. Each is valid, or what Python's writers make. */
const hostileValues = [
  () => '['.repeat(5000) + ']'.repeat(5000),
  () => `${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`,
  () => `"${'x'.repeat(below(100_000))}"`,
  () => `[${'1,'.repeat(below(20_000))}1]`,
  () => '9'.repeat(1 + below(2000)),
  () => '-1e99999',
  () => '1e-99999',
  () => 'NaN',
  () => '-Infinity',
  () => '"\\ud800"',
  () => '"\\udc00\\ud800"',
  () => '"\\u0000"',
  () => '"\u2028\u2029\ufeff"',
  () => '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  () => '{"a":1,"a":2,"a":{"a":3,"a":[]}}',
  () => '{"":{"":{"":null}}}',
  () => '{"a.b":1,"a":{"b":2}}',
  () => `{${Array.from({ length: below(3000) }, (_, n) => `"k${n}":${n}`).join()}}`,
  () => `"${"'; drop table events; --".repeat(1 + below(5))}"`,
  () => '"{{x}} {x:UInt8} %s $1 \\\\ \\" \\n \\t"',
  () => 'true',
  () => 'null',
  () => '[]',
  () => '{}',
  () => '""',
  () => '0',
  () => '-0',
] as const

/** Names that mean something to the pipeline, so that wild values get to where they are used. */
const specialNames = [
  '$set',
  '$set_once',
  '$unset',
  '$groups',
  '$group_type',
  '$group_key',
  '$group_set',
  '$anon_distinct_id',
  'alias',
  '$process_person_profile',
  '$elements',
  '$elements_chain',
  '$ip',
  '$raw_user_agent',
  '$current_url',
  '$session_id',
  '$window_id',
  '$heatmap_data',
  '$ignore_sent_at',
  '$geoip_disable',
  'token',
  'distinct_id',
  '__proto__',
  'toString',
] as const
const eventNames = [
  'wild',
  '$identify',
  '$create_alias',
  '$merge_dangerously',
  '$groupidentify',
  '$pageview',
  '$autocapture',
  '$set',
  '$$heatmap',
  '$snapshot',
  '$performance_event',
  '$$client_ingestion_warning',
  '$exception',
  '$ai_generation',
  '\\u0000\\ud800',
  'x'.repeat(300),
] as const

/** One event as JSON text with some values that are wild. */
function eventText(uuid: string, name: string): string {
  const fields = new Map<string, string>([
    ['uuid', `"${uuid}"`],
    ['event', `"${name}"`],
    ['distinct_id', `"w${below(50)}"`],
    ['timestamp', chance(0.5) ? `"${new Date(Date.now() - below(1e9)).toISOString()}"` : pick(times)],
  ])
  const properties = Array.from(
    { length: below(4) },
    () => `"${chance(0.7) ? pick(specialNames) : `p${below(9)}`}":${pick(hostileValues)()}`,
  )
  fields.set('properties', chance(0.95) ? `{${properties.join()}}` : pick(hostileValues)())
  if (chance(0.1))
    fields.set(pick(['distinct_id', 'event', '$set', '$set_once', 'offset']), pick(hostileValues)())
  return `{${[...fields].map(([name, text]) => `"${name}":${text}`).join()}}`
}

const times = [
  '"0000-00-00"',
  '"9999-12-31T23:59:59Z"',
  '"+275760-09-13T00:00:00Z"',
  '"1969-12-31T23:59:59-14:00"',
  '"2026-02-30T25:61:61Z"',
  '1e18',
  '-1',
  'null',
  '{}',
  '"now"',
] as const

const paths = ['/e/', '/capture/', '/track/', '/engage/', '/batch/', '/i/v0/e/'] as const

type Encoded = Pick<WildRequest, 'headers' | 'body'> & { query?: string }

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const encodings: readonly ((json: Buffer) => Encoded)[] = [
  (json) => ({ headers: { 'content-type': 'application/json' }, body: json }),
  (json) => ({ headers: { 'content-type': 'text/plain' }, body: json }),
  (json) => ({ headers: { 'content-type': 'text/plain' }, body: gzipSync(json) }),
  (json) => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(json) }),
  (json) => ({ headers: {}, body: gzipSync(json), query: '?compression=gzip-js' }),
  (json) => ({ headers: {}, body: json.toString('base64'), query: '?compression=base64' }),
  (json) => ({ headers: form, body: `data=${encodeURIComponent(json.toString('base64'))}` }),
  (json) => ({ headers: form, body: `data=${encodeURIComponent(json.toString())}` }),
  (json) => ({
    headers: form,
    body: `data=${encodeURIComponent(lzString.compressToBase64(json.toString()))}&compression=lz64`,
  }),
  (json) => ({
    headers: {},
    body: lzString.compressToBase64(json.toString()),
    query: '?compression=lz64',
  }),
]

/** A zstd frame of one raw block; there is nothing in Node 20 that compresses so. */
function zstd(bytes: Buffer): Buffer {
  const largest = 128 * 1024
  const blocks: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += largest) {
    const part = bytes.subarray(at, at + largest)
    const header = Buffer.alloc(3)
    header.writeUIntLE((part.length << 3) | (at + largest >= bytes.length ? 1 : 0), 0, 3)
    blocks.push(header, part)
  }
  // No content size, a window of 8 MB.
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68]), ...blocks])
}

const v1Encodings: readonly ((json: Buffer) => Encoded)[] = [
  (json) => ({ headers: {}, body: json }),
  (json) => ({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(json) }),
  (json) => ({ headers: { 'content-encoding': 'br' }, body: brotliCompressSync(json, { params: { 1: 4 } }) }),
  (json) => ({ headers: { 'content-encoding': 'deflate' }, body: deflateSync(json) }),
  (json) => ({ headers: { 'content-encoding': 'deflate' }, body: deflateRawSync(json) }),
  (json) => ({ headers: { 'content-encoding': 'zstd' }, body: zstd(json) }),
]

/** What happens to bytes on a bad way. */
function mutated(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const at = below(copy.length)
  switch (below(6)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      return copy.subarray(at)
    case 2:
      return Buffer.concat([copy.subarray(0, at), randomBytes(1 + below(8)), copy.subarray(at)])
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + 1 + below(20))])
    case 4:
      return Buffer.concat([copy, copy.subarray(at)])
    default:
      for (let flips = 1 + below(4); flips > 0; flips--) copy[below(copy.length)]! ^= 1 << below(8)
      return copy
  }
}

const types = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'image/png',
  'nonsense',
  'application/json; charset=utf-16',
] as const

/** Hostile but valid in a third of the cases: what becomes of those can be asked. */
export function wildRequest(): WildRequest {
  if (chance(0.05)) {
    const headers = { 'content-type': pick(types) }
    return { path: pick(paths), headers, body: randomBytes(below(3000)), uuids: null }
  }
  const uuids = Array.from({ length: 1 + below(4) }, () => randomUUID())
  const names = uuids.map(() => pick(eventNames))
  const events = uuids.map((uuid, at) => eventText(uuid, names[at]!))
  const isV1 = chance(0.3)
  const time = new Date().toISOString()
  const isBatch = isV1 || chance(0.6)
  const text = isV1
    ? `{"created_at":"${time}","batch":[${events}]}`
    : isBatch
      ? `{"api_key":"${init.projectApiKey}","sent_at":"${time}","batch":[${events}]}`
      : `${events[0]!.slice(0, -1)},"api_key":"${init.projectApiKey}"}`
  const harm = pick(['none', 'json', 'bytes', 'headers'] as const)
  const json = harm === 'json' ? mutated(Buffer.from(text)) : Buffer.from(text)
  const { headers, body, query = '' } = pick(isV1 ? v1Encodings : encodings)(json)
  const all: Record<string, string> = { ...(isV1 ? v1Headers() : {}), ...headers }
  if (harm === 'headers') {
    all[pick(['content-type', 'content-encoding', 'posthog-attempt', 'user-agent', 'x-forwarded-for'])] =
      pick([...types, 'gzip', 'br', 'zstd', '\u00ff\u00fe', '0', 'x'.repeat(2000)])
  }
  return {
    path: (isV1 ? '/i/v1/analytics/events' : pick(paths)) + query,
    headers: all,
    body: harm === 'bytes' ? mutated(Buffer.from(body)) : body,
    // Capture throws away requests of nothing but performance events, and knows nothing of them afterwards.
    uuids:
      harm === 'none'
        ? uuids.slice(0, isBatch ? uuids.length : 1).filter((_, at) => names[at] !== '$performance_event')
        : null,
  }
}

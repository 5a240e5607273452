import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { testEventLog } from '../../../test/event-log.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { createErrorHandler } from '../../http/errors.ts'
import type { CaptureEnvelope } from '../../model/captured.ts'
import { captureV1Routes } from './v1-routes.ts'

const closing: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const receivedAt = new Date('2026-03-01T12:00:10.000Z')
const project = { id: 7, anonymizeIps: false } as never
let log: EventLog
let app: FastifyInstance

async function start({
  maxBytes,
  maxBodyBytes = 3_000_000,
}: {
  maxBytes?: number
  maxBodyBytes?: number
} = {}) {
  const whenDone = (close: () => Promise<void>) => closing.push(close)
  log = await testEventLog(whenDone, { maxBytes })
  const directory = {
    projectByToken: (token: string) => (token === 'phc_lab' ? project : undefined),
    projectByPersonalKey: (key: string) => (key === 'phx_mine' ? project : undefined),
  }
  app = fastify({ bodyLimit: maxBodyBytes, routerOptions: { ignoreTrailingSlash: true } })
  app.setErrorHandler(createErrorHandler(() => undefined))
  await app.register(captureV1Routes({ log, directory, maxBodyBytes, now: () => receivedAt }))
  whenDone(() => app.close())
}

async function ask(asked: InjectOptions) {
  const { statusCode, body, headers } = await app.inject(asked)
  return { status: statusCode, headers, text: body, body: JSON.parse(body) }
}

const path = '/i/v1/analytics/events'
const requestId = '0199d5c2-0000-7000-8000-0000000000aa'
const headers = {
  authorization: 'Bearer phc_lab',
  'posthog-sdk-info': 'posthog-node/5.70.0',
  'posthog-attempt': '1',
  'posthog-request-id': requestId,
  'posthog-request-timestamp': '2026-03-01T12:00:05.000Z',
  'content-type': 'application/json',
  'user-agent': 'posthog-node/5.70.0',
}
const uuid = (n: number) => `0199d5c2-0000-7000-8000-${String(n).padStart(12, '0')}`
const event = (n: number, other: object = {}) => ({
  event: 'seen',
  uuid: uuid(n),
  distinct_id: 'ann',
  timestamp: '2026-03-01T12:00:00Z',
  options: {},
  properties: { n },
  ...other,
})
const batch = (...events: unknown[]) => ({ created_at: '2026-03-01T12:00:05Z', batch: events })

const send = (body: unknown, other: Record<string, string | undefined> = {}, to = path) => {
  const sent = Object.fromEntries(
    Object.entries({ ...headers, ...other }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )
  const payload = Buffer.isBuffer(body) ? body : JSON.stringify(body)
  return ask({ method: 'POST', url: to, payload, headers: sent })
}

async function stored(): Promise<{ envelope: CaptureEnvelope; events: Record<string, unknown>[] }> {
  const range = await log.read({ maxBytes: 1e9, waitMs: 0 })
  const whole = Buffer.from(range!.records[0]!.bytes).toString()
  const end = whole.indexOf('\n')
  return { envelope: JSON.parse(whole.slice(0, end)), events: JSON.parse(whole.slice(end + 1)) }
}

const refusal = (status: number, error: string) => ({
  status,
  body: { error, error_description: expect.any(String), error_uri: expect.any(String) },
})

describe('an accepted batch', () => {
  it.each([path, `${path}/`, '/i/v1/ai/events'])(
    'at %s: a result for each event, in their order',
    async (to) => {
      await start()
      const answer = await send(batch(event(2), event(1, { uuid: uuid(1).toUpperCase() })), {}, to)
      expect(answer.status).toBe(200)
      expect(answer.text).toBe(
        JSON.stringify({ results: { [uuid(2)]: { result: 'ok' }, [uuid(1)]: { result: 'ok' } } }),
      )
      expect(answer.headers['posthog-request-id']).toBe(requestId)
      expect(answer.headers['retry-after']).toBeUndefined()
    },
  )

  it('is stored as the other paths would have stored it', async () => {
    await start()
    const options = {
      process_person_profile: '0',
      cookieless_mode: 1,
      disable_skew_correction: 'true',
      product_tour_id: 12,
      unknown: [],
    }
    await send(batch(event(1, { session_id: 's', window_id: 'w', options, distinct_id: ' ann ' })))
    const { envelope, events } = await stored()
    expect(envelope).toMatchObject({
      projectId: 7,
      receivedAt: receivedAt.toISOString(),
      sentAt: '2026-03-01T12:00:05.000Z',
      userAgent: 'posthog-node/5.70.0',
      uuids: [uuid(1)],
    })
    expect(events).toEqual([
      {
        uuid: uuid(1),
        event: 'seen',
        distinct_id: 'ann',
        timestamp: '2026-03-01T12:00:00Z',
        properties: {
          n: 1,
          $lib: 'posthog-node',
          $lib_version: '5.70.0',
          $session_id: 's',
          $window_id: 'w',
          $process_person_profile: false,
          $cookieless_mode: true,
          $ignore_sent_at: true,
          $product_tour_id: '12',
        },
      },
    ])
  })

  it('keeps the digits of large integers', async () => {
    await start()
    const json = JSON.stringify(batch(event(1))).replace('"n":1', '"n":123456789012345678901')
    await send(Buffer.from(json))
    expect((await stored()).events[0]!.properties).toMatchObject({ n: '123456789012345678901' })
  })

  it.each([
    ['no slash', 'node', undefined],
    ['the last slash', 'a/b/1.0', { $lib: 'a/b', $lib_version: '1.0' }],
    ['too long', `${'x'.repeat(200)}/1`, undefined],
  ])('the SDK is told by its header: %s', async (_, info, expected) => {
    await start()
    expect((await send(batch(event(1)), { 'posthog-sdk-info': info })).status).toBe(200)
    const [first] = (await stored()).events
    expect(first!.properties).toEqual({ n: 1, ...expected })
  })

  it("an id that is nobody's is stored without a person, and the sender told", async () => {
    await start()
    const answer = await send(
      batch(event(1, { distinct_id: 'Backend' }), event(2, { distinct_id: '"NULL"' })),
    )
    const warning = { result: 'warning', details: 'person_processing_disabled' }
    expect(answer.body.results).toEqual({ [uuid(1)]: warning, [uuid(2)]: warning })
    for (const { properties } of (await stored()).events) {
      expect(properties).toMatchObject({ $process_person_profile: false })
    }
  })

  it('a personal key is taken too', async () => {
    await start()
    expect((await send(batch(event(1)), { authorization: 'bearer phx_mine' })).status).toBe(200)
  })
})

describe('one event', () => {
  const drops: Array<[string, object]> = [
    ['missing_event_name', { event: '' }],
    ['missing_event_name', { event: undefined }],
    ['event_name_too_long', { event: 'ä'.repeat(101) }],
    ['missing_distinct_id', { distinct_id: '  ' }],
    ['missing_distinct_id', { distinct_id: undefined }],
    ['distinct_id_too_large', { distinct_id: 'ä'.repeat(101) }],
    ['invalid_event_timestamp', { timestamp: 'yesterday' }],
    ['invalid_event_timestamp', { timestamp: undefined }],
    ['malformed_event_properties', { properties: [1] }],
    ['malformed_event_properties', { properties: null }],
    ['invalid_options', { options: { cookieless_mode: 'maybe' } }],
    ['invalid_options', { options: { product_tour_id: 1.5 } }],
    ['invalid_options', { options: 'none' }],
    ['dropped_performance_event', { event: '$performance_event' }],
    ['event_too_big', { properties: { big: 'x'.repeat(1024 ** 2) } }],
  ]
  it.each(drops)('is dropped alone: %s %#', async (details, other) => {
    await start()
    const answer = await send(batch(event(1, other), event(2)))
    expect(answer.status).toBe(200)
    expect(answer.body.results).toEqual({
      [uuid(1)]: { result: 'drop', details },
      [uuid(2)]: { result: 'ok' },
    })
    expect((await stored()).envelope.uuids).toEqual([uuid(2)])
  })

  it('of a language model may be larger', async () => {
    await start()
    const big = event(1, { event: '$ai_generation', properties: { big: 'x'.repeat(1024 ** 2) } })
    expect((await send(batch(big))).body.results[uuid(1)]).toEqual({ result: 'ok' })
  })

  it('is to be sent again when the log is full', async () => {
    await start({ maxBytes: 100 })
    const answer = await send(batch(event(1), event(2, { event: '' })))
    expect(answer.status).toBe(200)
    expect(answer.headers['retry-after']).toBe('1')
    expect(answer.body.results).toEqual({
      [uuid(1)]: { result: 'retry', details: 'not_persisted' },
      [uuid(2)]: { result: 'drop', details: 'missing_event_name' },
    })
  })
})

describe('a whole request is refused', () => {
  it.each([
    ['request_parsing_error', '{"batch": ['],
    ['request_parsing_error', '[]'],
    ['request_parsing_error', JSON.stringify({ created_at: '2026-03-01T12:00:05Z', batch: {} })],
    ['request_parsing_error', JSON.stringify(batch(1))],
    ['request_parsing_error', JSON.stringify(batch(event(1, { event: 5 })))],
    ['empty_body', ''],
    ['empty_batch', JSON.stringify(batch())],
    ['invalid_batch', JSON.stringify({ ...batch(event(1)), created_at: 'now' })],
    ['invalid_batch', JSON.stringify({ batch: [event(1)] })],
    ['missing_event_uuid', JSON.stringify(batch(event(2), event(1, { uuid: undefined })))],
    ['invalid_event_uuid', JSON.stringify(batch(event(1, { uuid: 'one' })))],
    ['duplicate_event_uuid', JSON.stringify(batch(event(1), event(1)))],
  ])('400 %s: %s', async (error, text) => {
    await start()
    const answer = await send(Buffer.from(text))
    expect(answer).toMatchObject(refusal(400, error))
    expect(answer.headers['retry-after']).toBeUndefined()
    expect(answer.headers['posthog-request-id']).toBe(requestId)
    expect(log.backlog().records).toBe(0)
  })

  it.each([
    [401, 'missing_authorization', { authorization: undefined }],
    [400, 'invalid_header_value', { authorization: 'Basic phc_lab' }],
    [401, 'invalid_api_token', { authorization: 'Bearer' }],
    [401, 'invalid_api_token', { authorization: `Bearer ${'x'.repeat(65)}` }],
    [401, 'invalid_api_token', { authorization: 'Bearer phc_unknown' }],
    [401, 'invalid_api_token', { authorization: 'Bearer phx_unknown' }],
    [400, 'invalid_header_value', { 'posthog-attempt': '0' }],
    [400, 'invalid_header_value', { 'posthog-attempt': 'first' }],
    [400, 'invalid_header_value', { 'posthog-request-id': 'one' }],
    [400, 'invalid_header_value', { 'posthog-request-timestamp': 'now' }],
    [415, 'unsupported_content_type', { 'content-type': 'text/plain' }],
    [415, 'unsupported_encoding', { 'content-encoding': 'lzma' }],
    [400, 'request_parsing_error', { 'content-encoding': 'gzip' }],
    [400, 'request_parsing_error', { 'content-encoding': 'zstd' }],
  ])('%i %s: %o', async (status, error, other) => {
    await start()
    expect(await send(batch(event(1)), other)).toMatchObject(refusal(status, error))
    expect(log.backlog().records).toBe(0)
  })

  it('all missing headers are named at once', async () => {
    await start()
    const answer = await send(batch(event(1)), {
      'posthog-attempt': undefined,
      'posthog-request-id': undefined,
    })
    expect(answer).toMatchObject(refusal(400, 'missing_required_headers'))
    expect(answer.body.error_description).toContain('PostHog-Attempt, PostHog-Request-Id')
  })

  it('413 for a body over the limit, as sent and unpacked', async () => {
    await start({ maxBodyBytes: 5000 })
    const big = batch(event(1, { properties: { big: 'x'.repeat(6000) } }))
    expect(await send(big)).toMatchObject(refusal(413, 'payload_too_large'))
    const small = gzipSync(JSON.stringify(big))
    expect(await send(small, { 'content-encoding': 'gzip' })).toMatchObject(refusal(413, 'payload_too_large'))
    expect(await send(zstdOfSpaces, { 'content-encoding': 'zstd' })).toMatchObject(
      refusal(413, 'payload_too_large'),
    )
  })

  it('405 and 404 in the same words', async () => {
    await start()
    const put = await ask({ method: 'PUT', url: path, headers })
    expect(put).toMatchObject(refusal(405, 'method_not_allowed'))
    expect(await send(batch(event(1)), {}, `${path}/more`)).toMatchObject(refusal(404, 'not_found'))
  })
})

/** A zstd frame (magic, no content size, 8 MB window) of one block that repeats a space 100,000 times. */
const zstdOfSpaces = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68, ...block(100_000, 1), 0x20])
/** A frame of one block that holds the bytes as they are. */
const zstdOf = (bytes: Buffer) =>
  Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68, ...block(bytes.length, 0)]), bytes])

function block(size: number, type: number): number[] {
  const header = (size << 3) | (type << 1) | 1
  return [header & 0xff, (header >> 8) & 0xff, (header >> 16) & 0xff]
}
describe('encodings', () => {
  const json = Buffer.from(JSON.stringify(batch(event(1))))
  it.each([
    ['gzip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['deflate', deflateRawSync(json)],
    ['br', brotliCompressSync(json)],
    ['zstd', zstdOf(json)],
    ['GZIP', gzipSync(json)],
    ['identity', json],
  ])('%s', async (encoding, body) => {
    await start()
    const answer = await send(body, { 'content-encoding': encoding })
    expect(answer).toMatchObject({ status: 200, body: { results: { [uuid(1)]: { result: 'ok' } } } })
  })
})

it('properties that nest deeper than anything can walk', async () => {
  await start()
  const json = JSON.stringify(batch(event(1, { properties: { deep: 'here' } })))
  const body = json.replace('"here"', `${'['.repeat(50_000)}${']'.repeat(50_000)}`)
  expect(await send(Buffer.from(body))).toMatchObject({
    status: 200,
    body: { results: { [uuid(1)]: { result: 'ok' } } },
  })
})

it('browsers may send from anywhere', async () => {
  await start()
  const asked = {
    origin: 'https://shop.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,posthog-attempt',
  }
  const preflight = await ask({ method: 'OPTIONS', url: path, headers: asked })
  expect(preflight).toMatchObject({
    status: 200,
    headers: {
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-headers': 'authorization,posthog-attempt',
    },
  })
  const refused = await send(batch(), { origin: 'https://shop.example' })
  expect(refused.headers['access-control-allow-origin']).toBe('https://shop.example')
})

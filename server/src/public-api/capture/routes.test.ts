import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import fastify, { type FastifyInstance, type InjectOptions } from 'fastify'
import lzString from 'lz-string'
import { PostHog } from 'posthog-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testEventLog } from '../../../test/event-log.ts'
import type { EventLog } from '../../event-log/event-log.ts'
import { createErrorHandler } from '../../http/errors.ts'
import { refuseStalledBodies } from '../../http/stalled-bodies.ts'
import { type CaptureEnvelope, eventsOf } from '../../model/captured.ts'
import { defaultWebCapture, type ProjectFacts } from '../../model/project.ts'
import { captureRoutes } from './routes.ts'
import { captureV1Routes } from './v1-routes.ts'

const limit = 200_000
const personalKey = 'phx_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
const project = (id: number, apiToken: string): ProjectFacts => ({
  id,
  apiToken,
  organizationId: '01a204ee-0000-7000-8000-000000000001',
  name: 'Shop',
  timezone: 'UTC',
  weekStartDay: 0,
  anonymizeIps: false,
  ingestedEvent: false,
  testAccountFilters: [],
  botFilter: 'off',
  dropEventsOlderThan: null,
  webCapture: defaultWebCapture,
})
const shop = project(7, 'phc_lab')
const other = project(8, 'phc_other')

/** What a directory answers that knows two projects, and one user of the second. */
const directory = {
  projectByToken: (token: string) => [shop, other].find(({ apiToken }) => apiToken === token),
  projectByPersonalKey: (key: string) => (key === personalKey ? other : undefined),
}

let closing: Array<() => Promise<unknown>> = []
let log: EventLog
let app: FastifyInstance

async function start({
  maxLogBytes,
  maxBodyBytes = limit,
}: {
  maxLogBytes?: number
  maxBodyBytes?: number
} = {}) {
  log = await testEventLog((close) => closing.unshift(close), { maxBytes: maxLogBytes })
  app = fastify({ bodyLimit: maxBodyBytes, routerOptions: { ignoreTrailingSlash: true } })
  app.setErrorHandler(createErrorHandler(() => undefined))
  refuseStalledBodies(app, { idleMs: 300 })
  await app.register(captureRoutes({ log, directory, maxBodyBytes }))
  await app.register(captureV1Routes({ log, directory, maxBodyBytes }))
  closing.unshift(() => app.close())
}
beforeEach(() => start())
afterEach(async () => {
  for (const close of closing) await close()
  closing = []
})

type Stored = { envelope: CaptureEnvelope; body: unknown; text: string }

/** What the log holds, read as the pipeline reads it. */
async function stored(): Promise<Stored[]> {
  const range = await log.read({ maxBytes: 1e9, waitMs: 0 })
  if (!range) return []
  await log.commit(range.last)
  return range.records.map(({ bytes }) => {
    const whole = Buffer.from(bytes).toString()
    const end = whole.indexOf('\n')
    const text = whole.slice(end + 1)
    return { envelope: JSON.parse(whole.slice(0, end)), body: JSON.parse(text), text }
  })
}

const send = (url: string, payload?: string | Buffer, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url, headers, ...(payload !== undefined && { payload }) })
const event = { api_key: 'phc_lab', event: 'seen', distinct_id: 'u1', properties: { a: 1 } }
const json = JSON.stringify(event)
const ok = { status: 'Ok' }

const paths = ['/capture', '/e', '/i/v0/e', '/batch', '/track', '/engage', '/i/v0/ai/batch']

describe.each(paths)('%s', (path) => {
  it('answers 200 once the events are in the log, with and without the last slash', async () => {
    for (const url of [path, `${path}/`]) {
      const answer = await send(url, json)
      expect([answer.statusCode, answer.json()]).toEqual([200, ok])
      expect(answer.headers['content-type']).toMatch(/^application\/json/)
      const [record, ...more] = await stored()
      expect(more).toEqual([])
      expect(record).toMatchObject({ text: json, envelope: { projectId: 7, path, ip: '127.0.0.1' } })
      expect(record!.envelope.uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    }
  })

  it('takes events from the URL, answers preflights and HEAD, and 204 to a beacon', async () => {
    const data = encodeURIComponent(json)
    expect((await app.inject({ url: `${path}/?data=${data}` })).statusCode).toBe(200)
    const beacon = await send(`${path}/?beacon=1`, json)
    expect([beacon.statusCode, beacon.body]).toEqual([204, ''])
    expect(await stored()).toHaveLength(2)
    const preflight = await app.inject({ method: 'OPTIONS', url: `${path}/` })
    expect([preflight.statusCode, preflight.json()]).toEqual([200, ok])
    expect((await app.inject({ method: 'HEAD', url: `${path}/?data=${data}` })).statusCode).toBe(200)
    expect(await stored()).toEqual([])
  })

  it('has CORS headers on every answer, also on refusals', async () => {
    const from = { origin: 'https://shop.test' }
    const asked = { ...from, 'access-control-request-headers': 'x-one, x-two' }
    const requests: InjectOptions[] = [
      { method: 'POST', url: path, payload: json, headers: from },
      { method: 'OPTIONS', url: path, headers: asked },
      { method: 'POST', url: path, payload: '{', headers: from },
      { method: 'POST', url: path, payload: 'x'.repeat(limit + 1), headers: from },
      { method: 'PUT', url: path, payload: json, headers: from },
      { method: 'GET', url: `${path}/nowhere`, headers: from },
    ]
    const answers = await Promise.all(requests.map((one) => app.inject(one)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 400, 413, 405, 404])
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'access-control-allow-origin': 'https://shop.test',
        'access-control-allow-credentials': 'true',
      })
    }
    expect(answers[1]!.headers).toMatchObject({
      'access-control-allow-headers': 'x-one, x-two',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
    })
  })
})

describe('encodings', () => {
  const base64 = Buffer.from(json).toString('base64')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  it.each<[string, string, string | Buffer, Record<string, string>]>([
    ['JSON', '/e/', json, { 'content-type': 'application/json' }],
    ['JSON as text', '/e/', json, { 'content-type': 'text/plain' }],
    ['JSON with a type that is none', '/e/', json, { 'content-type': 'nonsense' }],
    ['JSON with an empty type', '/e/', json, { 'content-type': '' }],
    ['JSON that calls itself XML', '/e/', json, { 'content-type': 'application/xml; charset=utf-16' }],
    ['gzip as text', '/e/', gzipSync(json), { 'content-type': 'text/plain' }],
    ['gzip that calls itself JSON', '/batch/', gzipSync(json), { 'content-type': 'application/json' }],
    [
      'gzip by header',
      '/batch/',
      gzipSync(json),
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ],
    ['a form', '/i/v0/e/?compression=base64', `data=${encodeURIComponent(base64)}`, form],
    [
      'a form with a charset',
      '/track/',
      `data=${encodeURIComponent(base64)}`,
      { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' },
    ],
    [
      'a form of lz64',
      '/e/',
      `data=${encodeURIComponent(lzString.compressToBase64(json))}&compression=lz64`,
      form,
    ],
    ['gzip that a gzip of base64 is in', '/e/', gzipSync(base64), {}],
    ['base64 of gzip, and nothing said', '/capture/', gzipSync(json).toString('base64'), {}],
    ['base64 on its own', '/batch/', base64, { 'content-type': 'text/plain' }],
    [
      'gzip in two members',
      '/e/',
      Buffer.concat([gzipSync(json.slice(0, 9)), gzipSync(json.slice(9))]),
      { 'content-type': 'text/plain' },
    ],
    ['an encoding in capitals', '/batch/', gzipSync(json), { 'content-encoding': 'GZIP' }],
    ['an encoding that it does not have', '/batch/', json, { 'content-encoding': 'br' }],
    ['a compression that nobody knows', '/e/?compression=snappy', json, {}],
    [
      'a compression that nobody knows, over one by header',
      '/batch/?compression=snappy',
      gzipSync(json),
      { 'content-encoding': 'gzip' },
    ],
    ['lz64 by parameter', '/e/?compression=lz64', lzString.compressToBase64(json), {}],
    ['lz64 by header', '/e/', lzString.compressToBase64(json), { 'content-encoding': 'lz-string' }],
    ['a form of bare JSON', '/e/', `ver=1&_=1&data=${encodeURIComponent(json)}`, form],
    ['JSON that calls itself a form, as by curl -d', '/e/', json, form],
    ['gzip that calls itself a form', '/e/', gzipSync(json), form],
    ['a byte order mark before it', '/e/', `\ufeff${json}`, {}],
  ])('%s is stored as the JSON that it is', async (_name, url, body, headers) => {
    expect((await send(url, body, headers)).statusCode).toBe(200)
    expect((await stored()).map(({ text }) => text)).toEqual([json])
  })

  it('keeps the digits of numbers that JavaScript cannot hold', async () => {
    const exact = json.replace('"a":1', '"a":12345678901234567890.00')
    await send('/e/', gzipSync(exact))
    expect((await stored())[0]!.text).toBe(exact)
  })
})

describe('what is told beside the events', () => {
  it('is kept in the envelope', async () => {
    const uuid = '01a204ee-a8a2-7000-8000-000000000001'
    const body = {
      api_key: 'phc_lab',
      sent_at: '2026-11-22T20:24:39.359Z',
      historical_migration: true,
      batch: [event, { ...event, uuid: uuid.toUpperCase() }],
    }
    await send('/batch/', JSON.stringify(body), {
      'x-forwarded-for': '203.0.113.7:1234, 10.0.0.1',
      'user-agent': 'posthog-node/5.70.0',
    })
    const before = Date.now()
    const [record] = await stored()
    expect(record!.envelope).toMatchObject({
      sentAt: '2026-11-22T20:24:39.359Z',
      ip: '203.0.113.7',
      userAgent: 'posthog-node/5.70.0',
      historicalMigration: true,
      uuids: [expect.any(String), uuid],
    })
    expect(Math.abs(Date.parse(record!.envelope.receivedAt) - before)).toBeLessThan(5000)
  })

  it('takes the time of sending from the query', async () => {
    await send('/e/?_=1795379079359', json)
    await send('/e/?sent_at=1795379079359', json)
    await send('/e/?_=1795379079', json)
    expect((await stored()).map(({ envelope }) => envelope.sentAt)).toEqual([
      '2026-11-22T20:24:39.359Z',
      '2026-11-22T20:24:39.359Z',
      null,
    ])
  })

  it('drops a request of nothing but $performance_event without a word', async () => {
    const batch = [{ ...event, event: '$performance_event' }]
    expect((await send('/e/', JSON.stringify(batch))).json()).toEqual(ok)
    expect(await stored()).toEqual([])
    await send('/e/', JSON.stringify([...batch, event]))
    expect((await stored())[0]!.body).toHaveLength(2)
  })
})

describe('keys', () => {
  const { api_key: _, ...keyless } = event
  const bare = JSON.stringify(keyless)
  const withKey = (more: object) => JSON.stringify({ ...keyless, ...more })
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
  it.each<[string, number, string, string, Record<string, string>]>([
    ['api_key', 7, '/e/', withKey({ api_key: 'phc_lab' }), {}],
    ['token', 7, '/e/', withKey({ token: 'phc_lab' }), {}],
    ['$token', 7, '/e/', withKey({ $token: 'phc_lab' }), {}],
    ['the properties', 7, '/e/', withKey({ properties: { token: 'phc_lab' } }), {}],
    ['the query', 7, '/e/?api_key=phc_lab', bare, {}],
    [
      'a field of the form',
      7,
      '/e/',
      `data=${encodeURIComponent(bare)}&api_key=phc_lab`,
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ["a personal key in the project key's place", 8, '/e/', withKey({ api_key: personalKey }), {}],
    ['a personal key in the header', 8, '/e/', bare, bearer(personalKey)],
    ['a personal key in the body', 8, '/e/', withKey({ personal_api_key: personalKey }), {}],
    ['a personal key in the query', 8, `/e/?personal_api_key=${personalKey}`, bare, {}],
    ['a project key, before a personal key', 7, '/e/', json, bearer(personalKey)],
  ])('by %s', async (_name, id, url, body, headers) => {
    expect((await send(url, body, headers)).statusCode).toBe(200)
    expect((await stored()).map(({ envelope }) => envelope.projectId)).toEqual([id])
  })

  it.each<[string, string, Record<string, string>, string, string]>([
    ['none', bare, {}, 'missing_api_key', 'event submitted without an api_key'],
    ['an unknown one', withKey({ api_key: 'phc_nobody' }), {}, 'invalid_api_key', 'Project API key invalid'],
    [
      'an unknown personal one',
      withKey({ api_key: 'phx_nobody' }),
      {},
      'invalid_api_key',
      'API key is not valid: personal_api_key',
    ],
    [
      'an unknown personal one in the header, whatever the query says',
      bare,
      bearer('phx_nobody'),
      'invalid_api_key',
      'API key is not valid: personal_api_key',
    ],
    ['an empty one', withKey({ api_key: ' ' }), {}, 'invalid_api_key', 'API key is not valid: empty'],
    [
      'a long one',
      withKey({ api_key: 'a'.repeat(65) }),
      {},
      'invalid_api_key',
      'API key is not valid: too_long',
    ],
  ])('%s is 401', async (_name, body, headers, code, sentence) => {
    const answer = await send('/e/', body, headers)
    expect(answer.statusCode).toBe(401)
    expect(answer.json()).toMatchObject({ type: 'authentication_error', code, attr: null })
    expect(answer.json().detail).toContain(sentence)
    expect(await stored()).toEqual([])
  })
})

describe('refusals', () => {
  it.each<[string, number, string | Buffer, Record<string, string>]>([
    ['no body', 400, '', {}],
    ['JSON that is none', 400, '{"event": "a",}', {}],
    ['gzip that is none', 400, 'xx', { 'content-encoding': 'gzip' }],
    ['one bad event among good ones', 400, JSON.stringify([event, { ...event, distinct_id: '' }]), {}],
    ['a bomb', 413, gzipSync(Buffer.alloc(5_000_000)), {}],
    ['gzip without its end', 400, gzipSync(json).subarray(0, -9), {}],
    ['gzip with something behind it', 400, Buffer.concat([gzipSync(json), Buffer.from('more')]), {}],
    ['UTF-16', 400, Buffer.from(json, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }],
    ['Latin-1', 400, Buffer.from(json.replace('seen', 'gesehen – für'), 'latin1'), {}],
    ['an empty list', 400, '[]', {}],
    ['an empty batch', 400, '{"api_key": "phc_lab", "batch": []}', {}],
    ['a batch that is none', 400, '{"api_key": "phc_lab", "batch": null}', {}],
    ['a batch of numbers', 400, '{"api_key": "phc_lab", "batch": [1]}', {}],
    ['a form without data', 400, 'ip=1', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a form of other things', 400, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a beacon that is wrong', 400, '{', {}],
  ])('%s', async (_name, status, body, headers) => {
    const answer = await send('/e/', body, headers)
    expect(answer.statusCode).toBe(status)
    expect(Object.keys(answer.json())).toEqual(['type', 'code', 'detail', 'attr'])
    expect(await stored()).toEqual([])
  })

  it('an event larger than one may be, in a body that may', async () => {
    await start({ maxBodyBytes: 20 * 1024 ** 2 })
    const big = (name: string, bytes: number) => ({
      ...event,
      event: name,
      properties: { a: 'ü'.repeat(bytes / 2) },
    })
    const mebibyte = 1024 ** 2
    const answers = []
    for (const sent of [
      [event, big('seen', mebibyte)],
      [big('seen', mebibyte / 2), big('seen', mebibyte / 2), big('seen', mebibyte / 2)],
      [big('$ai_generation', 7 * mebibyte)],
      [big('$ai_generation', 8 * mebibyte)],
    ]) {
      const { statusCode, body } = await send('/batch/', gzipSync(JSON.stringify(sent)))
      answers.push([statusCode, JSON.parse(body).code])
    }
    const refused = [413, 'event_too_big']
    expect(answers).toEqual([refused, [200, undefined], [200, undefined], refused])
    expect((await stored()).map(({ body }) => eventsOf(body).length)).toEqual([3, 1])
  })

  it('a full event log is 503 at once, with the time to try again', async () => {
    await start({ maxLogBytes: 500 })
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('/e/', json)))
    const refused = answers.filter(({ statusCode }) => statusCode === 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(answers.length - refused.length).toBe((await stored()).length)
    expect(refused[0]!.headers['retry-after']).toMatch(/^\d+$/)
    expect(refused[0]!.json()).toMatchObject({ type: 'server_error', code: 'service_unavailable' })
  })

  it('a closed event log is 503 too', async () => {
    await log.close()
    const answer = await send('/e/', json)
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, expect.any(String)])
  })
})

describe('over a socket', () => {
  let port: number
  beforeEach(async () => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    port = (app.server.address() as AddressInfo).port
  })

  it('a body in pieces, of no stated length or type', async () => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/e/', method: 'POST' })
    request.write(json.slice(0, 10))
    setTimeout(() => request.end(json.slice(10)), 20)
    const [response] = await once(request, 'response')
    response.resume()
    expect(response.statusCode).toBe(200)
    expect((await stored())[0]!.text).toBe(json)
  })

  it.each([
    ['/e/', 'code', 'request_timeout'],
    ['/i/v1/analytics/events', 'error', 'body_read_timeout'],
  ])('a body that stops is 408 on %s, which a script of a web page can read', async (path, field, value) => {
    const headers = {
      origin: 'https://shop.test',
      authorization: 'Bearer phc_lab',
      'content-type': 'application/json',
      'content-length': '500',
      'user-agent': 'test',
      'posthog-sdk-info': 'test/1',
      'posthog-attempt': '1',
      'posthog-request-id': '01a204ee-a8a2-7000-8000-000000000001',
      'posthog-request-timestamp': '2026-11-22T20:24:39.359Z',
    }
    const request = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers })
    request.on('error', () => undefined)
    request.write('{"event":')
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(408)
    expect(response.headers['access-control-allow-origin']).toBe('https://shop.test')
    expect(JSON.parse(Buffer.concat(await response.toArray()).toString())).toMatchObject({ [field]: value })
    expect(await stored()).toEqual([])
  })

  it('posthog-node delivers what it captures', async () => {
    const client = new PostHog('phc_lab', { host: `http://127.0.0.1:${port}`, fetchRetryCount: 0 })
    client.capture({ distinctId: 'u1', event: 'signed up', properties: { plan: 'pro', $set: { a: 1 } } })
    client.identify({ distinctId: 'u1', properties: { email: 'a@b.c' } })
    client.alias({ distinctId: 'u1', alias: 'anon-1' })
    client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { name: 'Acme' } })
    await client.shutdown()
    const records = await stored()
    const events = records.flatMap(({ body }) => eventsOf(body))
    expect(events.map(({ event }) => event)).toEqual([
      'signed up',
      '$identify',
      '$create_alias',
      '$groupidentify',
    ])
    expect(records.flatMap(({ envelope }) => envelope.uuids)).toEqual(events.map(({ uuid }) => uuid))
    expect(records[0]!.envelope).toMatchObject({
      projectId: 7,
      path: '/batch',
      sentAt: expect.stringMatching(/^20/),
      userAgent: expect.stringContaining('posthog-node/'),
    })
  })
})

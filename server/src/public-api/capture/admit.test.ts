import { describe, expect, it } from 'vitest'
import { admit, keyProblem, sentAtOfQuery } from './admit.ts'

const submit = (body: unknown, path = '/e') =>
  admit(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), { engage: path === '/engage' })

const event = { event: 'seen', distinct_id: 'u1' }

describe('the four shapes', () => {
  it.each<[string, unknown, number, string | null]>([
    ['one event', { ...event, api_key: 'phc_a' }, 1, 'phc_a'],
    ['one event, key in its properties', { ...event, properties: { token: 'phc_a' } }, 1, 'phc_a'],
    ['an array', [{ ...event, token: 'phc_a' }, event], 2, 'phc_a'],
    ['an array, $token', [{ ...event, $token: 'phc_a' }], 1, 'phc_a'],
    ['an envelope', { api_key: 'phc_a', batch: [event, event] }, 2, 'phc_a'],
    ['an envelope with token', { token: ' phc_a\n', batch: [event] }, 1, 'phc_a'],
    ['an envelope over its events', { api_key: 'phc_a', batch: [{ ...event, token: 'phc_b' }] }, 1, 'phc_a'],
    ['an envelope with the key in an event', { batch: [{ ...event, api_key: 'phc_b' }] }, 1, 'phc_b'],
    ['no key at all', event, 1, null],
    ['a key that is no text', { ...event, api_key: 5 }, 1, null],
  ])('%s', (_name, body, count, key) => {
    const submission = submit(body)
    expect(submission.events).toHaveLength(count)
    expect(submission.key).toBe(key)
  })

  it('engage needs no name', () => {
    const body = { $token: 'phc_a', $distinct_id: 3, $set: { a: 1 } }
    expect(submit(body, '/engage')).toMatchObject({ key: 'phc_a', uuids: [null] })
    expect(() => submit(body)).toThrow('failed to parse request')
  })

  it('a large body may nest as deep as it likes', () => {
    const deep = `${'['.repeat(600_000)}${']'.repeat(600_000)}`
    expect(submit(`{"event":"seen","distinct_id":"u1","properties":{"deep":${deep}}}`).events).toHaveLength(1)
  })

  it('different keys in one array are refused', () => {
    const mixed = [
      { ...event, token: 'phc_a' },
      { ...event, properties: { token: 'phc_b' } },
    ]
    expect(() => submit(mixed)).toThrow('batch submitted with inconsistent api_key values')
  })

  it('NaN, as Python writes it, is read', () => {
    expect(
      submit('{"event":"x","distinct_id":"u","properties":{"n":NaN,"m":-Infinity,"s":"NaN"}}').events[0],
    ).toMatchObject({ properties: { n: null, m: null, s: 'NaN' } })
  })
})

describe('what is refused', () => {
  it.each<[string, unknown, string]>([
    ['text that is no JSON', '{"event": "a",}', 'failed to parse request'],
    ['a number', 5, 'failed to parse request'],
    ['null', 'null', 'failed to parse request'],
    ['an empty object', {}, 'failed to parse request'],
    ['an empty array', [], 'request holds no event'],
    ['an empty batch', { api_key: 'phc_a', batch: [] }, 'request holds no event'],
    ['a null among events', [event, null], 'failed to parse request'],
    ['an array among events', [[event]], 'failed to parse request'],
    ['a name that is a number', { ...event, event: 5 }, 'failed to parse request'],
    ['an empty name', { ...event, event: '' }, 'empty event name'],
    ['an event of a batch without a name', { batch: [{ distinct_id: 'u' }] }, 'without an event name'],
    ['no distinct id', { event: 'x' }, 'without a distinct_id'],
    ['a null distinct id', { event: 'x', distinct_id: null, properties: {} }, 'without a distinct_id'],
    ['a blank distinct id', { event: 'x', distinct_id: ' \t\n' }, 'without a distinct_id'],
    ['one of many without a distinct id', { batch: [event, { event: 'x' }] }, 'without a distinct_id'],
    ['properties that are a list', { ...event, properties: [] }, 'properties is not an object'],
    ['properties that are text', { ...event, properties: 'a' }, 'properties is not an object'],
    ['a uuid that is none', { ...event, uuid: 'invalid_uuid' }, 'is not a UUID'],
    ['a uuid that is a number', { ...event, uuid: 7 }, 'is not a UUID'],
  ])('%s', (_name, body, sentence) => {
    expect(() => submit(body)).toThrow(sentence)
  })
})

describe('ids', () => {
  it.each<[unknown]>([['u'], [' u '], [0], [false], [[]], [{ a: 1 }]])('a distinct id may be %j', (id) => {
    expect(submit({ event: 'x', distinct_id: id }).events).toHaveLength(1)
    expect(submit({ event: 'x', properties: { distinct_id: id } }).events).toHaveLength(1)
    expect(submit({ event: 'x', $distinct_id: id }).events).toHaveLength(1)
  })

  const uuid = '01823e89-f75d-0000-0d4d-3d43e54f6de5'
  it.each<[unknown, string | null]>([
    [uuid, uuid],
    [uuid.toUpperCase(), uuid],
    [uuid.replaceAll('-', ''), uuid],
    [`{${uuid}}`, uuid],
    [`urn:uuid:${uuid}`, uuid],
    ['', null],
    [null, null],
    [undefined, null],
  ])('the uuid %j is %j', (given, read) => {
    expect(submit({ ...event, uuid: given }).uuids).toEqual([read])
  })
})

it.each<[unknown, string | null]>([
  ['2026-11-22T20:24:39.359Z', '2026-11-22T20:24:39.359Z'],
  ['2026-11-22T20:28:40.355896+00:00', '2026-11-22T20:28:40.355Z'],
  ['2026-11-22T22:28:40+0200', '2026-11-22T20:28:40.000Z'],
  ['2026-11-22T22:28:40+02', '2026-11-22T20:28:40.000Z'],
  ['2026-11-22 20:28:40', '2026-11-22T20:28:40.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['yesterday', null],
  ['2026-99-99T00:00:00Z', null],
  [1795379079359, null],
  [null, null],
])('sent_at %j of an envelope is %j', (given, read) => {
  expect(submit({ api_key: 'k', batch: [event], sent_at: given }).sentAt).toBe(read)
  expect(submit({ ...event, sent_at: given }).sentAt).toBeNull()
})

it.each<[string | null, string | null]>([
  ['1795379079359', '2026-11-22T20:24:39.359Z'],
  ['1795379079', null],
  ['999999999999999', null],
  ['2026-11-22T20:24:39.359Z', null],
  ['', null],
  [null, null],
])('sent_at %j of a query is %j', (given, read) => {
  expect(sentAtOfQuery(given)).toBe(read)
})

it.each<[string, string | null]>([
  ['phc_abc', null],
  ['anything goes', null],
  ['', 'empty'],
  ['a'.repeat(65), 'too_long'],
  ['phc_ü', 'not_ascii'],
  ['phc_\0', 'null_byte'],
])('the key %j has the problem %j', (key, problem) => {
  expect(keyProblem(key)).toBe(problem)
})

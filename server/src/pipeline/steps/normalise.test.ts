import { expect, test } from 'vitest'
import type { PipelineEvent } from '../pipeline-event.ts'
import { normalise, toDistinctId } from './normalise.ts'

function normal(raw: unknown, path = '/e') {
  const warnings: string[] = []
  const outcome = normalise({ raw, path, changes: [] as const } as unknown as PipelineEvent, (warning) =>
    warnings.push(warning),
  )
  return { outcome: outcome as PipelineEvent & { drop?: string; dead?: string }, warnings }
}

test.each([
  ['text', 'text'],
  ['  kept  ', '  kept  '],
  [23, '23'],
  [0, '0'],
  [true, 'true'],
  [['a', 'b'], '["a","b"]'],
  [{ b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
  ['a\0b', 'a\ufffdb'],
  ['💻'.repeat(250), '💻'.repeat(200)],
  ['', null],
  ['   ', null],
  [null, null],
  [undefined, null],
])('the distinct id %j is %j', (value, text) => {
  expect(toDistinctId(value)).toBe(text)
})

test('the distinct id beside the properties counts before the one inside', () => {
  const properties = { distinct_id: 'inside' }
  expect(normal({ event: 'a', distinct_id: 'top', properties }).outcome.distinctId).toBe('top')
  expect(normal({ event: 'a', $distinct_id: 'alias', properties }).outcome.distinctId).toBe('alias')
  expect(normal({ event: 'a', distinct_id: null, properties }).outcome.distinctId).toBe('inside')
})

test('what is set beside the properties is joined with what is inside, and wins', () => {
  const { outcome } = normal({
    event: 'a',
    distinct_id: 'd',
    properties: { $set: { a: 1, b: 1 }, $set_once: { c: 1 }, $unset: ['x'] },
    $set: { b: 2 },
    $set_once: { d: 2 },
    $unset: { y: true },
  })
  expect(outcome).toMatchObject({ set: { a: 1, b: 2 }, setOnce: { c: 1, d: 2 }, unset: ['x', 'y'] })
  expect(outcome.properties).toEqual({
    $set: { a: 1, b: 2 },
    $set_once: { c: 1, d: 2 },
    $unset: ['x', 'y'],
  })
})

test('what is no object sets nothing', () => {
  const { outcome } = normal({
    event: 'a',
    distinct_id: 'd',
    properties: { $set: 'x', $set_once: [1], $unset: 3 },
  })
  expect(outcome).toMatchObject({ set: {}, setOnce: {}, unset: [] })
})

test.each([
  [undefined, true, []],
  [true, true, []],
  [null, true, []],
  [false, false, []],
  ['false', true, ['invalid_process_person_profile']],
  [0, true, ['invalid_process_person_profile']],
])('$process_person_profile %j means %j', (value, wanted, said) => {
  const { outcome, warnings } = normal({
    event: 'a',
    distinct_id: 'd',
    properties: { $process_person_profile: value },
  })
  expect(outcome.personProcessing).toBe(wanted)
  expect(warnings).toEqual(said)
})

test.each(['$identify', '$create_alias', '$merge_dangerously', '$groupidentify'])(
  '%s without person processing is dropped',
  (event) => {
    const properties = { $process_person_profile: false }
    expect(normal({ event, distinct_id: 'd', properties }).outcome.drop).toBe('person_processing_off')
  },
)

test.each([
  ['$identify', { $anon_distinct_id: 'anon' }, 'anon'],
  ['$identify', { $anon_distinct_id: 5 }, '5'],
  ['$identify', { alias: 'a' }, null],
  ['$identify', {}, null],
  ['$create_alias', { alias: 'a' }, 'a'],
  ['$create_alias', { alias: '' }, null],
  ['$merge_dangerously', { alias: 'a' }, 'a'],
  ['$pageview', { alias: 'a', $anon_distinct_id: 'b' }, null],
])('%s with %j merges %j', (event, properties, source) => {
  expect(normal({ event, distinct_id: 'd', properties }).outcome.mergeFrom).toBe(source)
})

test.each([
  [null, 'not_an_object'],
  ['text', 'not_an_object'],
  [{ distinct_id: 'd' }, 'no_event_name'],
  [{ event: 5, distinct_id: 'd' }, 'no_event_name'],
  [{ event: 'a' }, 'no_distinct_id'],
  [{ event: 'a', distinct_id: ' ' }, 'no_distinct_id'],
])('%j is a dead letter: %s', (raw, reason) => {
  expect(normal(raw).outcome.dead).toBe(reason)
})

test('only on /engage an event may have no name', () => {
  expect(normal({ $distinct_id: 'd', $set: { a: 1 } }, '/engage').outcome).toMatchObject({
    event: '$identify',
    set: { a: 1 },
  })
})

test('a name of 300 characters is cut to 200', () => {
  expect(normal({ event: 'é'.repeat(300), distinct_id: 'd' }).outcome.event).toBe('é'.repeat(200))
})

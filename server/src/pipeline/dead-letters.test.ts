import { expect, onTestFinished, test } from 'vitest'
import { testPipeline } from '../../test/pipeline.ts'
import { createDeadLetters } from './dead-letters.ts'
import { readWarnings } from './ingestion-warnings.ts'

const at = '2026-03-01T12:00:00.000Z'
const receivedAt = '2026-03-01T12:00:01.000Z'

/** A pipeline whose own fault kills events named `fragile` until it is mended. */
async function fragilePipeline() {
  let broken = true
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      logger: { warn: () => {}, error: () => {} },
      geoip: {
        prepare: async () => {},
        lookup: (address: string) => {
          if (broken && address === '203.0.113.66') throw new RangeError('a fault of ours')
          return null
        },
      },
    }),
  })
  return {
    pipe,
    letters: createDeadLetters({ warehouse: pipe.warehouse, log: pipe.log() }),
    mend: () => {
      broken = false
    },
  }
}
const fragile = (n: number) => ({
  event: 'fragile',
  distinct_id: 'ann',
  timestamp: at,
  uuid: `0199d5c2-0000-7000-8000-${String(n).padStart(12, '0')}`,
  properties: { n, $ip: '203.0.113.66' },
})

test('a dead letter says why and where; sent again it becomes its event, once', async () => {
  const { pipe, letters, mend } = await fragilePipeline()
  const { projectId } = pipe
  await pipe.send([fragile(1), { event: 'sound', distinct_id: 'ann', timestamp: at }], { receivedAt })
  const { count, results } = await letters.list(projectId, {}, { limit: 10, offset: 0 })
  expect(count).toBe(1)
  expect(results[0]).toMatchObject({
    eventUuid: fragile(1).uuid,
    reason: 'step_failed',
    step: 'locate',
    detail: expect.stringContaining('a fault of ours'),
    receivedAt: '2026-03-01T12:00:01.000000Z',
    replayedAt: null,
    replayable: true,
  })
  expect(JSON.parse(results[0]!.raw)).toMatchObject({ event: 'fragile', properties: { n: 1 } })
  const { id } = results[0]!

  mend()
  const [first, second] = await Promise.all([
    letters.replay(projectId, { ids: [id] }),
    letters.replay(projectId, { ids: [id] }),
  ])
  expect(first.replayed + second.replayed).toBeGreaterThanOrEqual(1)
  await pipe.pipeline().idle()
  expect(await letters.replay(projectId, { ids: [id] })).toEqual({ replayed: 0, alreadyStored: 0, left: 0 })
  const events = await pipe.events()
  expect(events.map(({ event }) => event).sort()).toEqual(['fragile', 'sound'])
  expect(await letters.list(projectId, { waiting: true }, { limit: 10, offset: 0 })).toMatchObject({
    count: 0,
  })
  expect(
    (await letters.list(projectId, { waiting: false }, { limit: 10, offset: 0 })).results[0],
  ).toMatchObject({
    id,
    replayedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  })
})

test('what dies again is a letter again', async () => {
  const { pipe, letters } = await fragilePipeline()
  const { projectId } = pipe
  await pipe.send([fragile(1), fragile(2)], { receivedAt })
  expect(await letters.replay(projectId, { reason: 'step_failed' })).toEqual({
    replayed: 2,
    alreadyStored: 0,
    left: 0,
  })
  await pipe.pipeline().idle()
  expect(await letters.list(projectId, { waiting: true }, { limit: 1, offset: 1 })).toMatchObject({
    count: 2,
    results: [{ reason: 'step_failed', step: 'locate' }],
  })
  expect(await pipe.events()).toEqual([])
})

test("another project's letters are not seen, and not sent again", async () => {
  const { pipe, letters } = await fragilePipeline()
  await pipe.send([fragile(1)], { receivedAt })
  const { results } = await letters.list(pipe.projectId, {}, { limit: 10, offset: 0 })
  const other = pipe.projectId + 1
  expect(await letters.list(other, {}, { limit: 10, offset: 0 })).toEqual({ count: 0, results: [] })
  expect(await letters.replay(other, { ids: [results[0]!.id] })).toEqual({
    replayed: 0,
    alreadyStored: 0,
    left: 0,
  })
})

test('what is odd about events is kept, by type, without a flood', async () => {
  const pipe = await testPipeline(onTestFinished)
  const { projectId } = pipe
  const read = readWarnings({ warehouse: pipe.warehouse })
  const odd = { event: 'odd', distinct_id: 'ann', timestamp: 'yesterday' }
  await pipe.send([
    ...Array.from({ length: 50 }, () => odd),
    { ...odd, distinct_id: 'grace' },
    { event: '$identify', distinct_id: 'ann', properties: { $anon_distinct_id: 'null' } },
    { event: '$identify', distinct_id: 'shy', properties: { $process_person_profile: false } },
    {
      event: '$$client_ingestion_warning',
      distinct_id: 'ann',
      properties: { $$client_ingestion_warning_message: 'too many' },
    },
  ])
  const found = await read(projectId)
  expect(found.map(({ type }) => type).sort()).toEqual([
    'cannot_merge_with_illegal_distinct_id',
    'client_ingestion_warning',
    'ignored_invalid_timestamp',
    'invalid_event_when_process_person_profile_is_false',
  ])
  const timestamps = found.find(({ type }) => type === 'ignored_invalid_timestamp')!
  expect(timestamps).toMatchObject({ count: 2, lastSeen: expect.stringMatching(/Z$/) })
  expect(timestamps.sparkline).toHaveLength(30)
  expect(timestamps.sparkline.at(-1)).toEqual([2, new Date().toISOString().slice(0, 10)])
  expect(timestamps.warnings.map(({ details }) => details.distinctId).sort()).toEqual(['ann', 'grace'])
  expect(timestamps.warnings[0]!.details).toMatchObject({ event: 'odd', value: 'yesterday' })
  expect(found.find(({ type }) => type === 'client_ingestion_warning')!.warnings[0]!.details).toMatchObject({
    message: 'too many',
  })
  expect(pipe.pipeline().stats().warnings.ignored_invalid_timestamp).toBe(51)
  expect((await read(projectId, 'GRACE')).map(({ type, count }) => [type, count])).toEqual([
    ['ignored_invalid_timestamp', 1],
  ])
  expect(await read(projectId + 1)).toEqual([])
})

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestPipeline, testPipeline } from '../../test/pipeline.ts'
import { createReceiptReader } from './receipt-reader.ts'

/** An event counts once, whatever its client does; docs/ingestion.md has the rules. */
let pipe: TestPipeline
beforeAll(async () => {
  pipe = await testPipeline(afterAll)
})

const stored = (uuid: string) =>
  pipe.rows(`select event, distinct_id, toString(timestamp) as at from events where uuid = '${uuid}'`)
const receipt = (uuid: string) => createReceiptReader({ log: pipe.log() }).find(pipe.projectId, uuid)

test('a retry past midnight with another sent_at is a repeat, though its time comes out another day', async () => {
  const uuid = crypto.randomUUID()
  const event = { event: 'late', distinct_id: 'a', uuid, timestamp: '2026-03-01T23:59:59.500Z' }
  const first = { receivedAt: '2026-03-01T23:59:59.900Z', sentAt: '2026-03-01T23:59:59.800Z' }
  // The client's clock was set by a minute in between: the same time of the event is read as the day after.
  const retry = { receivedAt: '2026-03-02T00:00:30.000Z', sentAt: '2026-03-01T23:59:30.000Z' }
  await pipe.send(event, first)
  await pipe.send(event, retry)
  await pipe.restart()
  await pipe.send(event, retry)
  expect(await stored(uuid)).toEqual([{ event: 'late', distinct_id: 'a', at: '2026-03-01 23:59:59.600000' }])
  expect(await receipt(uuid)).toMatchObject({ repeats: 2 })
})

test.each([
  ['name', { event: 'renamed' }],
  ['distinct id', { distinct_id: 'somebody else' }],
  ['day', { timestamp: '2026-02-01T10:00:00Z' }],
])('the same uuid with another %s: the first counts', async (_what, change) => {
  const uuid = crypto.randomUUID()
  const event = { event: 'named', distinct_id: 'a', uuid, timestamp: '2026-01-31T10:00:00Z' }
  await pipe.send(event)
  await pipe.send({ ...event, ...change })
  await pipe.restart()
  await pipe.send([{ ...event, ...change }, event])
  expect(await stored(uuid)).toEqual([{ event: 'named', distinct_id: 'a', at: '2026-01-31 10:00:00.000000' }])
  const people = await pipe.rows(
    `select distinct_id from person_distinct_ids where distinct_id like 'somebody%'`,
  )
  expect(people).toEqual([])
})

test('the same uuid in two orders within one request: the first counts', async () => {
  const uuid = crypto.randomUUID()
  await pipe.send(['one', 'two', 'three'].map((event) => ({ event, distinct_id: 'a', uuid })))
  expect(await stored(uuid)).toMatchObject([{ event: 'one' }])
})

test('events that come one to ten times, shuffled and across restarts, are there once', {
  timeout: 60_000,
}, async () => {
  const plan = fc.record({
    times: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 12 }),
    shuffle: fc.infiniteStream(fc.nat()),
    cuts: fc.infiniteStream(
      fc.record({
        events: fc.integer({ min: 1, max: 8 }),
        next: fc.constantFrom('go on', 'wait', 'restart'),
      }),
    ),
  })
  await fc.assert(
    fc.asyncProperty(plan, async ({ times, shuffle, cuts }) => {
      const uuids = times.map(() => crypto.randomUUID())
      const left = times.flatMap((count, n) => Array<string>(count).fill(uuids[n]!))
      while (left.length) {
        const { events, next } = cuts.next().value
        const some = Array.from({ length: Math.min(events, left.length) }, () => {
          const [uuid] = left.splice(shuffle.next().value % left.length, 1)
          return { event: 'again', distinct_id: uuid, uuid }
        })
        await pipe.append({ batch: some }, { path: '/batch' })
        if (next === 'wait') await pipe.pipeline().idle()
        if (next === 'restart') await pipe.restart()
      }
      await pipe.pipeline().idle()
      const list = uuids.map((uuid) => `'${uuid}'`).join()
      const [row] = await pipe.rows(
        `select count() as rows, uniqExact(uuid) as events from events where uuid in (${list})`,
      )
      expect(row).toEqual({ rows: String(uuids.length), events: String(uuids.length) })
      for (const [n, uuid] of uuids.entries()) {
        expect(await receipt(uuid)).toMatchObject({
          fate: { fate: 'stored' },
          repeats: times[n]! - 1,
        })
      }
    }),
    { numRuns: 12 },
  )
})

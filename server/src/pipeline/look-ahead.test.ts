import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { captured, testPipeline } from '../../test/pipeline.ts'

/** A pipeline with a range for each record, whose inserts of events can be held up. */
async function heldPipeline() {
  let asked = 0
  let release = () => {}
  let gate = Promise.resolve()
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      options: { ...deps.options, maxBatchBytes: 1 },
      log: {
        ...deps.log,
        seenBefore: (...args) => {
          asked++
          return deps.log.seenBefore(...args)
        },
      },
      warehouse: {
        insert: async (rows) => {
          if (rows.table === 'events') await gate
          return deps.warehouse.insert(rows)
        },
      },
    }),
  })
  return {
    pipe,
    /** At once, so that what comes after the first is waiting when that is begun. */
    append: (...bodies: object[]) =>
      pipe.log().append(bodies.map((body) => captured(body, { projectId: pipe.projectId }))),
    begun: (ranges: number) => expect.poll(() => asked, { timeout: 20_000 }).toBe(ranges),
    hold() {
      gate = new Promise((resolve) => {
        release = resolve
      })
    },
    release: () => release(),
  }
}

const seen = (n: number, more: object = {}) => ({
  event: `seen ${n}`,
  distinct_id: 'x',
  timestamp: `2026-03-01T12:00:0${n}Z`,
  ...more,
})

test('the next range is computed while one is inserted, with what the one before it wrote', async () => {
  const { pipe, append, begun, hold, release } = await heldPipeline()
  hold()
  await append(seen(1, { $set: { color: 'red' } }), seen(2), seen(3))
  await begun(2)
  expect(await pipe.events()).toEqual([])
  release()
  await pipe.pipeline().idle()
  const events = await pipe.events()
  expect(events.map((event) => event.event)).toEqual(['seen 1', 'seen 2', 'seen 3'])
  for (const event of events) expect(event.person_properties).toMatchObject({ color: 'red' })
})

test('what was computed ahead is computed anew when somebody else had a turn meanwhile', async () => {
  const { pipe, append, begun, hold, release } = await heldPipeline()
  await pipe.send(seen(1, { $set: { color: 'red' } }))
  hold()
  await append(seen(2), seen(3))
  await begun(3)
  const turn = pipe.pipeline().between(async () => {
    await pipe.database.db.execute(sql`
      update persons set properties = '{"color":"blue"}', version = version + 1 where project_id = ${pipe.projectId}`)
  })
  release()
  await turn
  await pipe.pipeline().idle()
  const events = await pipe.events()
  expect(events.map((event) => event.person_properties.color)).toEqual(['red', 'red', 'blue'])
})

test('what is new in a range that was computed anew gets its definitions', async () => {
  const { pipe, append, begun, hold, release } = await heldPipeline()
  hold()
  await append(seen(1), seen(2))
  await begun(2)
  const turn = pipe.pipeline().between(async () => {})
  release()
  await turn
  await pipe.pipeline().idle()
  const definitions = await pipe.database.db.execute<{ name: string }>(
    sql`select name from event_definitions where project_id = ${pipe.projectId} order by name`,
  )
  expect(definitions.map((one) => one.name)).toEqual(['seen 1', 'seen 2'])
})

import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testPipeline as loudPipeline, type TestPipeline } from '../../test/pipeline.ts'
import { unavailable } from '../model/errors.ts'
import { createPersonStore } from '../persons/person-store.ts'
import { WarehouseError } from '../warehouse/warehouse.ts'

/** Errors are what is tested here: they are not worth a line each. */
const testPipeline: typeof loudPipeline = (whenDone, options = {}) =>
  loudPipeline(whenDone, {
    ...options,
    changes: (deps) => {
      const quiet = { ...deps, logger: { warn: () => {}, error: () => {} } }
      return options.changes ? options.changes(quiet) : quiet
    },
  })

const at = '2026-03-01T12:00:00.000Z'
const named = (pipe: TestPipeline) =>
  pipe.events().then((events) => events.map((event) => event.event).sort())

test('while the warehouse is away the pipeline waits, then goes on; capture’s log keeps everything', async () => {
  let away = true
  let asked = 0
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      warehouse: {
        insert: async (rows) => {
          asked++
          if (away) throw unavailable('away')
          await deps.warehouse.insert(rows)
        },
      },
    }),
  })
  await pipe.append([{ event: 'first', distinct_id: 'a', timestamp: at }])
  await vi.waitFor(() => expect(asked).toBeGreaterThan(3))
  await pipe.append([{ event: 'second', distinct_id: 'a', timestamp: at }])
  expect(pipe.pipeline().stats()).toMatchObject({ trouble: 'away', backlog: { records: 2 } })
  away = false
  await pipe.pipeline().idle()
  expect(await named(pipe)).toEqual(['first', 'second'])
  expect(pipe.pipeline().stats()).toMatchObject({ trouble: null, backlog: { records: 0 } })
})

test('a stop while the warehouse is away ends, and the next start finishes the range', async () => {
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      warehouse: {
        insert: async () => {
          throw unavailable('away')
        },
      },
    }),
  })
  await pipe.append([{ event: 'kept', distinct_id: 'a', properties: { $set: { x: 1 } }, timestamp: at }])
  await vi.waitFor(() => expect(pipe.pipeline().stats().retries).toBeGreaterThan(0))
  await pipe.restart((deps) => deps)
  await pipe.pipeline().idle()
  expect(await named(pipe)).toEqual(['kept'])
})

test('while the database is away the pipeline waits, and an unknown outcome is read, not repeated', async () => {
  let failures = 0
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      database: {
        ...deps.database,
        db: deps.database.db,
        transaction: async (work) => {
          if (failures++ === 0) throw unavailable('away')
          const result = await deps.database.transaction(work)
          // committed, but the answer is lost
          if (failures === 2) throw unavailable('connection lost')
          return result
        },
      },
    }),
  })
  await pipe.send([{ event: 'a', distinct_id: 'a', properties: { $set: { x: 1 } }, timestamp: at }])
  expect(failures).toBe(2)
  expect(await pipe.rows('select count() as n from persons')).toEqual([{ n: '1' }])
  expect(await createPersonStore(pipe.database).findByDistinctId(pipe.projectId, 'a')).toMatchObject({
    properties: { x: 1 },
  })
})

test('a row that the warehouse refuses becomes a dead letter, alone', async () => {
  const pipe = await testPipeline(onTestFinished)
  const events = Array.from({ length: 9 }, (_, index) => ({
    event: `event ${index}`,
    distinct_id: 'a',
    timestamp: at,
  }))
  const uuids = events.map((_, index) => (index === 4 ? 'no uuid at all' : crypto.randomUUID()))
  // The dead letter can't hold such a uuid either: it is known by the event that it keeps.
  await pipe.send(events, { uuids })
  expect(await named(pipe)).toEqual([0, 1, 2, 3, 5, 6, 7, 8].map((index) => `event ${index}`))
  const letters = await pipe.rows('select uuid, reason, detail, raw from dead_letters')
  expect(letters).toEqual([
    {
      uuid: '00000000-0000-0000-0000-000000000000',
      reason: 'refused_by_warehouse',
      detail: expect.stringContaining('events: '),
      raw: expect.stringContaining('event 4'),
    },
  ])
})

/** A pipeline whose inserts into `events` are refused with what `codeOf` says of the try (from 1), null for none. */
async function refusedPipeline(codeOf: (tries: number) => number | null) {
  const tokens: string[] = []
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      options: { ...deps.options, backoffMs: { first: 1, most: 2 } },
      warehouse: {
        insert: async (rows) => {
          const code = rows.table === 'events' ? codeOf(tokens.push(rows.token)) : null
          if (code !== null) throw new WarehouseError(code, 'refused')
          await deps.warehouse.insert(rows)
        },
      },
    }),
  })
  return { pipe, tokens, deadLetters: () => pipe.rows('select reason, detail from dead_letters') }
}

test('a warehouse short of memory, disk or time is waited out, however long it takes', async () => {
  const codes = [159, 241, 243, 252, 319, 999]
  const { pipe, tokens, deadLetters } = await refusedPipeline((tries) =>
    tries < 50 ? codes[tries % codes.length]! : null,
  )
  await pipe.send([{ event: 'a', distinct_id: 'a', timestamp: at }])
  expect(tokens).toEqual(Array(50).fill('embedded-1-1'))
  expect(await named(pipe)).toEqual(['a'])
  expect(await deadLetters()).toEqual([])
})

test('a refusal of no known kind is tried again as a whole, then counts as one of the rows', async () => {
  const { pipe, tokens, deadLetters } = await refusedPipeline((tries) => (tries === 8 ? null : 49))
  await pipe.send([{ event: 'a', distinct_id: 'a', timestamp: at }])
  expect(tokens).toEqual(Array(8).fill('embedded-1-1'))
  await pipe.send([{ event: 'b', distinct_id: 'a', timestamp: at }])
  expect(tokens.slice(8)).toEqual(Array(8).fill('embedded-2-2'))
  expect(await named(pipe)).toEqual(['a'])
  expect(await deadLetters()).toEqual([{ reason: 'refused_by_warehouse', detail: 'events: refused' }])
})

test('what the database refuses becomes a dead letter, alone', async () => {
  const pipe = await testPipeline(onTestFinished)
  await pipe.database.db.execute(
    sql.raw(`alter table persons add constraint not_bad check (properties->>'bad' is null)`),
  )
  const events = Array.from({ length: 9 }, (_, index) => ({
    event: `event ${index}`,
    distinct_id: `user ${index}`,
    properties: { $set: index === 2 || index === 7 ? { bad: index } : { good: index } },
    timestamp: at,
  }))
  await pipe.send(events)
  expect(await named(pipe)).toEqual([0, 1, 3, 4, 5, 6, 8].map((index) => `event ${index}`))
  const letters = await pipe.rows('select reason, detail, raw from dead_letters order by raw')
  const refusal = { reason: 'refused_by_database', detail: expect.stringContaining('not_bad') }
  expect(letters).toEqual([
    { ...refusal, raw: expect.stringContaining('event 2') },
    { ...refusal, raw: expect.stringContaining('event 7') },
  ])
  expect(await pipe.rows('select count() as n from persons')).toEqual([{ n: '7' }])
})

test('an event that a step fails on becomes a dead letter, alone', async () => {
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      geoip: {
        prepare: async () => {},
        lookup: (address) => {
          if (address === '1.1.1.5') throw new RangeError('a fault of ours')
          return null
        },
      },
    }),
  })
  await pipe.send(
    Array.from({ length: 9 }, (_, index) => ({
      event: `event ${index}`,
      distinct_id: 'a',
      properties: { $ip: `1.1.1.${index}` },
      timestamp: at,
    })),
  )
  expect(await named(pipe)).toEqual([0, 1, 2, 3, 4, 6, 7, 8].map((index) => `event ${index}`))
  expect(await pipe.rows('select reason, detail, raw from dead_letters')).toEqual([
    {
      reason: 'step_failed',
      detail: 'RangeError: a fault of ours',
      raw: expect.stringContaining('event 5'),
    },
  ])
})

test('events of a project that was deleted a moment ago are dropped', async () => {
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      findProject: (id) =>
        deps.findProject(id) ?? {
          id,
          anonymizeIps: false,
          ingestedEvent: false,
          botFilter: 'off',
          dropEventsOlderThan: null,
        },
    }),
  })
  await pipe.append([{ event: 'gone', distinct_id: 'a', timestamp: at }], { projectId: 4711 })
  await pipe.send([{ event: 'here', distinct_id: 'a', timestamp: at }])
  expect(await named(pipe)).toEqual(['here'])
  expect(pipe.pipeline().stats().drops.unknown_project).toBe(1)
})

test('values that nest deeper than anything can walk stop nothing, wherever they stand', async () => {
  const pipe = await testPipeline(onTestFinished)
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  const events = [
    `{"event":"as an id","distinct_id":${deep}}`,
    `{"event":"as a wish","distinct_id":"a","properties":{"$process_person_profile":${deep}}}`,
    `{"event":"as a group","distinct_id":"a","properties":{"$groups":{"company":${deep}}}}`,
    `{"event":"$identify","distinct_id":"a","properties":{"$anon_distinct_id":${deep}}}`,
    `{"event":"as a time","distinct_id":"a","timestamp":${deep}}`,
    `{"event":"beside all","distinct_id":"a","other":${deep}}`,
  ]
  const envelope = {
    projectId: pipe.projectId,
    receivedAt: at,
    sentAt: null,
    ip: null,
    userAgent: null,
    path: '/batch',
    historicalMigration: false,
    uuids: events.map((_, n) => `0199d5c2-0000-7000-8000-${String(n).padStart(12, '0')}`),
  }
  await pipe.log().append([Buffer.from(`${JSON.stringify(envelope)}\n[${events}]`)])
  await pipe.send([{ event: 'what comes after', distinct_id: 'a', timestamp: at }])
  expect(await named(pipe)).toEqual([
    '$identify',
    'as a group',
    'as a time',
    'as a wish',
    'as an id',
    'beside all',
    'what comes after',
  ])
})

import { expect, onTestFinished, test, vi } from 'vitest'
import { testPersonWriter, testPipeline } from '../../test/pipeline.ts'
import { unavailable } from '../model/errors.ts'
import { createPersonStore } from '../persons/person-store.ts'

const at = '2026-03-01T12:00:00.000Z'

test('while a batch is in hand nobody is split or deleted; when it is done they are', async () => {
  let away = false
  const pipe = await testPipeline(onTestFinished, {
    changes: (deps) => ({
      ...deps,
      logger: { warn: () => {}, error: () => {} },
      options: { ...deps.options, turnMs: 100 },
      warehouse: {
        insert: async (rows) => {
          if (away) throw unavailable('away')
          await deps.warehouse.insert(rows)
        },
      },
    }),
  })
  const { database, projectId } = pipe
  const writer = testPersonWriter(pipe)
  await pipe.send({ event: 'a', distinct_id: 'p', timestamp: at })
  const person = () => createPersonStore(database).findByDistinctId(projectId, 'p')
  const { uuid } = (await person())!
  away = true
  await pipe.append({ event: 'b', distinct_id: 'p', properties: { $set: { x: 1 } }, timestamp: at })
  await vi.waitFor(() => expect(pipe.pipeline().stats().retries).toBeGreaterThan(0))
  await expect(writer.remove(projectId, uuid)).rejects.toMatchObject({ kind: 'unavailable', retryAfter: 5 })
  away = false
  await pipe.pipeline().idle()
  expect((await person())!.properties).toEqual({ x: 1 })
  await writer.remove(projectId, uuid)
  expect(await person()).toBeUndefined()
  await pipe.pipeline().stop()
  await expect(writer.remove(projectId, uuid)).rejects.toMatchObject({ kind: 'unavailable' })
})

test('a deletion that the database could not make is made by the next try', async () => {
  const pipe = await testPipeline(onTestFinished)
  const { database, projectId } = pipe
  let fails = true
  const writer = testPersonWriter(pipe, {
    database: {
      ...database,
      transaction: (work) => (fails ? Promise.reject(unavailable('away')) : database.transaction(work)),
    },
  })
  await pipe.send({ event: 'a', distinct_id: 'p', timestamp: at })
  const store = createPersonStore(database)
  const { uuid } = (await store.findByDistinctId(projectId, 'p'))!
  await expect(writer.remove(projectId, uuid)).rejects.toMatchObject({ kind: 'unavailable' })
  expect(await store.findByDistinctId(projectId, 'p')).toBeDefined()
  fails = false
  await writer.remove(projectId, uuid)
  expect(await store.findByDistinctId(projectId, 'p')).toBeUndefined()
  await expect(writer.remove(projectId, uuid)).rejects.toMatchObject({ kind: 'not_found' })
})

test('a change of properties is answered without waiting for ever', async () => {
  const pipe = await testPipeline(onTestFinished)
  const { projectId } = pipe
  const pipeline = { ...pipe.pipeline(), idle: () => new Promise<void>(() => {}) }
  const writer = testPersonWriter(pipe, { pipeline, patienceMs: 20 })
  await writer.set(projectId, 'p', { x: 1 })
  await pipe.pipeline().idle()
  const stored = await pipe.events()
  expect(stored).toMatchObject([{ event: '$set', distinct_id: 'p', person_properties: { x: 1 } }])
})

test('what a crash left is finished before anybody is deleted', async () => {
  const pipe = await testPipeline(onTestFinished)
  const { database, projectId } = pipe
  await pipe.send({ event: 'a', distinct_id: 'p', timestamp: at })
  const { uuid } = (await createPersonStore(database).findByDistinctId(projectId, 'p'))!
  await pipe.restart((deps) => ({
    ...deps,
    logger: { warn: () => {}, error: () => {} },
    warehouse: { insert: () => Promise.reject(unavailable('away')) },
  }))
  await pipe.append({ event: 'b', distinct_id: 'p', timestamp: at })
  await vi.waitFor(() => expect(pipe.pipeline().stats().retries).toBeGreaterThan(0))
  await pipe.restart((deps) => ({
    ...deps,
    log: {
      ...deps.log,
      read: async (options) => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        return deps.log.read(options)
      },
    },
  }))
  const writer = testPersonWriter(pipe)
  await writer.remove(projectId, uuid)
  await pipe.pipeline().idle()
  const owners = (await pipe.events()).map(({ event, person_id }) => [event, person_id])
  expect(owners.toSorted()).toEqual([
    ['a', uuid],
    ['b', uuid],
  ])
  // Otherwise the replay would not find the person and make one that only the warehouse knows.
  const rows = await pipe.rows('select id, argMax(is_deleted, version) as gone from persons group by id')
  expect(rows.map(({ gone }) => Boolean(gone))).toEqual([true])
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { testEngine } from '../../../test/engine.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { createPersonReader } from '../../persons/read-persons.ts'
import { connectWarehouse } from '../../warehouse/create-warehouse.ts'
import { queryRoutes } from './routes.ts'

/** On an engine of its own: what is cancelled here goes on in it. */
const closing: (() => Promise<void>)[] = []
let app: TestApp
let pid: () => number | null
/** Questions that have come to the warehouse. */
let asked = 0

beforeAll(async () => {
  const { engine, cleanup } = await testEngine({ queryConcurrency: 8 })
  closing.push(cleanup)
  pid = engine.pid
  const warehouse = await connectWarehouse({
    home: { engine },
    maxExecutionMs: 60_000,
    maxMemoryBytes: 1024 ** 3,
  })
  closing.push(() => warehouse.close())
  app = await testApp(
    (close) => closing.push(close),
    ({ database }) => {
      const insights = createInsights({
        warehouse: {
          ...warehouse,
          query: (query) => {
            asked++
            return warehouse.query(query)
          },
        },
        findProject: () => ({ timezone: 'UTC', testAccountFilters: [] }),
        propertyTypes: createPropertyTypes(database),
      })
      const answers = testAnswers(insights, undefined, { progress: warehouse.progress })
      const persons = createPersonReader(database)
      return [queryRoutes({ insights, answers, persons, groups: createGroupStore(database) })]
    },
  )
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

it('says of one that is answered later how far it is', async () => {
  const path = `/api/projects/${app.project.id}/query/`
  const rows = 200_000_000
  await app.post(path, {
    client_query_id: 'far',
    refresh: 'force_async',
    query: { kind: 'HogQLQuery', query: `select max(sipHash64(number)) > 0 from numbers(${rows})` },
  })
  const seen: number[] = []
  for (;;) {
    const { status, body } = await app.get(`${path}far/`)
    if (status !== 202) {
      expect(body.query_status).toMatchObject({ complete: true, results: { results: [[1]] } })
      break
    }
    const { rows_read, estimated_rows_total } = body.query_status.query_progress
    if (rows_read > 0) {
      expect(estimated_rows_total).toBe(rows)
      expect(rows_read).toBeLessThanOrEqual(rows)
      if (rows_read !== seen.at(-1)) seen.push(rows_read)
    }
    await pause(100)
  }
  expect(seen.length).toBeGreaterThan(1)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
}, 120_000)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('eight running, one cancelled: it is answered at once, the other seven get their answers', async () => {
  const path = `/api/projects/${app.project.id}/query/`
  const ask = (index: number, rows: number) =>
    app.post(path, {
      client_query_id: `q${index}`,
      query: {
        kind: 'HogQLQuery',
        query: `select ${index}, max(sipHash64(number)) > 0 from numbers(${rows})`,
      },
    })
  const before = pid()
  // half a minute of both cores, if nothing else ran
  const endless = ask(0, 20_000_000_000)
  const others = Array.from({ length: 7 }, (_, i) => ask(i + 1, 30_000_000))
  const arrived: (number | null)[] = []
  for (const other of others) void other.then(() => arrived.push(pid()))
  while (asked < 8) await pause(10)
  await pause(300)
  const cancelledAt = performance.now()
  expect((await app.delete(`${path}q0/`)).status).toBe(204)
  expect(await endless).toMatchObject({ status: 400, body: { code: 'query_cancelled' } })
  expect(performance.now() - cancelledAt).toBeLessThan(5000)
  for (const [i, { status, body }] of (await Promise.all(others)).entries()) {
    expect([status, body.results]).toEqual([200, [[i + 1, 1]]])
  }
  // while others used the engine it went on; the question that was left alone in it was stopped with it
  expect(new Set(arrived.slice(0, 6))).toEqual(new Set([before]))
  while (pid() === before) await pause(100)
  expect((await ask(8, 10)).body.results).toEqual([[8, 1]])
}, 90_000)

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import type { WarehouseQuery } from '../../warehouse/warehouse.ts'
import { actionRoutes } from '../actions/routes.ts'
import { createActionStore } from '../actions/store.ts'
import { insightRoutes } from '../insights/routes.ts'
import { queryRoutes } from './routes.ts'

/** The life of answers through both doors: what is served again, when, and what the warehouse is asked for it. */
let on: Ingested
/** What the warehouse was asked since the test began. */
let asked: WarehouseQuery[] = []
const start = Date.parse('2024-03-10T12:00:00Z')
let clock = start
const project = { timezone: 'UTC', testAccountFilters: [] as { key: string; value: string }[] }

const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  on = await ingested(
    (close) => closing.push(close),
    ({ database, activity, warehouse, persons, questions }) => {
      const actions = createActionStore(database)
      const now = () => new Date(clock)
      const insights = createInsights({
        warehouse: {
          ...warehouse,
          query: (query) => {
            asked.push(query)
            return warehouse.query(query)
          },
        },
        findProject: () => project,
        propertyTypes: createPropertyTypes(database),
        findAction: actions.findForQuestions,
        now,
      })
      const answers = testAnswers(insights, now)
      return [
        queryRoutes({ insights, answers, persons, groups: createGroupStore(database) }),
        insightRoutes({ answers }),
        actionRoutes({ actions, questions, activity }),
      ]
    },
  )
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

let events = 0
/** A name that no other test's events have, of which there are two. */
let name = ''
beforeEach(async () => {
  clock = start
  name = `seen ${++events}`
  await on.send(event(name), event(name))
  asked = []
})
const event = (event: string, uuid?: string) => ({
  event,
  distinct_id: 'ann',
  timestamp: '2024-03-09T10:00:00Z',
  ...(uuid && { uuid }),
})
const minutes = (n: number) => {
  clock += n * 60_000
}

const trends = (interval = 'day') => ({
  kind: 'TrendsQuery',
  interval,
  series: [{ kind: 'EventsNode', event: name }],
  dateRange: { date_from: '2024-03-08' },
})
const hogql = (query = `select count() from events where event = '${name}'`) => ({
  kind: 'HogQLQuery',
  query,
})
/** Takes the engine a fifth of a second of a free core, and is asked by nobody else. */
const slow = () => hogql(`select sum(sipHash64(number, '${name}')) > 0 from numbers(20000000)`)
const ask = async (query: object, refresh?: unknown, more: object = {}) =>
  on.api.post(`${on.base}query/`, { query, refresh, ...more })
const one = (id: string) => `${on.base}query/${id}/`
const countOf = ({ body }: { body: { results: { count: number }[] } }) => body.results[0]!.count

async function ended(id: string) {
  for (;;) {
    const answer = await on.api.get(one(id))
    if (answer.status !== 202) return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('an answer', () => {
  it('says when and how it came about', async () => {
    const { body } = await ask(trends())
    expect(body).toMatchObject({
      is_cached: false,
      timezone: 'UTC',
      last_refresh: '2024-03-10T12:00:00.000Z',
      cache_target_age: '2024-03-10T12:30:00.000Z',
      next_allowed_client_refresh: '2024-03-10T12:15:00.000Z',
      cache_key: expect.stringMatching(/^cache_[0-9a-f]{32}$/),
      statistics: { cache_age_ms: 0, limited_by: null },
    })
    expect(body.statistics.rows_read).toBeGreaterThan(0)
    minutes(2)
    const again = await ask(trends())
    expect(again.body).toEqual({
      ...body,
      is_cached: true,
      statistics: { ...body.statistics, cache_age_ms: 120_000 },
    })
  })

  it.each([
    ['hour', 5],
    ['day', 30],
    ['week', 120],
    ['month', 360],
  ])('by the %s is served again for %i minutes', async (interval, fresh) => {
    clock = Date.parse('2024-03-10T12:00:00Z')
    await ask(trends(interval))
    minutes(fresh)
    expect((await ask(trends(interval), 'blocking')).body.is_cached).toBe(true)
    clock += 1
    expect((await ask(trends(interval), 'blocking')).body.is_cached).toBe(false)
  })

  it('is calculated again when a bucket has begun since', async () => {
    clock = Date.parse('2024-03-10T23:59:00Z')
    expect((await ask(trends())).body.results[0].days).toHaveLength(3)
    minutes(2)
    const { body } = await ask(trends())
    expect([body.is_cached, body.results[0].days.length]).toEqual([false, 4])
  })

  it('names the limit that cut it', async () => {
    const limitedBy = async (query: object) => (await ask(query)).body.statistics.limited_by
    const numbers = 'select number from numbers(1000)'
    expect(await limitedBy(hogql(numbers))).toBe('default_limit')
    expect(await limitedBy(hogql(`${numbers} limit 100`))).toBe(null)
    expect(await limitedBy(hogql('select number from numbers(60000) limit 55000'))).toBe('max_limit')
    const list = { kind: 'EventsQuery', select: ['uuid'], event: name, after: 'all' }
    expect(await limitedBy({ ...list, limit: 1 })).toBe('limit')
    expect(await limitedBy({ ...list, limit: 2 })).toBe(null)
    const paths = (edgeLimit?: number) => ({
      kind: 'PathsQuery',
      dateRange: { date_from: '2024-03-08' },
      pathsFilter: { includeEventTypes: ['custom_event'], edgeLimit },
    })
    expect([await limitedBy(paths(1)), await limitedBy(paths())]).toEqual(['limit', null])
    await on.send(...['a', 'b'].map((v) => ({ ...event(name), properties: { v } })))
    const breakdownFilter = { breakdown: 'v', breakdown_limit: 1 }
    expect(await limitedBy({ ...trends(), breakdownFilter })).toBe('breakdown_limit')
  })
})

describe('the modes of refresh', () => {
  it('blocking gives what is fresh, force_blocking and true do not', async () => {
    await ask(trends())
    await on.send(event(name))
    expect(countOf(await ask(trends(), 'blocking'))).toBe(2)
    expect(countOf(await ask(trends(), false))).toBe(2)
    expect(countOf(await ask(trends(), 'force_blocking'))).toBe(3)
    await on.send(event(name))
    expect(countOf(await ask(trends(), true))).toBe(4)
    expect(countOf(await ask(trends()))).toBe(4)
  })

  it('SQL is calculated unless blocking is said, and then good for a minute', async () => {
    const results = async (refresh?: string) => (await ask(hogql(), refresh)).body.results
    expect(await results()).toEqual([[2]])
    await on.send(event(name))
    expect(await results('blocking')).toEqual([[2]])
    expect(await results()).toEqual([[3]])
    await on.send(event(name))
    expect(await results('blocking')).toEqual([[3]])
    minutes(1.1)
    expect(await results('blocking')).toEqual([[4]])
  })

  it('force_cache never calculates', async () => {
    const missed = await ask(trends(), 'force_cache')
    expect([missed.status, missed.body]).toEqual([
      200,
      { cache_key: expect.stringMatching(/^cache_/), query_status: null },
    ])
    expect(asked).toEqual([])
    await ask(trends())
    minutes(600)
    const { body } = await ask(trends(), 'force_cache')
    expect(body).toMatchObject({ is_cached: true, cache_key: missed.body.cache_key, results: [{ count: 2 }] })
  })

  it('async answers with a status, which comes to the results', async () => {
    const { status, body } = await ask(trends(), 'async', { client_query_id: `a ${name}` })
    expect([status, Object.keys(body).sort()]).toEqual([202, ['cache_key', 'query_status']])
    expect(body.query_status).toMatchObject({
      id: `a ${name}`,
      team_id: expect.any(Number),
      query_async: true,
      complete: false,
      error: false,
      start_time: '2024-03-10T12:00:00.000Z',
      end_time: null,
      results: null,
    })
    const { status: code, body: done } = await ended(`a ${name}`)
    expect([code, done.query_status]).toMatchObject([
      200,
      { complete: true, error: false, end_time: expect.any(String), query_progress: null },
    ])
    expect(done.query_status.results).toMatchObject({ is_cached: false, results: [{ count: 2 }] })
    const again = await ask(trends(), 'async')
    expect([again.status, again.body.is_cached, again.body.query_status]).toEqual([200, true, undefined])
    // an older answer comes along while a newer is calculated
    minutes(31)
    const stale = await ask(trends(), 'async')
    expect([stale.status, stale.body.is_cached, countOf(stale)]).toEqual([202, true, 2])
    await ended(stale.body.query_status.id)
    expect(asked).toHaveLength(2)
  })

  it('force_async and `async: true` with it calculate in any case', async () => {
    await ask(trends())
    for (const how of [['force_async'], [true, { async: true }]] as const) {
      const { status, body } = await ask(trends(), ...how)
      expect([status, body.results]).toEqual([202, undefined])
      expect((await ended(body.query_status.id)).body.query_status.results.is_cached).toBe(false)
    }
    expect((await ask(trends(), undefined, { async: true })).body.is_cached).toBe(true)
  })

  it('async_except_on_cache_miss waits where there is nothing, lazy_async takes what is old', async () => {
    const first = await ask(trends(), 'async_except_on_cache_miss')
    expect([first.status, countOf(first)]).toEqual([200, 2])
    minutes(60)
    expect((await ask(trends(), 'lazy_async')).body).toMatchObject({ is_cached: true })
    expect(asked).toHaveLength(1)
    const later = await ask(trends(), 'async_except_on_cache_miss')
    expect([later.status, countOf(later)]).toEqual([202, 2])
    await ended(later.body.query_status.id)
    minutes(6 * 60 + 1)
    const lazy = await ask(trends(), 'lazy_async')
    expect([lazy.status, countOf(lazy)]).toEqual([202, 2])
    await ended(lazy.body.query_status.id)
  })

  it('any other is refused', async () => {
    expect((await ask(trends(), 'sometimes')).status).toBe(400)
  })

  it('refresh=true of the older door calculates, and it shares nothing that has other links', async () => {
    const path = `${on.base}insights/trend/?events=${encodeURIComponent(JSON.stringify([{ id: name }]))}&date_from=2024-03-08`
    const get = async (more = '') => (await on.api.get(path + more)).body
    expect(await get()).toMatchObject({ is_cached: false, result: [{ count: 2 }] })
    await on.send(event(name))
    const again = await get('&client_query_id=x')
    expect(again).toMatchObject({
      is_cached: true,
      result: [{ count: 2 }],
      cache_target_age: expect.any(String),
    })
    expect(again.result[0].persons_urls).toHaveLength(3)
    expect((await ask(trends())).body.results[0]).not.toHaveProperty('persons_urls')
    for (const refresh of ['&refresh=true', '&refresh']) {
      expect(await get(refresh)).toMatchObject({ is_cached: false, result: [{ count: 3 }] })
    }
  })
})

describe('what an answer depends on', () => {
  it('events that the caller waited for', async () => {
    await ask(trends())
    const uuid = crypto.randomUUID()
    await on.send(event(name, uuid))
    expect(countOf(await ask(trends()))).toBe(2)
    const { body } = await on.api.post(`${on.base}query/?after=${uuid}`, { query: trends() })
    expect(body).toMatchObject({ is_cached: false, results: [{ count: 3 }], after: { visible: true } })
    expect((await ask(trends())).body).toMatchObject({ is_cached: true, results: [{ count: 3 }] })
  })

  it('an action as it is now', async () => {
    const { body: action } = await on.api.post(`${on.base}actions/`, { name, steps: [{ event: 'never' }] })
    const query = { ...trends(), series: [{ kind: 'ActionsNode', id: action.id }] }
    expect(countOf(await ask(query))).toBe(0)
    await on.api.patch(`${on.base}actions/${action.id}/`, { steps: [{ event: name }] })
    expect(countOf(await ask(query))).toBe(2)
  })

  it("the project's settings", async () => {
    const query = { ...trends(), filterTestAccounts: true }
    expect(countOf(await ask(query))).toBe(2)
    project.testAccountFilters = [{ key: 'plan', value: 'paid' }]
    expect(countOf(await ask(query))).toBe(0)
    project.testAccountFilters = []
    project.timezone = 'Asia/Tokyo'
    expect((await ask(query)).body).toMatchObject({ is_cached: false, timezone: 'Asia/Tokyo' })
    project.timezone = 'UTC'
    expect((await ask(query)).body).toMatchObject({ is_cached: true, results: [{ count: 2 }] })
  })

  it('people, who are never shown as they were', async () => {
    const people = { kind: 'ActorsQuery', source: { kind: 'InsightActorsQuery', source: trends() } }
    for (const refresh of [undefined, 'blocking']) {
      expect((await ask(people, refresh)).body).toMatchObject({ is_cached: false, cache_target_age: null })
    }
  })

  it('no failure, and nothing that is empty', async () => {
    const nothing = hogql(`select 1 from events where event = '${name} x'`)
    for (const query of [nothing, hogql('select toInt8(event) from events')]) {
      const first = await ask(query, 'blocking')
      // looking for the place of an error reads nothing
      const runs = () => asked.filter(({ sql }) => !sql.startsWith('EXPLAIN')).length
      const before = runs()
      expect((await ask(query, 'blocking')).status).toBe(first.status)
      expect(runs()).toBe(before + 1)
    }
  })

  it('nobody else: a status is that of its project', async () => {
    const { body } = await ask(trends(), 'force_async')
    await ended(body.query_status.id)
    const stranger = await on.api.stranger()
    const theirs = `/api/projects/${stranger.project.id}/query/${body.query_status.id}/`
    expect((await on.api.get(theirs, { key: stranger.key })).status).toBe(404)
    clock += 20 * 60_000 + 1
    expect((await on.api.get(one(body.query_status.id))).status).toBe(404)
  })
})

describe('the same question at the same time', () => {
  it('is asked once', async () => {
    const query = slow()
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(query, 'force_blocking')))
    expect(answers.map(({ body }) => body.results)).toEqual(Array.from({ length: 6 }, () => [[1]]))
    expect(asked).toHaveLength(1)
  })

  it('goes on while anybody waits, and stops when nobody does', async () => {
    const address = await on.api.app.listen({ port: 0, host: '127.0.0.1' })
    const over = (signal: AbortSignal, query: object) =>
      fetch(`${address}${on.base}query/`, {
        method: 'POST',
        signal,
        headers: { authorization: `Bearer ${on.api.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
    const until = async (holds: () => boolean | undefined) => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const query = slow()
    const gone = new AbortController()
    const leaving = over(gone.signal, query)
    const staying = ask(query)
    await until(() => asked.length > 0)
    gone.abort()
    await expect(leaving).rejects.toThrow('aborted')
    expect((await staying).body.results).toEqual([[1]])
    expect(asked).toHaveLength(1)

    asked = []
    const alone = new AbortController()
    const left = over(alone.signal, hogql(`${query.query} limit 2`))
    await until(() => asked.length > 0)
    alone.abort()
    await expect(left).rejects.toThrow('aborted')
    await until(() => asked[0]!.signal?.aborted)
  })
})

describe('cancelling', () => {
  it('answers who waits at once, and leaves others alone', async () => {
    const query = slow()
    const waits = ask(query, 'force_blocking', { client_query_id: `w ${name}` })
    const stays = ask(query, 'force_blocking')
    const later = ask(query, 'force_async', { client_query_id: `l ${name}` })
    await later
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const cancelled = await on.api.post(`${on.base}insights/cancel/`, { client_query_id: `w ${name}` })
    expect([cancelled.status, cancelled.text]).toEqual([201, ''])
    expect(await waits).toMatchObject({ status: 400, body: { code: 'query_cancelled' } })
    expect((await on.api.delete(one(`l ${name}`))).status).toBe(204)
    expect(await on.api.get(one(`l ${name}`))).toMatchObject({
      status: 400,
      body: { query_status: { complete: true, error: true, error_message: 'The query was cancelled.' } },
    })
    expect(await stays).toMatchObject({ status: 200, body: { results: [[1]] } })
    expect(asked).toHaveLength(1)
  })

  it('needs a name, and does nothing for one that nobody has', async () => {
    expect(await on.api.post(`${on.base}insights/cancel/`, {})).toMatchObject({
      status: 400,
      body: { attr: 'client_query_id' },
    })
    expect((await on.api.delete(one('nobody'))).status).toBe(204)
    expect((await on.api.get(one('nobody'))).status).toBe(404)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { insightActorRoutes } from './actor-routes.ts'
import type { RetentionRow } from './retention-contract.ts'
import { insightRoutes } from './routes.ts'

/** Retention as the older API has it: every link of an answer is followed, and must give those who were counted. */

let on: Ingested

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, warehouse, persons }) => {
    const insights = createInsights({
      warehouse,
      findProject: () => ({ timezone: 'America/New_York', testAccountFilters: [] }),
      propertyTypes: createPropertyTypes(database),
      findAction: async (_, id) =>
        id === 7 ? { id: 7, name: 'bought', steps: [{ event: 'buy' }] } : undefined,
      now: () => new Date('2024-03-14T12:00:00Z'),
    })
    const answers = testAnswers(insights)
    return [
      insightRoutes({ answers }),
      insightActorRoutes({ answers, persons, groups: createGroupStore(database) }),
    ]
  })
  const event = (event: string, distinct_id: string, timestamp: string, properties: object = {}) => ({
    event,
    distinct_id,
    timestamp,
    properties,
  })
  const acme = { $groups: { company: 'acme' } }
  await on.send(
    event('$groupidentify', 'ann', '2024-03-01T10:00:00Z', {
      $group_type: 'company',
      $group_key: 'acme',
      $group_set: { name: 'Acme' },
    }),
    // in New York this is still the 8th; clocks change on the 10th
    event('$pageview', 'ann', '2024-03-09T04:30:00Z', { $browser: 'Chrome', ...acme }),
    event('$pageview', 'ann', '2024-03-10T16:00:00Z', { $browser: 'Chrome' }),
    event('$pageview', 'ann', '2024-03-12T16:00:00Z', { $browser: 'Safari', ...acme }),
    event('$pageview', 'bob', '2024-03-10T15:00:00Z', { $browser: 'Chrome' }),
    event('$pageview', 'bob', '2024-03-11T15:00:00Z', {}),
    event('buy', 'bob', '2024-03-12T15:00:00Z', {}),
    event('buy', 'cat', '2024-03-11T15:00:00Z', acme),
  )
})

const ask = async (filters: object): Promise<RetentionRow[]> => {
  const { status, body } = await on.api.post(`${on.base}insights/retention/`, {
    date_to: '2024-03-12',
    total_intervals: 5,
    ...filters,
  })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.result
}
const counts = (rows: RetentionRow[]) => rows.map(({ values }) => values.map(({ count }) => count))
const get = async (url: string) => {
  const { pathname, search } = new URL(url, 'http://any')
  const { status, body } = await on.api.get(pathname + search)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}

describe('insights/retention/', () => {
  it('is a triangle up to the last day, in the zone of the project', async () => {
    const rows = await ask({})
    expect(counts(rows)).toEqual([[1, 0, 1, 0, 1], [0, 0, 0, 0], [2, 1, 1], [1, 0], [1]])
    expect(rows[2]).toMatchObject({ label: 'Day 2', date: '2024-03-10T00:00:00-05:00' })
    expect(rows[1]!.values[0]).toEqual({ count: 0, people: [] })
  })
  it('takes its question from the address, as JSON', async () => {
    const entity = encodeURIComponent(JSON.stringify({ id: 7, type: 'actions' }))
    const { status, body } = await on.api.get(
      `${on.base}insights/retention/?date_to=2024-03-12&total_intervals=2&target_entity=${entity}`,
    )
    expect(status).toBe(200)
    expect(counts(body.result)).toEqual([[1, 0], [1]])
  })
  it.each<[object, string]>([
    [{ period: 'Fortnight' }, 'Fortnight'],
    [{ total_intervals: 0 }, 'total_intervals'],
    [{ properties: '{' }, 'unparsable'],
  ])('refuses %j', async (filters, sentence) => {
    const { status, body } = await on.api.post(`${on.base}insights/retention/`, filters)
    expect(status).toBe(400)
    expect(body.detail).toContain(sentence)
  })
})

describe('every link gives those who were counted', () => {
  it.each<[string, object]>([
    ['days', {}],
    ['first time', { retention_type: 'retention_first_time' }],
    ['weeks', { period: 'Week', total_intervals: 2 }],
    ['groups', { aggregation_group_type_index: 0, target_entity: { id: null, type: 'events' } }],
    ['an action', { returning_entity: JSON.stringify({ id: 7, type: 'actions' }) }],
    ['filters', { properties: [{ key: '$browser', value: 'Chrome' }] }],
    ['a breakdown', { breakdown: '$browser' }],
    ['two breakdowns', { breakdowns: [{ property: '$browser' }, { property: '$lib' }] }],
  ])('%s', async (_, filters) => {
    const rows = await ask(filters)
    const linked = rows.flatMap(({ values }) => values).filter(({ people_url: url }) => url)
    expect(linked.length).toBeGreaterThan(1)
    for (const { count, people_url: url } of linked) {
      expect(url).toMatch(/^http/)
      const { result, missing_persons: missing } = await get(url!)
      expect(result.length + missing, url).toBe(count)
      expect(result[0]).toHaveProperty('created_at')
    }
    for (const { values, people_url: url } of rows) {
      expect((await get(url)).result, url).toHaveLength(values[0]!.count)
    }
  })
})

describe('persons/retention/', () => {
  it('says on which days of the rest they were there', async () => {
    const { result, next, missing_persons } = await get((await ask({}))[2]!.people_url)
    expect(
      result.map((one: { person: { distinct_ids: string[] }; appearances: number[] }) => [
        one.person.distinct_ids,
        one.appearances,
      ]),
    ).toEqual(
      expect.arrayContaining([
        [['ann'], [1, 0, 1]],
        [['bob'], [1, 1, 0]],
      ]),
    )
    expect({ next, missing_persons }).toEqual({ next: null, missing_persons: 0 })
  })
  it('counts all cohorts of a value together', async () => {
    const rows = await ask({ breakdown: '$browser' })
    expect(rows.map(({ label, breakdown_values }) => [label, breakdown_values])).toEqual([
      ['Chrome', ['Chrome']],
      ['', ['']],
      ['Safari', ['Safari']],
    ])
    expect(counts(rows)[0]).toEqual([2, 0, 1, 0, 0])
  })
  it('pages, and refuses an index that is none', async () => {
    const url = (await ask({}))[2]!.people_url
    const first = await get(`${url}&limit=1`)
    const second = await get(first.next)
    expect([first.result.length, second.result.length, second.next]).toEqual([1, 1, null])
    const { status } = await on.api.get(`${on.base}persons/retention/?selected_interval=-1`)
    expect(status).toBe(400)
  })
})

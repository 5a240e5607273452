import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { insightActorRoutes } from './actor-routes.ts'
import { insightRoutes } from './routes.ts'

/** Paths as the older API has them: by GET and POST, and the people of an edge. */

let on: Ingested

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, warehouse, persons }) => {
    const insights = createInsights({
      warehouse,
      findProject: () => ({ timezone: 'America/New_York', testAccountFilters: [] }),
      propertyTypes: createPropertyTypes(database),
      pathCleaning: async () => [{ regex: 'two', alias: '2' }],
    })
    const answers = testAnswers(insights)
    return [
      insightRoutes({ answers }),
      insightActorRoutes({ answers, persons, groups: createGroupStore(database) }),
    ]
  })
  const event = (event: string, distinct_id: string, minute: number, properties: object = {}) => ({
    event,
    distinct_id,
    timestamp: `2024-02-02T04:${minute}:00Z`,
    properties,
  })
  await on.send(
    // in New York all of this is on the 1st
    ...['ann', 'bob'].flatMap((who) => [event('step one', who, 10), event('step two', who, 12)]),
    event('step three', 'ann', 15),
    event('$pageview', 'ann', 11, { $current_url: '/' }),
  )
})

const filters = {
  insight: 'PATHS',
  date_from: '2024-02-01',
  date_to: '2024-02-01',
  include_event_types: ['custom_event'],
}
const edges = [
  { source: '1_step one', target: '2_step two', value: 2, average_conversion_time: 120_000 },
  { source: '2_step two', target: '3_step three', value: 1, average_conversion_time: 180_000 },
]
const query = (given: object) =>
  Object.entries(given)
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`,
    )
    .join('&')

it('by POST, by GET, and by both', async () => {
  const posted = await on.api.post(`${on.base}insights/path/`, filters)
  expect(posted.status, JSON.stringify(posted.body)).toBe(200)
  expect(posted.body).toMatchObject({ result: edges, timezone: 'America/New_York', is_cached: false })
  expect((await on.api.get(`${on.base}insights/path/?${query(filters)}`)).body.result).toEqual(edges)
  const both = await on.api.post(`${on.base}insights/path/?${query(filters)}`, { step_limit: '2' })
  expect(both.body.result).toEqual(edges.slice(0, 1))
})

it.each<[string, object, string[]]>([
  [
    'the older name of a kind of event',
    { include_event_types: undefined, path_type: 'custom_event' },
    ['2_step two', '3_step three'],
  ],
  [
    'named events alone',
    { include_event_types: [], custom_events: ['step one', 'step three'] },
    ['2_step three'],
  ],
  [
    'exclusions',
    { exclude_events: '["step t*"]', include_event_types: ['custom_event', '$pageview'] },
    ['2_/'],
  ],
  ['groupings', { path_groupings: ['step t*'] }, ['2_step t*']],
  [
    "the project's rules and one's own",
    { path_replacements: 'true', local_path_cleaning_filters: [{ regex: '^step ', alias: '' }] },
    ['2_2', '3_three'],
  ],
  ['a start', { start_point: 'step two' }, ['2_step three']],
  ['weights', { max_edge_weight: 1, start_point: 'step one' }, []],
  [
    'words that mean nothing',
    { include_event_types: ['tomato'], exclude_events: [null, { a: 1 }], events: 'x' },
    ['2_/', '2_step two', '3_step two', '4_step three'],
  ],
])('%s', async (_, more, targets) => {
  const { status, body } = await on.api.post(`${on.base}insights/path/`, { ...filters, ...more })
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body.result.map((edge: { target: string }) => edge.target).sort()).toEqual(targets)
})

it.each<[object, string]>([
  [{ step_limit: 'many' }, 'step_limit'],
  [{ edge_limit: 0 }, 'edge_limit'],
  [{ funnel_paths: 'funnel_path_after_step' }, 'required'],
  [{ funnel_paths: 'funnel_path_after_step', funnel_filter: 'x' }, 'required'],
  [{ funnel_paths: 'funnel_path_after_step', funnel_filter: { events: [{ id: 'step one' }] } }, 'required'],
  [{ local_path_cleaning_filters: [{ regex: '(' }] }, 'regular expression'],
])('refuses %j', async (more, sentence) => {
  const { status, body } = await on.api.post(`${on.base}insights/path/`, { ...filters, ...more })
  expect(status).toBe(400)
  expect(body.detail).toContain(sentence)
})

it('lists the people of an edge, page by page, whichever way it is asked', async () => {
  const pins = { ...filters, path_start_key: '1_step one', path_end_key: '2_step two' }
  const path = `${on.base}persons/path/`
  const { status, body } = await on.api.post(path, pins)
  expect(status, JSON.stringify(body)).toBe(200)
  expect(body).toMatchObject({ results: [{ count: 2 }], next: null, missing_persons: 0 })
  expect(body.results[0].people[0]).toMatchObject({ type: 'person', distinct_ids: [expect.any(String)] })

  const names = async (answer: { status: number; body: typeof body }) => {
    expect(answer.status, JSON.stringify(answer.body)).toBe(200)
    return answer.body.results[0].people.map((one: { distinct_ids: string[] }) => one.distinct_ids[0])
  }
  const first = await on.api.get(`${path}?${query({ ...pins, limit: 1 })}`)
  const next = new URL(first.body.next)
  const second = await on.api.get(next.pathname + next.search)
  expect([...(await names(first)), ...(await names(second))].sort()).toEqual(['ann', 'bob'])
  // the address of the next page, with the question posted again
  const postedFirst = await on.api.post(path, { ...pins, limit: 1 })
  const postedNext = new URL(postedFirst.body.next)
  const postedSecond = await on.api.post(postedNext.pathname + postedNext.search, pins)
  expect([...(await names(postedFirst)), ...(await names(postedSecond))].sort()).toEqual(['ann', 'bob'])

  const left = await on.api.post(path, { ...filters, path_dropoff_key: '2_step two' })
  expect(await names(left)).toEqual(['bob'])
})

const funnel = {
  insight: 'FUNNELS',
  date_from: '2024-02-01',
  date_to: '2024-02-01',
  events: [{ id: 'step one' }, { id: 'step two' }, { id: 'step three' }],
  funnel_step: 2,
}
const three = { source: '1_step two', target: '2_step three', value: 1, average_conversion_time: 180_000 }

it.each<[string, object, unknown[]]>([
  ['from a step on', { funnel_paths: 'funnel_path_after_step', funnel_filter: funnel }, [three]],
  ['up to a step', { funnel_paths: 'funnel_path_before_step', funnel_filter: funnel }, edges.slice(0, 1)],
  [
    'between two steps, the step beside the funnel',
    {
      funnel_paths: 'FUNNEL_PATH_BETWEEN_STEPS',
      funnel_filter: { ...funnel, funnel_step: undefined },
      funnel_step: 3,
    },
    [three],
  ],
  [
    'of who left before a step',
    { funnel_paths: 'funnel_path_before_step', funnel_filter: { ...funnel, funnel_step: -3 } },
    [{ ...edges[0], value: 1 }],
  ],
  ['words that mean nothing', { funnel_paths: 'tomato', funnel_filter: funnel }, edges],
  ['a funnel that nothing is asked along', { funnel_filter: funnel }, edges],
])('along a funnel: %s', async (_, more, expected) => {
  const asked = { ...filters, ...more }
  const posted = await on.api.post(`${on.base}insights/path/`, asked)
  expect(posted.status, JSON.stringify(posted.body)).toBe(200)
  expect(posted.body.result).toEqual(expected)
  expect((await on.api.get(`${on.base}insights/path/?${query(asked)}`)).body.result).toEqual(expected)
})

it('lists the people of an edge along a funnel', async () => {
  const asked = { ...filters, funnel_paths: 'funnel_path_after_step', funnel_filter: funnel }
  const pins = { ...asked, path_start_key: '1_step two', path_end_key: '2_step three' }
  const posted = await on.api.post(`${on.base}persons/path/`, pins)
  expect(posted.status, JSON.stringify(posted.body)).toBe(200)
  expect(posted.body.results[0]).toMatchObject({ count: 1, people: [{ distinct_ids: ['ann'] }] })
  const got = await on.api.get(`${on.base}persons/path/?${query(pins)}`)
  expect(got.body.results[0]).toMatchObject({ count: 1, people: [{ distinct_ids: ['ann'] }] })
  const left = { ...asked, path_dropoff_key: '1_step two' }
  const [{ people }] = (await on.api.post(`${on.base}persons/path/`, left)).body.results
  expect(people).toMatchObject([{ distinct_ids: ['bob'] }])
})

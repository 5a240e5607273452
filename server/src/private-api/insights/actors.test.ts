import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { queryRoutes } from '../query/routes.ts'
import { insightActorRoutes } from './actor-routes.ts'
import { insightRoutes } from './routes.ts'
import { timelineRoutes } from './timeline-routes.ts'

/** The people behind numbers: every link of an answer is followed, and must give those who make up its number. */

let on: Ingested
const zone = { timezone: 'America/New_York' }

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, warehouse, persons }) => {
    const insights = createInsights({
      warehouse,
      findProject: () => ({ ...zone, testAccountFilters: [], botFilter: 'off', dropEventsOlderThan: null }),
      propertyTypes: createPropertyTypes(database),
      findAction: async (_, id) =>
        id === 7 ? { id: 7, name: 'viewed', steps: [{ event: 'view' }] } : undefined,
      now: () => new Date('2024-02-12T12:00:00Z'),
    })
    const answers = testAnswers(insights)
    const actors = { persons, groups: createGroupStore(database) }
    return [
      queryRoutes({ insights, answers, ...actors }),
      insightRoutes({ answers }),
      insightActorRoutes({ answers, ...actors }),
      timelineRoutes({ insights, persons }),
    ]
  })
  const view = (distinct_id: string, timestamp: string, properties: object = {}) => ({
    event: 'view',
    distinct_id,
    timestamp,
    properties,
  })
  const company = (key: string, name: string) => ({
    event: '$groupidentify',
    distinct_id: 'ann',
    timestamp: '2024-01-20T10:00:00Z',
    properties: { $group_type: 'company', $group_key: key, $group_set: { name } },
  })
  await on.send(
    company('acme', 'Acme'),
    company('bolt', 'Bolt'),
    view('ann', '2024-01-28T15:00:00Z', { $set: { email: 'ann@example.com', plan: 'pro' } }),
    // in New York this is still the 1st
    view('ann', '2024-02-02T03:30:00Z', { $browser: 'Chrome', price: 10, $groups: { company: 'acme' } }),
    view('ann', '2024-02-02T15:10:00Z', { $browser: 'Chrome', price: 25, $groups: { company: 'acme' } }),
    view('ann', '2024-02-02T15:50:00Z', { $browser: 'Chrome', price: 5, $session_id: 's1' }),
    view('bob', '2024-02-02T16:00:00Z', {
      $browser: 'Firefox',
      price: 7,
      $set: { email: 'bob@example.org', plan: 'free' },
      $groups: { company: 'bolt' },
    }),
    view('cat', '2024-02-03T16:00:00Z', { $browser: 'Opera' }),
    view('cat', '2024-02-07T16:00:00Z', { $browser: '[1,2]', price: 3 }),
    view('dan', '2024-02-07T17:00:00Z', { price: 50 }),
    view('bob', '2024-02-08T16:00:00Z', { $browser: '' }),
    view('eve', '2024-02-11T16:00:00Z', { $groups: { company: 'acme' } }),
    view('eve', '2024-02-11T16:00:00Z', { $groups: { company: 'unknown' } }),
    { event: 'buy', distinct_id: 'ann', timestamp: '2024-02-05T16:00:00Z', properties: {} },
  )
})

type Link = { filter: Record<string, unknown>; url: string }
type Series = {
  data: number[]
  aggregated_value?: number
  persons_urls?: Link[]
  persons?: Link
}

const trend = async (filters: object): Promise<Series[]> => {
  const { status, body } = await on.api.post(`${on.base}insights/trend/`, filters)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.result
}
const follow = async (url: string) => {
  const { status, body } = await on.api.get(`/${url}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.results[0].people as { value_at_data_point: number | null; distinct_ids: string[] }[]
}
const range = { date_from: '2024-02-01', date_to: '2024-02-08' }
const of = (math?: string, more: object = {}) => [{ id: 'view', math, ...more }]

/** Each number with its people, for all series. */
async function numbers(filters: object) {
  const all: [number, Awaited<ReturnType<typeof follow>>][] = []
  for (const { data, aggregated_value, persons_urls, persons } of await trend(filters)) {
    const values = persons ? [aggregated_value!] : data
    const links = persons ? [persons] : persons_urls!
    expect(links).toHaveLength(values.length)
    const people = await Promise.all(links.map(({ url }) => follow(url)))
    for (const [i, value] of values.entries()) all.push([value, people[i]!])
  }
  expect(all.some(([number]) => number !== 0)).toBe(true)
  return all
}

it('older clients ask actions/people/ for the same people', async () => {
  const [series] = await trend({ events: of('dau'), ...range })
  const { url } = series!.persons_urls![1]!
  const { results, missing_persons } = (await on.api.get(`/${url}`)).body
  expect(results[0].count).toBe(2)
  const older = `/${url.replace('persons/trends/', 'actions/people/')}`
  const { body, status } = await on.api.get(older)
  expect(status).toBe(200)
  expect(body).toEqual({ results, missing_persons, next: null, previous: null })
  const first = (await on.api.get(`${older}&limit=1`)).body
  expect(first).toMatchObject({ results: [{ count: 1, people: [results[0].people[0]] }], previous: null })
  const second = (await on.api.get(first.next.slice(first.next.indexOf('/api/')))).body
  expect(second.results[0].people).toEqual([results[0].people[1]])
  expect((await on.api.get(second.previous.slice(second.previous.indexOf('/api/')))).body.results).toEqual(
    first.results,
  )
})

describe('every link of a legacy answer gives those who make up its number', () => {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const breakdown = { breakdown: '$browser' }
  it.each<[string, object]>([
    ['unique people', { events: of('dau') }],
    ['by week', { events: of('dau'), interval: 'week' }],
    ['by month', { events: of('dau'), interval: 'month' }],
    ['by hour', { events: of('dau'), interval: 'hour', date_from: '2024-02-02', date_to: '2024-02-02' }],
    ['weekly active', { events: of('weekly_active') }],
    [
      'weekly active by hour',
      { events: of('weekly_active'), interval: 'hour', date_from: '2024-02-08', date_to: '2024-02-08' },
    ],
    ['weekly active in one figure', { events: of('weekly_active'), display: 'BoldNumber' }],
    ['monthly active by week', { events: of('monthly_active'), interval: 'week' }],
    ['running totals', { events: of('dau'), display: 'ActionsLineGraphCumulative' }],
    ['one figure', { events: of('dau'), display: 'BoldNumber' }],
    ['groups', { events: of('unique_group', { math_group_type_index: 0 }) }],
    ['first times', { events: of('first_time_for_user') }],
    [
      'first matching, by browser',
      {
        events: of('first_matching_event_for_user', {
          properties: [{ key: 'price', value: 5, operator: 'gt' }],
        }),
        ...breakdown,
      },
    ],
    ['by browser', { events: of('dau'), ...breakdown }],
    ['by browser in one figure each', { events: of('dau'), ...breakdown, display: 'ActionsTable' }],
    ['by plan', { events: of('dau'), breakdown: 'plan', breakdown_type: 'person' }],
    [
      'by browser and plan',
      {
        events: of('dau'),
        breakdowns: [
          { property: '$browser', type: 'event' },
          { property: 'plan', type: 'person' },
        ],
      },
    ],
    ['in bins', { events: of('dau'), breakdown: 'price', breakdown_histogram_bin_count: 3 }],
    ['two periods', { events: of('dau'), compare: true, date_from: '2024-02-03' }],
    [
      'two series of one event',
      { events: [...of('dau', { properties: [{ key: '$browser', value: 'Chrome' }] }), ...of('dau')] },
    ],
    ['an action', { actions: [{ id: 7, math: 'dau' }] }],
    ['all events', { events: [{ id: null, math: 'dau' }] }],
    ['everything since the first event', { events: of('dau'), date_from: 'all', interval: 'week' }],
    ['filtered', { events: of('dau'), properties: [{ key: '$browser', value: 'Chrome' }] }],
    ['stickiness', { events: of(), insight: 'STICKINESS' }],
    ['lifecycle', { events: of(), insight: 'LIFECYCLE' }],
    ['lifecycle by week', { events: of(), insight: 'LIFECYCLE', interval: 'week' }],
    ['lifecycle of groups', { events: of(), insight: 'LIFECYCLE', aggregation_group_type_index: 0 }],
  ])('%s', async (_, filters) => {
    for (const [number, people] of await numbers({ ...range, ...filters })) {
      expect(people).toHaveLength(Math.abs(number))
    }
  })
  it.each<[string, object]>([
    ['events', { events: of() }],
    ['events, running totals', { events: of(), display: 'ActionsLineGraphCumulative' }],
    ['a sum', { events: of('sum', { math_property: 'price' }) }],
    ['by browser, the rest pooled', { events: of(), ...breakdown, breakdown_limit: 1 }],
    [
      'the rest pooled, in one figure',
      { events: of(), ...breakdown, breakdown_limit: 2, display: 'ActionsPie' },
    ],
  ])('%s: what each adds makes up the number', async (_, filters) => {
    for (const [number, people] of await numbers({ ...range, ...filters })) {
      expect(sum(people.map((one) => one.value_at_data_point!))).toBe(number)
    }
  })
  it('says what it pins, and repeats no credentials', async () => {
    const filters = { events: JSON.stringify(of('dau')), ...range, display: 'ActionsBar' }
    const query = new URLSearchParams({ ...filters, personal_api_key: on.api.key })
    const { body } = await on.api.get(`${on.base}insights/trend/?${query}`, { key: null })
    const link: Link = body.result[0].persons_urls[0]
    expect(link.filter).toEqual({
      entity_id: 'view',
      entity_type: 'events',
      entity_math: 'dau',
      entity_order: 0,
      date_from: '2024-02-01T05:00:00.000Z',
      date_to: '2024-02-02T04:59:59.999Z',
    })
    expect(link.url).toMatch(new RegExp(`^${on.base.slice(1)}persons/trends/[?]events=`))
    expect(link.url).not.toContain(on.api.key)
    expect((await follow(link.url)).map((one) => one.distinct_ids)).toEqual([['ann']])
  })
  it('a formula has no people, and typed queries no links', async () => {
    const [line] = await trend({ events: [...of(), ...of()], ...range, formula: 'A + B' })
    expect(line!.persons_urls).toBeUndefined()
    const { body } = await on.api.post(`${on.base}query/`, {
      kind: 'TrendsQuery',
      series: [{ kind: 'EventsNode', event: 'view' }],
      dateRange: range,
    })
    expect(body.results[0].persons_urls).toBeUndefined()
  })
})

describe('persons/trends/', () => {
  const list = async (filters: Record<string, unknown>) => {
    const texts = Object.entries(filters).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
    return on.api.get(`${on.base}persons/trends/?${new URLSearchParams(texts)}`)
  }
  const point = { events: of(), entity_id: 'view', entity_type: 'events' }
  const day = { date_from: '2024-02-02', date_to: '2024-02-02' }
  it('lists persons, those who did most first', async () => {
    const { body } = await list({ ...point, ...day })
    expect(body).toMatchObject({
      results: [
        {
          count: 2,
          people: [
            {
              type: 'person',
              name: 'ann@example.com',
              properties: { plan: 'pro' },
              value_at_data_point: 2,
              matched_recordings: [],
            },
            { name: 'bob@example.org', value_at_data_point: 1 },
          ],
        },
      ],
      next: null,
      missing_persons: 0,
      is_cached: false,
      initial: expect.stringContaining('/persons/trends/?events='),
    })
    const [ann] = body.results[0].people
    expect(ann.id).toBe(ann.uuid)
  })
  it('a point alone is a whole week or month', async () => {
    const at = { date_from: '2024-01-28', date_to: '2024-01-28' }
    const names = async (more: object) => {
      const [{ people }] = (await list({ ...point, ...at, ...more })).body.results
      return people.map((one: { name: string }) => one.name).sort()
    }
    expect(await names({})).toEqual(['ann@example.com'])
    expect(await names({ interval: 'week' })).toEqual(['ann@example.com', 'bob@example.org', 'cat'])
  })
  it('pages and searches', async () => {
    const first = (await list({ ...point, ...day, limit: 1 })).body
    expect(first.next).toMatch(/^http.*limit=1&offset=1$/)
    const { pathname, search } = new URL(first.next)
    const second = (await on.api.get(pathname + search)).body
    expect(second.results[0].people).toMatchObject([{ name: 'bob@example.org' }])
    expect(second.next).toBeNull()
    for (const search of ['EXAMPLE.ORG', 'bob']) {
      expect((await list({ ...point, ...day, search })).body.results[0].people).toMatchObject([
        { name: 'bob@example.org' },
      ])
    }
  })
  it('groups in the shape of groups', async () => {
    const { body } = await list({
      events: of('unique_group', { math_group_type_index: 0 }),
      entity_id: 'view',
      date_from: '2024-02-11',
    })
    expect(body.results[0].people).toMatchObject([
      {
        type: 'group',
        id: 'acme',
        group_type_index: 0,
        properties: { name: 'Acme' },
        value_at_data_point: 1,
      },
    ])
    expect(body.missing_persons).toBe(1)
  })
  it('an entity that is not among the series, and one that does not exist', async () => {
    const bought = { entity_id: 'buy', date_from: '2024-02-05', date_to: '2024-02-05' }
    expect((await list({ events: of(), ...bought })).body.results[0].count).toBe(1)
    expect((await list(bought)).body.results[0].count).toBe(1)
    const gone = { entity_id: '99', entity_type: 'actions', ...day }
    expect((await list(gone)).body.results[0].people).toEqual([])
    expect((await list(day)).body.results[0].people).toEqual([])
  })
  it.each([
    ['persons/trends/?entity_id=view&date_from=soon', 'date_from'],
    ['persons/stickiness/?entity_id=view', 'stickiness_days'],
    ['persons/lifecycle/?entity_id=view&lifecycle_type=new', 'target_date'],
    ['persons/lifecycle/?entity_id=view&target_date=2024-02-01&lifecycle_type=odd', 'lifecycle_type'],
  ])('refuses %s', async (path, attr) => {
    expect(await on.api.get(on.base + path)).toMatchObject({
      status: 400,
      body: { type: 'validation_error', attr },
    })
  })
  it('of one’s own project only', async () => {
    const url = (await trend({ events: of(), ...range }))[0]!.persons_urls![0]!.url
    const stranger = await on.api.stranger()
    expect((await on.api.get(`/${url}`, { key: stranger.key })).status).toBe(403)
    const own = url.replace(/projects\/\d+/, `projects/${stranger.project.id}`)
    expect((await on.api.get(`/${own}`, { key: stranger.key })).body.results[0].people).toEqual([])
  })
})

describe('ActorsQuery', () => {
  const source = (more: object = {}, query: object = {}) => ({
    kind: 'InsightActorsQuery',
    source: {
      kind: 'TrendsQuery',
      series: [{ kind: 'EventsNode', event: 'view' }],
      dateRange: range,
      ...query,
    },
    ...more,
  })
  const ask = async (query: object) =>
    (await on.api.post(`${on.base}query/`, { kind: 'ActorsQuery', ...query })).body

  it('answers columns of those behind a number, most first', async () => {
    const answer = await ask({
      source: source({ day: '2024-02-02' }),
      select: ['actor', 'properties.email', 'person.properties.plan', 'event_count', 'matched_recordings'],
    })
    expect(answer).toMatchObject({
      results: [
        [{ type: 'person', distinct_ids: ['ann'] }, 'ann@example.com', 'pro', 2, []],
        [{ distinct_ids: ['bob'] }, 'bob@example.org', 'free', 1, []],
      ],
      columns: ['actor', 'properties.email', 'person.properties.plan', 'event_count', 'matched_recordings'],
      types: ['UUID', 'Nullable(String)', 'Nullable(String)', 'UInt64', 'Array(Nothing)'],
      hasMore: false,
      limit: 100,
      offset: 0,
      missing_actors_count: 0,
      hogql: expect.stringContaining('SELECT'),
    })
  })
  it('orders, pages, searches and filters', async () => {
    const emails = async (more: object) =>
      await ask({ source: source(), select: ['properties.email'], orderBy: ['properties.email'], ...more })
    expect((await emails({ limit: 1 })).results).toEqual([['ann@example.com']])
    expect(await emails({ limit: 1 })).toMatchObject({ hasMore: true })
    expect((await emails({ limit: 1, offset: 1 })).results).toEqual([['bob@example.org']])
    expect((await emails({ search: 'ANN@' })).results).toEqual([['ann@example.com']])
    const free = [{ key: 'plan', value: 'free', type: 'person' }]
    expect((await emails({ properties: free })).results).toEqual([['bob@example.org']])
    expect((await emails({ fixedProperties: free })).results).toEqual([['bob@example.org']])
    const upward = { select: ['id', 'event_count'], orderBy: ['event_count', 'id DESC'] }
    expect((await emails(upward)).results.map(([, count]: number[]) => count)).toEqual([1, 2, 2, 3])
  })
  it('all persons, without a number', async () => {
    const answer = await ask({ search: 'example' })
    expect(answer.columns).toEqual(['person', 'id', 'created_at', 'person.$delete'])
    expect(answer.results.map(([person]: { name: string }[]) => person!.name)).toEqual([
      'bob@example.org',
      'ann@example.com',
    ])
    const [person, id, created] = answer.results[0]
    expect(person).toMatchObject({ id })
    expect(created).toMatch(/^2024-02-02T/)
  })
  it('stickiness and lifecycle', async () => {
    const sticky = (kind: string, more: object) =>
      ask({
        source: { ...source(more, { kind: 'StickinessQuery' }), kind },
        select: ['actor', 'event_count'],
      })
    expect(
      (await sticky('InsightActorsQuery', { day: 2 })).results.map(([, days]: number[]) => days),
    ).toEqual([2, 2, 2])
    expect((await sticky('StickinessActorsQuery', { day: 1, operator: 'exact' })).results).toMatchObject([
      [{ distinct_ids: ['dan'] }, 1],
    ])
    const returned = await ask({
      source: source({ day: '2024-02-02', status: 'returning' }, { kind: 'LifecycleQuery' }),
      select: ['actor'],
    })
    expect(returned.results).toMatchObject([[{ distinct_ids: ['ann'] }]])
  })
  it('of a line without a day, everybody in it: as many as a display with one figure counts', async () => {
    const series = (math: string) => ({ series: [{ kind: 'EventsNode', event: 'view', math }] })
    const everybody = async (query: object, more: object = {}) =>
      (await ask({ source: source(more, query), select: ['actor', 'event_count'] })).results as [
        { distinct_ids: string[] },
        number,
      ][]
    const names = (rows: [{ distinct_ids: string[] }, number][]) =>
      rows.flatMap(([{ distinct_ids }]) => distinct_ids).sort()
    for (const [more, filters] of [
      [{}, {}],
      [{ breakdown: 'Chrome' }, { breakdown: '$browser' }],
    ] as const) {
      const breakdownFilter = 'breakdown' in filters ? filters : undefined
      const figures = await trend({ events: of('dau'), ...range, display: 'ActionsTable', ...filters })
      const rows = await everybody({ ...series('dau'), breakdownFilter }, more)
      expect(rows).toHaveLength(figures[0]!.aggregated_value!)
    }
    expect(names(await everybody(series('dau')))).toEqual(['ann', 'bob', 'cat', 'dan'])
    // what each adds, over all buckets
    const counts = await everybody(series('total'))
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(
      (await trend({ events: of(), ...range }))[0]!.data.reduce((sum, value) => sum + value, 0),
    )
    // the first bucket of weekly active people looks back behind the range
    const days = { dateRange: { date_from: '2024-02-10', date_to: '2024-02-12' } }
    expect(names(await everybody({ ...series('weekly_active'), ...days }))).toEqual([
      'bob',
      'cat',
      'dan',
      'eve',
    ])
  })
  it('those without a profile stay, with what the events say of them', async () => {
    await on.send({
      event: 'glance',
      distinct_id: 'nobody',
      timestamp: '2024-02-08T16:00:00Z',
      properties: { $process_person_profile: false },
    })
    const answer = await ask({
      source: source({ day: '2024-02-08' }, { series: [{ kind: 'EventsNode', event: 'glance' }] }),
      select: ['actor', 'created_at', 'properties.email', 'event_count'],
    })
    expect(answer).toMatchObject({
      results: [[{ id: expect.any(String), distinct_ids: ['nobody'] }, null, null, 1]],
      missing_actors_count: 1,
    })
    const [line] = await trend({ events: [{ id: 'glance' }], date_from: '2024-02-08', date_to: '2024-02-08' })
    const { body } = await on.api.get(`/${line!.persons_urls![0]!.url}`)
    expect(body).toMatchObject({ results: [{ people: [], count: 0 }], missing_persons: 1 })
  })
  it('a number that there is not has nobody behind it', async () => {
    expect((await ask({ source: source({ day: '2023-01-01' }) })).results).toEqual([])
    expect((await ask({ source: source({ series: 4 }) })).results).toEqual([])
    expect((await ask({ source: source({ compare: 'previous' }) })).results).toEqual([])
  })
  it.each([
    [{ source: source(), select: ['nonsense'] }, 'nonsense'],
    [{ source: source({ day: 'someday' }) }, 'someday'],
    [{ source: source({}, { kind: 'LifecycleQuery' }) }, 'This field is required.'],
    [{ source: source({}, { kind: 'StickinessQuery' }) }, 'whole number'],
    [
      { source: source({ breakdown: ['a', 'b'] }, { breakdownFilter: { breakdown: '$browser' } }) },
      'The breakdown has 1 values, not 2.',
    ],
  ])('refuses %j', async (query, sentence) => {
    expect(await ask(query)).toMatchObject({
      type: 'validation_error',
      detail: expect.stringContaining(sentence),
    })
  })
})

describe('persons/:id/properties_timeline/', () => {
  const plan = (is: string) => ({ key: 'plan', type: 'person', value: is, operator: 'exact' })
  const ask = (id: string | number, filters: Record<string, unknown>) => {
    const texts = Object.entries(filters).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
    return on.api.get(`${on.base}persons/${id}/properties_timeline/?${new URLSearchParams(texts)}`)
  }

  it('has a point wherever what the trend asks about has changed, and counts the events between', async () => {
    const did = (event: string, minute: number, set: object = {}) => ({
      event,
      distinct_id: 'timely',
      timestamp: `2024-02-05T15:0${minute}:00Z`,
      properties: { $set: set },
    })
    await on.send(
      did('view', 0, { plan: 'free', seen: 1 }),
      did('view', 1, { seen: 2 }),
      did('other', 2, { plan: 'trial' }),
      did('view', 3, { plan: 'pro' }),
      did('view', 4),
      did('buy', 5, { plan: 'free' }),
      { event: 'view', distinct_id: 'ann', timestamp: '2024-02-05T15:04:30Z' },
    )
    const [[personId] = []] = (
      await on.pipeline.warehouse.query({
        sql: "select person_id from events where distinct_id = 'timely' limit 1",
      })
    ).rows
    const events = [{ id: 'view' }, { id: 'buy', properties: [] }]
    const range = { date_from: '2024-02-05', date_to: '2024-02-05' }
    const { status, body } = await ask(String(personId), {
      events,
      breakdown: 'plan',
      breakdown_type: 'person',
      ...range,
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      points: [
        {
          timestamp: '2024-02-05T15:00:00.000000Z',
          properties: expect.objectContaining({ plan: 'free', seen: 1 }),
          relevant_event_count: 2,
        },
        {
          timestamp: '2024-02-05T15:03:00.000000Z',
          properties: expect.objectContaining({ plan: 'pro', seen: 2 }),
          relevant_event_count: 2,
        },
        {
          timestamp: '2024-02-05T15:05:00.000000Z',
          properties: expect.objectContaining({ plan: 'free' }),
          relevant_event_count: 1,
        },
      ],
      crucial_property_keys: ['plan'],
      effective_date_from: '2024-02-05T05:00:00.000Z',
      effective_date_to: '2024-02-06T05:00:00.000Z',
    })
    const filtered = { events: [{ id: 'view', properties: [{ ...plan('pro'), key: 'seen', value: 2 }] }] }
    const seen = await ask(String(personId), { ...filtered, properties: [plan('pro')], ...range })
    expect(seen.body.crucial_property_keys).toEqual(['seen', 'plan'])
    expect((await ask(String(personId), { events, ...range })).body.points).toMatchObject([
      { relevant_event_count: 5 },
    ])
  })

  it('is not there for whom nobody knows', async () => {
    expect((await ask('0190c2f0-5a44-7cc0-9d6e-4a9f1b1f0a01', {})).status).toBe(404)
    expect((await ask('nobody', {})).status).toBe(404)
  })
})

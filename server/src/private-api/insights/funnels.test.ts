import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { createGroupStore } from '../../persons/group-store.ts'
import { queryRoutes } from '../query/routes.ts'
import { funnelRoutes } from './funnel-routes.ts'

/** Funnels of the older API: every link of an answer is followed, and must give those who make up its number. */

let on: Ingested

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, warehouse, persons }) => {
    const insights = createInsights({
      warehouse,
      findProject: () => ({
        timezone: 'America/New_York',
        testAccountFilters: [],
        botFilter: 'off',
        dropEventsOlderThan: null,
      }),
      propertyTypes: createPropertyTypes(database),
      findAction: async (_, id) =>
        id === 7 ? { id: 7, name: 'put in the cart', steps: [{ event: 'cart' }] } : undefined,
      now: () => new Date('2024-02-12T12:00:00Z'),
    })
    const answers = testAnswers(insights)
    const actors = { persons, groups: createGroupStore(database) }
    return [queryRoutes({ insights, answers, ...actors }), funnelRoutes({ answers, ...actors })]
  })
  const did = (distinct_id: string, event: string, time: string, properties: object = {}) => ({
    event,
    distinct_id,
    timestamp: `2024-02-0${time}:00Z`,
    properties,
  })
  const journey = (who: string, day: number, browser: string | undefined, ...events: string[]) =>
    events.map((event, i) =>
      did(who, event, `${day}T1${i}:00`, {
        ...(browser && { $browser: browser }),
        ...(event === 'help' && { topic: `about ${who}`, page: '"faq" & more' }),
        $set: { plan: ['ann', 'bob', 'cat'].includes(who) ? 'pro' : 'free' },
        $groups: { company: ['ann', 'bob'].includes(who) ? 'acme' : 'bolt' },
      }),
    )
  const company = (key: string, name: string) =>
    did('ann', '$groupidentify', '1T10:00', { $group_type: 'company', $group_key: key, $group_set: { name } })
  await on.send(
    company('acme', 'Acme'),
    company('bolt', 'Bolt'),
    ...journey('ann', 2, 'Chrome', 'view', 'help', 'cart', 'buy'),
    ...journey('bob', 2, 'Chrome', 'view', 'help', 'cart', 'buy'),
    ...journey('cat', 3, 'Firefox', 'view', 'help', 'cart'),
    ...journey('dan', 3, undefined, 'view', 'look', 'look'),
    ...journey('eve', 4, '1', 'view', 'look', 'cart'),
    ...journey('fay', 4, 'Opera', 'look', 'view'),
  )
})

const steps = {
  insight: 'FUNNELS',
  events: [
    { id: 'view', order: 0 },
    { id: 'buy', order: 2 },
  ],
  actions: [{ id: 7, order: 1 }],
  date_from: '2024-02-01',
  date_to: '2024-02-08',
}

type Step = {
  name: string
  count: number
  breakdown_value?: unknown
  converted_people_url: string
  dropped_people_url: string | null
}

async function funnel(filters: object): Promise<Step[] | Step[][]> {
  const { status, body } = await on.api.post(`${on.base}insights/funnel/`, { ...steps, ...filters })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.result
}

async function peopleAt(url: string): Promise<string[]> {
  const { status, body } = await on.api.get(url)
  expect(status, JSON.stringify(body)).toBe(200)
  const [{ people, count }] = body.results
  expect(count).toBe(people.length)
  return people.map(
    (one: { group_key?: string; distinct_ids?: string[] }) => one.group_key ?? one.distinct_ids![0],
  )
}

async function links(all: Step[]) {
  for (const [i, { count, converted_people_url, dropped_people_url }] of all.entries()) {
    expect(await peopleAt(converted_people_url)).toHaveLength(count)
    if (i === 0) expect(dropped_people_url).toBeNull()
    else expect(await peopleAt(dropped_people_url!)).toHaveLength(all[i - 1]!.count - count)
  }
}

describe('a legacy funnel', () => {
  it('has steps by their order over both lists, and links to who got there or left', async () => {
    const found = (await funnel({})) as Step[]
    expect(found).toMatchObject([
      { name: 'view', count: 6 },
      { name: 'put in the cart', count: 4, type: 'actions', action_id: 7 },
      { name: 'buy', count: 2, average_conversion_time: 3600 },
    ])
    expect(found[0]!.converted_people_url).toMatch(/^\/api\/projects\/\d+\/persons\/funnel\/\?/)
    await links(found)
    expect((await peopleAt(found[2]!.dropped_people_url!)).sort()).toEqual(['cat', 'eve'])
  })

  it.each<[string, object]>([
    ['groups', { aggregation_group_type_index: 0 }],
    ['unordered', { funnel_order_type: 'unordered' }],
    ['strict', { funnel_order_type: 'strict' }],
    ['a short window', { funnel_window_interval: 90, funnel_window_interval_unit: 'minute' }],
    ['exclusions', { exclusions: [{ id: 'look', type: 'events', funnel_from_step: 0, funnel_to_step: 1 }] }],
    ['filters', { properties: [{ key: 'plan', value: 'pro', type: 'person' }] }],
    ['a first step of all events', { events: [{ id: null, order: 0 }] }],
  ])('%s: links give those who are counted', async (_, filters) => {
    await links((await funnel(filters)) as Step[])
  })

  it.each<[string, object]>([
    ['an event property', { breakdown: '$browser', breakdown_type: 'event' }],
    ['a person property', { breakdown: ['plan'], breakdown_type: 'person' }],
    ['a group property', { breakdown: 'name', breakdown_type: 'group', breakdown_group_type_index: 0 }],
    ['few values, the rest pooled', { breakdown: '$browser', breakdown_limit: 1 }],
    ['two at once', { breakdowns: [{ property: '$browser' }, { property: 'plan', type: 'person' }] }],
    [
      'the value at a step',
      { breakdown: '$browser', breakdown_attribution_type: 'step', breakdown_attribution_value: 1 },
    ],
  ])('by %s: links give those who are counted', async (_, filters) => {
    const all = (await funnel(filters)) as Step[][]
    expect(all.length).toBeGreaterThan(0)
    for (const one of all) await links(one)
  })

  it.each(['funnel_window_interval', 'insight', 'funnel_order_type', 'interval'])(
    'is refused, or asked without it, where %s is an object that is no text',
    async (field) => {
      const { status } = await on.api.post(`${on.base}insights/funnel/`, {
        insight: 'FUNNELS',
        events: [{ id: 'view' }, { id: 'cart', order: 1 }],
        [field]: { toString: 1, valueOf: 1 },
      })
      expect([200, 400]).toContain(status)
    },
  )

  it('by GET it says the same', async () => {
    const parameters = new URLSearchParams({
      ...steps,
      events: JSON.stringify(steps.events),
      actions: JSON.stringify(steps.actions),
    })
    const { body } = await on.api.get(`${on.base}insights/funnel/?${parameters}`)
    expect(body.result).toEqual(await funnel({}))
  })

  it('without steps, or with an action that is gone, nothing is answered', async () => {
    expect(await funnel({ events: [], actions: [] })).toEqual([])
    expect(await funnel({ actions: [{ id: 8, order: 1 }] })).toEqual([])
  })

  it('people come in pages, those of a body too', async () => {
    const { body: first } = await on.api.post(`${on.base}persons/funnel/`, {
      ...steps,
      funnel_step: 1,
      limit: 4,
    })
    expect(first.results[0].people).toHaveLength(4)
    const { body: second } = await on.api.get(first.next)
    expect(second.results[0].people).toHaveLength(2)
    expect(second.next).toBeNull()
  })

  it.each<[object, string]>([
    [{ funnel_step: -1 }, 'funnelStep'],
    [{ funnel_step: 0 }, 'funnelStep'],
    [{}, 'funnelStep'],
    [{ funnel_viz_type: 'trends' }, 'funnelTrendsEntrancePeriodStart'],
    [{ funnel_step: 1, funnel_from_step: 5 }, 'funnelFromStep'],
    [{ funnel_step: 1, exclusions: [{ id: 'x' }] }, 'exclusions'],
    [
      {
        funnel_step: 1,
        exclusions: [{ id: 'view', type: 'events', funnel_from_step: 0, funnel_to_step: 1 }],
      },
      'exclusions',
    ],
    [{ funnel_step: 1, breakdown: 'a', breakdown_attribution_type: 'step' }, 'breakdownAttributionValue'],
  ])('%j is refused', async (filters, attr) => {
    const { status, body } = await on.api.post(`${on.base}persons/funnel/`, { ...steps, ...filters })
    expect([status, body.attr]).toEqual([400, attr])
  })
})

describe('correlation', () => {
  type Correlation = {
    event: { event: string }
    success_count: number
    failure_count: number
    success_people_url: string
    failure_people_url: string
  }

  it.each<[string, object, string[]]>([
    ['events', {}, ['help', 'look']],
    [
      'properties of people',
      { funnel_correlation_type: 'properties', funnel_correlation_names: ['plan'] },
      ['plan::pro', 'plan::free'],
    ],
    [
      'all properties of people',
      { funnel_correlation_type: 'properties', funnel_correlation_names: ['$all'] },
      ['plan::pro', 'plan::free'],
    ],
    [
      'properties of events',
      { funnel_correlation_type: 'event_with_properties', funnel_correlation_event_names: ['help'] },
      ['help::page::"faq" & more'],
    ],
    ['events of groups', { aggregation_group_type_index: 0 }, []],
  ])('of %s: both sides link to who is counted', async (_, filters, names) => {
    const { status, body } = await on.api.post(`${on.base}insights/funnel/correlation/`, {
      ...steps,
      ...filters,
    })
    expect(status, JSON.stringify(body)).toBe(200)
    const found = body.result.events as Correlation[]
    expect(found.map(({ event }) => event.event)).toEqual(expect.arrayContaining(names))
    for (const one of found) {
      expect(await peopleAt(one.success_people_url), one.event.event).toHaveLength(one.success_count)
      expect(await peopleAt(one.failure_people_url), one.event.event).toHaveLength(one.failure_count)
    }
  })

  it('where all succeed or fail there is nothing to compare', async () => {
    const none = {
      ...steps,
      events: [
        { id: 'view', order: 0 },
        { id: 'never', order: 2 },
      ],
    }
    const { body } = await on.api.post(`${on.base}insights/funnel/correlation/`, none)
    expect(body.result).toEqual({ events: [], skewed: true })
  })

  it('of properties needs their names', async () => {
    for (const type of ['properties', 'event_with_properties']) {
      const { status } = await on.api.post(`${on.base}insights/funnel/correlation/`, {
        ...steps,
        funnel_correlation_type: type,
      })
      expect(status).toBe(400)
    }
  })
})

it('whose time is in a bin: as many as it says', async () => {
  const went = (distinct_id: string, event: string, time: string) => ({
    event,
    distinct_id,
    timestamp: `2024-02-06T${time}Z`,
    properties: {},
  })
  const ended = { uma: '10:00:30', vic: '10:02:00', wes: '10:02:10', xia: '10:31:00', yan: '10:59:59' }
  await on.send(
    ...Object.entries(ended).flatMap(([who, end]) => [
      went(who, 'start', '10:00:00'),
      went(who, 'finish', end),
    ]),
    went('zoe', 'start', '10:00:00'),
  )
  const source = {
    kind: 'FunnelsQuery',
    series: ['start', 'finish'].map((event) => ({ kind: 'EventsNode', event })),
    dateRange: { date_from: '2024-02-01', date_to: '2024-02-08' },
    funnelsFilter: { funnelVizType: 'time_to_convert', binCount: 4 },
  }
  const ask = async (query: object) => (await on.api.post(`${on.base}query/`, { query })).body.results
  const { bins } = (await ask(source)) as { bins: [number, number][] }
  expect(bins.map(([, count]) => count)).toEqual([3, 0, 1, 1, 0])
  const people = async (more: object) =>
    (await ask({
      kind: 'ActorsQuery',
      source: { kind: 'FunnelsActorsQuery', source },
      select: ['actor', 'conversion_time'],
      orderBy: ['conversion_time'],
      ...more,
    })) as [{ distinct_ids: string[] }, number][]
  for (const [at, [start, count]] of bins.entries()) {
    const end = bins[at + 1]?.[0]
    const key = `conversion_time >= ${start}${end === undefined ? '' : ` and conversion_time < ${end}`}`
    expect(await people({ properties: [{ type: 'hogql', key }] })).toHaveLength(count)
  }
  const all = await people({})
  expect(all.map(([{ distinct_ids }, seconds]) => [distinct_ids[0], seconds])).toEqual([
    ['uma', 30],
    ['vic', 120],
    ['wes', 130],
    ['xia', 1860],
    ['yan', 3599],
  ])
})

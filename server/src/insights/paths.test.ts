import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents, personIdOf } from '../../test/events.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { PathsResult } from './answers.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>

const at = (minute: number) => new Date(Date.parse('2023-02-06T10:00:00Z') + minute * 60_000).toISOString()

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  const page = (distinct_id: string, minute: number, $current_url: string, company = '') => ({
    event: '$pageview',
    distinct_id,
    timestamp: at(minute),
    properties: { $current_url, section: $current_url.split('/')[1] },
    groups: { 0: company },
  })
  await insertEvents(warehouse, 1, [
    ...['/', '/a/1/', '/a/2', '/b', '/end'].map((url, i) => page('ann', i, url, 'acme')),
    // twice at once is one step, and its time the later one
    page('bob', 0, '/'),
    page('bob', 1, '/b'),
    page('bob', 4, '/b/'),
    page('bob', 5, '/end'),
    // more than half an hour later: another route
    page('bob', 40, '/', 'acme'),
    page('bob', 41, '/end', 'acme'),
    { event: '$screen', distinct_id: 'cat', timestamp: at(0), properties: { $screen_name: 'Home' } },
    { event: 'buy', distinct_id: 'cat', timestamp: at(1), properties: { section: 'shop' } },
    { event: '$autocapture', distinct_id: 'cat', timestamp: at(2) },
    { event: 'pay', distinct_id: 'cat', timestamp: at(3), properties: { section: 'till' } },
  ])
})
afterAll(() => cleanup())

const dateRange = { date_from: '2023-02-06', date_to: '2023-02-06' }
const asked = (pathsFilter: object = {}, query: object = {}) => ({
  kind: 'PathsQuery',
  dateRange,
  pathsFilter: { includeEventTypes: ['$pageview'], ...pathsFilter },
  ...query,
})
/** `1_/ 2_/a 3`: from, to, how often. */
const shown = (results: unknown[]) =>
  (results as PathsResult[]).map(({ source, target, value }) => `${source} ${target} ${value}`)

const forms: [name: string, query: object, expected: string[]][] = [
  [
    'pages',
    asked(),
    [
      '1_/ 2_/a/1 1',
      '1_/ 2_/b 1',
      '1_/ 2_/end 1',
      '2_/a/1 3_/a/2 1',
      '2_/b 3_/end 1',
      '3_/a/2 4_/b 1',
      '4_/b 5_/end 1',
    ],
  ],
  [
    'all-events',
    { kind: 'PathsQuery', dateRange, properties: [{ key: '$screen_name', operator: 'is_not_set' }] },
    [
      ...['1_/ 2_/a/1 1', '1_/ 2_/b 1', '1_/ 2_/end 1', '1_buy 2_$autocapture 1', '2_$autocapture 3_pay 1'],
      ...['2_/a/1 3_/a/2 1', '2_/b 3_/end 1', '3_/a/2 4_/b 1', '4_/b 5_/end 1'],
    ],
  ],
  [
    'screens-and-custom-events',
    asked({ includeEventTypes: ['$screen', 'custom_event'] }),
    ['1_Home 2_buy 1', '2_buy 3_pay 1'],
  ],
  [
    'named-events',
    asked({ includeEventTypes: ['$screen'], includeCustomEvents: ['pay'] }),
    ['1_Home 2_pay 1'],
  ],
  [
    'hogql',
    asked({ includeEventTypes: ['hogql'], pathsHogQLExpression: 'upper(properties.section)' }),
    [
      '1_ 2_A 1',
      '1_ 2_B 1',
      '1_ 2_END 1',
      '1_ 2_SHOP 1',
      '2_A 3_B 1',
      '2_B 3_END 1',
      '2_SHOP 3_ 1',
      '3_ 4_TILL 1',
      '3_B 4_END 1',
    ],
  ],
  ['start', asked({ startPoint: '/b/' }), ['1_/b 2_/end 2']],
  ['end', asked({ endPoint: '/b', stepLimit: 3 }), ['1_/ 2_/b 1', '1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1']],
  [
    'start-and-end',
    asked({ startPoint: '/', endPoint: '/end', stepLimit: 4 }),
    [
      '1_/ 2_/a/1 1',
      '1_/ 2_/b 1',
      '1_/ 2_/end 1',
      '2_/a/1 3_... 1',
      '2_/b 3_/end 1',
      '3_... 4_/b 1',
      '4_/b 5_/end 1',
    ],
  ],
  [
    'groupings',
    asked({ pathGroupings: ['/a/*'], excludeEvents: ['/b'] }),
    ['1_/ 2_/end 2', '1_/ 2_/a/* 1', '2_/a/* 3_/end 1'],
  ],
  ['excluded-by-wildcard', asked({ excludeEvents: ['/a*', '/b'] }), ['1_/ 2_/end 3']],
  [
    'cleaning',
    asked({ pathReplacements: true, localPathCleaningFilters: [{ regex: '^/[A-Z]$', alias: '/page' }] }),
    ['1_/ 2_/page 2', '2_/page 3_/end 2', '1_/ 2_/end 1'],
  ],
  [
    'weights',
    asked({ minEdgeWeight: 1, maxEdgeWeight: 1, excludeEvents: ['/a/1', '/a/2'] }),
    ['1_/ 2_/end 1'],
  ],
  ['edges', asked({ edgeLimit: 2, startPoint: '/a/1' }), ['1_/a/1 2_/a/2 1', '2_/a/2 3_/b 1']],
  ['groups', asked({ stepLimit: 2 }, { aggregation_group_type_index: 0 }), ['1_/ 2_/a/1 1', '1_/ 2_/end 1']],
]

describe('paths', () => {
  it.each(forms)('%s', async (name, query, expected) => {
    const pathCleaning = async () => [
      { regex: '^/a/.*', alias: '/A' },
      { regex: '^/b$', alias: '/B' },
      'not a rule',
      { regex: null },
    ]
    const { ask, sql } = testInsights(warehouse, {}, { pathCleaning })
    expect(shown(await ask(1, query))).toEqual(expected)
    await expect(sql()).toMatchFileSnapshot(`./sql/paths-${name}.sql`)
  })

  it('say how long it took, in milliseconds', async () => {
    const results = await testInsights(warehouse).ask(1, asked({ startPoint: '/b' }))
    // a minute each
    expect(results).toEqual([{ source: '1_/b', target: '2_/end', value: 2, average_conversion_time: 60_000 }])
  })

  it('an edge that is cut off takes with it what only it leads to', async () => {
    const results = await testInsights(warehouse).ask(1, asked({ maxEdgeWeight: 1, excludeEvents: ['/a/1'] }))
    expect(shown(results)).toEqual(expect.arrayContaining(['1_/ 2_/a/2 1', '2_/a/2 3_/b 1', '3_/b 4_/end 1']))
    const cleaned = { localPathCleaningFilters: [{ regex: '^/(a/.|b)$', alias: '/page' }], maxEdgeWeight: 1 }
    expect(shown(await testInsights(warehouse).ask(1, asked(cleaned)))).toEqual(['1_/ 2_/end 1'])
  })

  it.each<[object, string]>([
    [asked({ localPathCleaningFilters: [{ regex: '(' }] }), 'is not a regular expression'],
    [asked({ localPathCleaningFilters: [{ regex: 'a', alias: '\\9' }] }), 'group'],
    [asked({ includeEventTypes: ['hogql'], pathsHogQLExpression: 'nonsense(' }), 'xpected'],
    [asked({ includeEventTypes: ['hogql'], pathsHogQLExpression: 'count()' }), 'aggregate'],
    [{ ...asked(), funnelPathsFilter: {} }, 'along a funnel'],
  ])('refuses %j', async (query, sentence) => {
    await expect(testInsights(warehouse).ask(1, query)).rejects.toThrow(sentence)
  })
})

describe('the people of paths', () => {
  const people = (pins: object, more: object = {}) => ({
    kind: 'ActorsQuery',
    select: ['id', 'event_count'],
    orderBy: ['id'],
    source: { kind: 'InsightActorsQuery', source: asked(pins, more) },
  })
  it.each<[string, object, [string, number][]]>([
    ['an edge', { pathStartKey: '1_/', pathEndKey: '2_/end' }, [['bob', 1]]],
    [
      'a step that is gone on from',
      { pathStartKey: '1_/' },
      [
        ['ann', 1],
        ['bob', 2],
      ],
    ],
    ['a step that is come to', { pathEndKey: '3_/end' }, [['bob', 1]]],
    [
      'the first step',
      { pathEndKey: '1_/' },
      [
        ['ann', 1],
        ['bob', 2],
      ],
    ],
    ['the end of a route', { pathDropoffKey: '3_/end' }, [['bob', 1]]],
    ['steps that do not follow each other', { pathStartKey: '1_/', pathEndKey: '3_/end' }, []],
    ['a step that is not there', { pathStartKey: '9_' }, []],
  ])('%s', async (_, pins, expected) => {
    const found = await testInsights(warehouse).ask(1, people(pins))
    expect(new Map(found as [string, number][])).toEqual(
      new Map(expected.map(([name, routes]) => [personIdOf(name), routes])),
    )
  })

  it('are groups where groups are followed', async () => {
    const { ask, sql } = testInsights(warehouse)
    const pins = { pathStartKey: '1_/', pathEndKey: '2_/end' }
    expect(await ask(1, people(pins, { aggregation_group_type_index: 0 }))).toEqual([['acme', 1]])
    await expect(sql()).toMatchFileSnapshot('./sql/paths-people.sql')
  })
  it('refuses what is no step', async () => {
    await expect(testInsights(warehouse).ask(1, people({ pathEndKey: '/end' }))).rejects.toThrow('not a step')
  })
})

describe('against a plain model', () => {
  type Step = { who: number; minute: number; item: string }
  const items = ['a', 'b', 'c', 'bc']
  const step = fc.record({
    who: fc.integer({ min: 0, max: 2 }),
    // ties, short pauses, pauses of exactly half an hour, and longer ones
    minute: fc.constantFrom(0, 1, 2, 10, 20, 31, 32, 50, 80, 81, 200, 201, 202),
    item: fc.constantFrom(...items),
  })
  const question = fc.record({
    start: fc.option(fc.constantFrom(...items), { nil: undefined }),
    end: fc.option(fc.constantFrom(...items), { nil: undefined }),
    steps: fc.integer({ min: 1, max: 5 }),
    excluded: fc.subarray(items, { maxLength: 1 }),
    grouping: fc.option(fc.constant('*c'), { nil: undefined }),
  })
  type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

  function routesOf(steps: Step[], asked: Question): { item: string; minute: number }[][] {
    const shown = steps
      .map((one) => ({ ...one, item: asked.grouping && one.item.includes('c') ? asked.grouping : one.item }))
      .filter(({ item }) => !asked.excluded.includes(item))
      .sort((a, b) => a.minute - b.minute || (a.item < b.item ? -1 : a.item > b.item ? 1 : 0))
    const visits: Step[][] = []
    for (const one of shown) {
      const visit = visits.at(-1)
      if (visit && one.minute - visit.at(-1)!.minute < 30) visit.push(one)
      else visits.push([one])
    }
    return visits.flatMap((visit) => {
      let route = visit.filter(({ item }, i) => item !== visit[i + 1]?.item)
      const find = (item: string) => route.findIndex((one) => one.item === item)
      if (asked.start) {
        if (find(asked.start) < 0) return []
        route = route.slice(find(asked.start))
      }
      if (asked.end) {
        if (find(asked.end) < 0) return []
        route = route.slice(0, find(asked.end) + 1)
      }
      if (!asked.end) return [route.slice(0, asked.steps)]
      if (!asked.start) return [route.slice(-asked.steps)]
      if (route.length <= asked.steps) return [route]
      const half = Math.floor(asked.steps / 2)
      const skipped = { ...route[half]!, item: '...' }
      return [[...route.slice(0, half), skipped, ...(half ? route.slice(-half) : [])]]
    })
  }

  let project = 1000
  it('every edge is the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), question, async (steps, one) => {
        const id = ++project
        await insertEvents(
          warehouse,
          id,
          steps.map(({ who, minute, item }) => ({
            event: item,
            distinct_id: `person ${who}`,
            timestamp: at(minute),
          })),
        )
        const edges = new Map<string, number[]>()
        for (const who of new Set(steps.map((one) => one.who))) {
          const own = steps.filter((one) => one.who === who)
          for (const route of routesOf(own, one)) {
            for (const [i, here] of route.entries()) {
              const next = route[i + 1]
              if (!next) continue
              const edge = `${i + 1}_${here.item} ${i + 2}_${next.item}`
              edges.set(edge, [...(edges.get(edge) ?? []), (next.minute - here.minute) * 60_000])
            }
          }
        }
        const results = (await testInsights(warehouse).ask(id, {
          kind: 'PathsQuery',
          dateRange,
          pathsFilter: {
            includeEventTypes: ['custom_event'],
            startPoint: one.start,
            endPoint: one.end,
            stepLimit: one.steps,
            excludeEvents: one.excluded,
            pathGroupings: one.grouping ? [one.grouping] : undefined,
            edgeLimit: 1000,
          },
        })) as PathsResult[]
        const found = new Map(
          results.map(({ source, target, value, average_conversion_time: took }) => [
            `${source} ${target}`,
            [value, Math.round(took)],
          ]),
        )
        const expected = new Map(
          [...edges].map(([edge, times]) => [
            edge,
            [times.length, Math.round(times.reduce((sum, time) => sum + time, 0) / times.length)],
          ]),
        )
        expect(found).toEqual(expected)
        const values = results.map(({ value }) => value)
        expect(values).toEqual([...values].sort((a, b) => b - a))
      }),
      { numRuns: 40 },
    )
  }, 120_000)
})

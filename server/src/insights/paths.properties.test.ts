import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertEvents, personIdOf } from '../../test/events.ts'
import { type ModelFunnel, modelRun } from '../../test/funnel-model.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { PathsResult } from './answers.ts'

/** Random paths, also along random funnels, against plain code: every edge, who is behind it, and where routes end. */

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
})
afterAll(() => cleanup())

type Step = { who: number; minute: number; item: string }
type Stop = { item: string; minute: number }
type Route = { who: number; stops: Stop[] }

const dateRange = { date_from: '2023-02-06', date_to: '2023-02-06' }
const at = (minute: number) => Date.parse('2023-02-06T10:00:00Z') + minute * 60_000
const items = ['a', 'b', 'c', 'bc']
const happened = fc.array(
  fc.record({
    who: fc.integer({ min: 0, max: 5 }),
    // ties, short pauses, pauses of exactly half an hour, and longer ones
    minute: fc.constantFrom(0, 1, 2, 10, 20, 31, 32, 50, 80, 81, 200, 201, 202),
    item: fc.constantFrom(...items),
  }),
  { minLength: 1, maxLength: 60, size: 'max' },
)
const along = fc.record({
  type: fc.constantFrom('before_step', 'between_steps', 'after_step'),
  steps: fc.array(fc.constantFrom(...items), { minLength: 2, maxLength: 3 }),
  order: fc.constantFrom<ModelFunnel['order']>('ordered', 'ordered', 'strict', 'unordered'),
  window: fc.constantFrom(1, 15, 30, 60, 1000),
  optional: fc.boolean(),
  at: fc.nat(2),
  left: fc.boolean(),
})
type Along = typeof along extends fc.Arbitrary<infer T> ? T : never
const question = fc.record({
  start: fc.option(fc.constantFrom(...items), { nil: undefined, freq: 2 }),
  end: fc.option(fc.constantFrom(...items), { nil: undefined, freq: 2 }),
  steps: fc.integer({ min: 1, max: 5 }),
  excluded: fc.subarray(items, { maxLength: 1 }),
  grouping: fc.option(fc.constant('*c'), { nil: undefined }),
  pick: fc.nat(),
})
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

/** Which step the paths are about, from 0, and from which one comes there; whether it is about who left before it. */
function funnelOf({ type, steps, order, optional, at: given, left }: Along) {
  const index = Math.min(given, steps.length - 1)
  // nothing is before the first step
  const needed = type === 'between_steps' ? (left ? 2 : 1) : left ? 1 : 0
  const step = Math.max(index, Math.min(needed, steps.length - 1))
  const mayDropOut = left && step >= needed
  const skips = steps.map((_, i) => optional && order !== 'unordered' && i === 1 && steps.length === 3)
  let before = step - 1
  while (before > 0 && skips[before]) before--
  return { step, before, skips, left: mayDropOut }
}

type Span = { since: number; until: number }

/** From when until when each person is followed, minutes; undefined for those who are not. */
function spanOf(steps: Step[], asked: Along): Span | undefined {
  const { step, before, skips, left } = funnelOf(asked)
  const events = steps.map(({ minute, item }) => ({
    // a model's instant 0 means never
    at: (minute + 1) * 60_000_000,
    steps: asked.steps.flatMap((one, i) => (one === item ? [i] : [])),
    bans: [],
    value: '',
    bucket: 0,
  }))
  const run = modelRun(
    events.filter((one) => asked.order === 'strict' || one.steps.length),
    { count: asked.steps.length, order: asked.order, window: asked.window * 60_000_000, optional: skips },
  )
  if (!run) return undefined
  const got = skips[step] ? run.times[step]! > 0 : run.level > step
  if (left ? got || run.level <= before : !got) return undefined
  const minuteOf = (one: number) => run.times[one]! / 60_000_000 - 1
  const target = left ? before : step
  let previous = target - 1
  while (previous > 0 && skips[previous]) previous--
  if (asked.type === 'after_step') return { since: minuteOf(target), until: Infinity }
  if (asked.type === 'before_step') {
    return { since: -Infinity, until: minuteOf(target) + (left ? asked.window : 0) }
  }
  return { since: minuteOf(previous), until: minuteOf(target) }
}

function routesOf(steps: Step[], asked: Question, longestPause: number): Stop[][] {
  const shown = steps
    .map((one) => ({ ...one, item: asked.grouping && one.item.includes('c') ? asked.grouping : one.item }))
    .filter(({ item }) => !asked.excluded.includes(item))
    .sort((a, b) => a.minute - b.minute || (a.item < b.item ? -1 : a.item > b.item ? 1 : 0))
  const visits: Step[][] = []
  for (const one of shown) {
    const visit = visits.at(-1)
    if (visit && one.minute - visit.at(-1)!.minute < longestPause) visit.push(one)
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

function model(steps: Step[], asked: Question, funnel: Along | undefined): Route[] {
  const people = [...new Set(steps.map((one) => one.who))]
  return people.flatMap((who) => {
    const own = steps.filter((one) => one.who === who)
    const span = funnel ? spanOf(own, funnel) : { since: -Infinity, until: Infinity }
    if (!span) return []
    const followed = own.filter(({ minute }) => minute >= span.since && minute <= span.until)
    return routesOf(followed, asked, funnel ? funnel.window : 30).map((stops) => ({ who, stops }))
  })
}

const edgesOf = ({ stops }: Route) =>
  stops.slice(1).map((next, i) => ({
    key: `${i + 1}_${stops[i]!.item} ${i + 2}_${next.item}`,
    took: (next.minute - stops[i]!.minute) * 60_000,
  }))

const queryOf = (asked: Question, funnel: Along | undefined, pins: object = {}) => ({
  kind: 'PathsQuery',
  dateRange,
  pathsFilter: {
    includeEventTypes: ['custom_event'],
    startPoint: asked.start,
    endPoint: asked.end,
    stepLimit: asked.steps,
    excludeEvents: asked.excluded,
    pathGroupings: asked.grouping ? [asked.grouping] : undefined,
    edgeLimit: 1000,
    ...pins,
  },
  funnelPathsFilter: funnel && funnelPathsFilter(funnel),
})

function funnelPathsFilter(asked: Along) {
  const { step, skips, left } = funnelOf(asked)
  return {
    funnelPathType: `funnel_path_${asked.type}`,
    funnelStep: left ? -(step + 1) : step + 1,
    funnelSource: {
      kind: 'FunnelsQuery',
      series: asked.steps.map((event, i) => ({
        kind: 'EventsNode',
        event,
        optionalInFunnel: skips[i],
      })),
      dateRange,
      funnelsFilter: {
        funnelOrderType: asked.order,
        funnelWindowInterval: asked.window,
        funnelWindowIntervalUnit: 'minute',
      },
    },
  }
}

/** PostHog refuses an optional step that the next one is the same as; and nothing is before the first. */
const makesSense = (asked: Along) => {
  const { step, before, skips, left } = funnelOf(asked)
  const isRefused = skips[1] && asked.steps[1] === asked.steps[2]
  const target = left ? before : step
  return !isRefused && target >= (asked.type === 'between_steps' ? 1 : 0)
}

let project = 1000

async function check(steps: Step[], asked: Question, funnel: Along | undefined) {
  const id = ++project
  await insertEvents(
    warehouse,
    id,
    steps.map(({ who, minute, item }) => ({
      event: item,
      distinct_id: `person ${who}`,
      timestamp: new Date(at(minute)).toISOString(),
    })),
  )
  const routes = model(steps, asked, funnel)
  const edges = new Map<string, number[]>()
  for (const { key, took } of routes.flatMap(edgesOf)) edges.set(key, [...(edges.get(key) ?? []), took])
  const ask = (query: object) => testInsights(warehouse).ask(id, query)
  const results = (await ask(queryOf(asked, funnel))) as PathsResult[]
  const found = results.map(({ source, target, value, average_conversion_time: took }) => [
    `${source} ${target}`,
    [value, Math.round(took)],
  ])
  const expected = [...edges].map(([edge, times]): [string, number[]] => [
    edge,
    [times.length, Math.round(times.reduce((sum, time) => sum + time, 0) / times.length)],
  ])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
  const values = results.map(({ value }) => value)
  expect(values).toEqual([...values].sort((a, b) => b - a))

  const people = async (pins: object) => {
    const source = { kind: 'InsightActorsQuery', source: queryOf(asked, funnel, pins) }
    return Object.fromEntries(
      (await ask({ kind: 'ActorsQuery', select: ['id', 'event_count'], source })) as [string, number][],
    )
  }
  const counted = (picked: Route[]) => {
    const counts: Record<string, number> = {}
    for (const { who } of picked) {
      const person = personIdOf(`person ${who}`)
      counts[person] = (counts[person] ?? 0) + 1
    }
    return counts
  }
  const edge = [...edges.keys()][asked.pick % Math.max(edges.size, 1)]
  if (edge) {
    const [pathStartKey, pathEndKey] = edge.split(' ')
    expect(await people({ pathStartKey, pathEndKey })).toEqual(
      counted(routes.filter((route) => edgesOf(route).some(({ key }) => key === edge))),
    )
  }
  const route = routes[asked.pick % Math.max(routes.length, 1)]
  const end = route?.stops.length ? `${route.stops.length}_${route.stops.at(-1)!.item}` : undefined
  if (end) {
    const endsThere = ({ stops }: Route) => `${stops.length}_${stops.at(-1)?.item}` === end
    expect(await people({ pathDropoffKey: end })).toEqual(counted(routes.filter(endsThere)))
  }
}

it('every edge, its people and those whose routes end', async () => {
  const asked = fc.asyncProperty(happened, question, (steps, one) => check(steps, one, undefined))
  await fc.assert(asked, { numRuns: 25 })
}, 180_000)

it('along a funnel too', async () => {
  const asked = fc.asyncProperty(happened, question, along.filter(makesSense), (steps, one, funnel) =>
    check(steps, one, funnel),
  )
  await fc.assert(asked, { numRuns: 40 })
}, 240_000)

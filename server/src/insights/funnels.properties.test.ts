import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedFor } from '../../test/draws.ts'
import { insertEvents, personIdOf } from '../../test/events.ts'
import {
  type ModelEvent,
  type ModelFunnel,
  type ModelRun,
  modelRun,
  type Only,
} from '../../test/funnel-model.ts'
import { testInsights } from '../../test/insights.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'

/** Random questions about random journeys, against the model in plain code: ties, repeats, exclusions at the edges. */

type Happened = { who: string; event: string; minute: number; browser: string }

const names = ['a', 'b', 'c', 'x', 'y', 'other']
const browsers = ['', 'Chrome', 'Safari']
const minute = 60_000_000
const start = Date.parse('2023-02-01T00:00:00Z')
/** Two hours between the parts of a journey, so that some are entered in several buckets. */
const atMs = (minutes: number) => start + (minutes % 20) * 60_000 + Math.floor(minutes / 20) * 2 * 3_600_000
const people = Array.from({ length: 120 }, (_, i) => `p${i}`)
const journey = fc.array(
  fc.record({
    event: fc.constantFrom(...names, 'a', 'b', 'c'),
    minute: fc.integer({ min: 0, max: 39 }),
    browser: fc.constantFrom(...browsers),
  }),
  { maxLength: 14 },
)
const happened: Happened[] = fc
  .sample(journey, { numRuns: people.length, seed: seedFor(20230201) })
  .flatMap((events, i) => events.map((event) => ({ who: people[i]!, ...event })))

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  const rows = happened.map(({ who, event, minute: at, browser }) => ({
    event,
    distinct_id: who,
    timestamp: new Date(atMs(at)).toISOString(),
    properties: browser ? { $browser: browser } : {},
  }))
  await insertEvents(warehouse, 1, rows)
})
afterAll(() => cleanup())

type Step = { event: string | null; browser?: string; optional?: boolean }
type Asked = {
  steps: Step[]
  order: ModelFunnel['order']
  window: number
  exclusions: { event: string; from: number; to: number }[]
}

const step = fc.record({
  event: fc.constantFrom('a', 'b', 'c', 'a', 'b', 'c', null),
  browser: fc.option(fc.constantFrom('Chrome', 'Safari'), { nil: undefined, freq: 4 }),
})
const question: fc.Arbitrary<Asked> = fc
  .record({
    steps: fc.array(step, { minLength: 2, maxLength: 4 }),
    order: fc.constantFrom('ordered', 'ordered', 'strict', 'unordered'),
    window: fc.integer({ min: 1, max: 15 }),
    exclusions: fc.array(
      fc.record({
        event: fc.constantFrom('x', 'y'),
        from: fc.nat(2),
        length: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 2 },
    ),
    optional: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    skips: fc.boolean(),
  })
  .map(({ steps, order, window, exclusions, optional, skips }) => {
    const last = steps.length - 1
    const may = skips && order !== 'unordered'
    return {
      steps: steps.map((one, i) => ({ ...one, optional: may && i > 0 && optional[i]! })),
      order,
      window,
      // what is excluded must not be a step's itself
      exclusions: steps.some(({ event }) => event === null)
        ? []
        : exclusions.map(({ event, from, length }) => {
            const low = order === 'unordered' ? 0 : Math.min(from, last - 1)
            return { event, from: low, to: order === 'unordered' ? last : Math.min(low + length, last) }
          }),
    }
  })
  // PostHog refuses an optional step that the next one is the same as
  .filter(({ steps }) =>
    steps.every(
      (one, i) => !one.optional || !steps[i + 1] || steps[i + 1]!.optional || !covers(steps[i + 1]!, one),
    ),
  )

const covers = (a: Step, b: Step) =>
  a.event === b.event && (a.browser === undefined || a.browser === b.browser)

const queryOf = ({ steps, order, window, exclusions }: Asked, more: object = {}) => ({
  kind: 'FunnelsQuery',
  series: steps.map(({ event, browser, optional }) => ({
    kind: 'EventsNode',
    event,
    optionalInFunnel: optional,
    properties: browser ? [{ key: '$browser', value: browser, type: 'event' }] : [],
  })),
  dateRange: { date_from: '2023-02-01', date_to: '2023-02-02' },
  interval: 'hour',
  funnelsFilter: {
    funnelOrderType: order,
    funnelWindowInterval: window,
    funnelWindowIntervalUnit: 'minute',
    exclusions: exclusions.map(({ event, from, to }) => ({
      kind: 'EventsNode',
      event,
      funnelFromStep: from,
      funnelToStep: to,
    })),
    ...more,
  },
})

const modelOf = ({ steps, order, window }: Asked): ModelFunnel => ({
  count: steps.length,
  order,
  window: window * minute,
  optional: steps.map(({ optional }) => optional ?? false),
})

function eventsOf(who: string, asked: Asked): ModelEvent[] {
  const mandatory = (from: number): number => (asked.steps[from]?.optional ? mandatory(from - 1) : from)
  return happened
    .filter((one) => one.who === who)
    .map((one) => ({
      at: atMs(one.minute) * 1000,
      steps: asked.steps.flatMap(({ event, browser }, i) =>
        (event === null || event === one.event) && (!browser || browser === one.browser) ? [i] : [],
      ),
      bans: asked.steps.flatMap((_, i) =>
        asked.exclusions.some(({ event, from, to }) => event === one.event && mandatory(from) < i && i <= to)
          ? [i]
          : [],
      ),
      value: one.browser,
      bucket: Math.floor(atMs(one.minute) / 3_600_000) * 3600,
    }))
    .filter(({ steps, bans }) => asked.order === 'strict' || steps.length || bans.length)
}

type Found = {
  count: number
  average_conversion_time: number | null
  median_conversion_time: number | null
}

function expected(runs: ModelRun[], { steps }: Asked): Found[] {
  return steps.map(({ optional }, i) => {
    let before = i - 1
    while (steps[before]?.optional) before--
    const took = runs.flatMap(({ times }) => {
      return i > 0 && times[i] ? [(times[i]! - times[before]!) / 1_000_000] : []
    })
    const sorted = took.sort((a, b) => a - b)
    const half = (took.length - 1) / 2
    return {
      count: runs.filter(({ level, times }) => (optional ? times[i]! > 0 : level > i)).length,
      average_conversion_time: took.length ? took.reduce((a, b) => a + b, 0) / took.length : null,
      median_conversion_time: took.length ? (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2 : null,
    }
  })
}

const rounded = (time: number | null) => (time === null ? null : Math.round(time * 1000) / 1000)
const found = (steps: Found[]): Found[] =>
  steps.map((one) => ({
    count: one.count,
    average_conversion_time: rounded(one.average_conversion_time),
    median_conversion_time: rounded(one.median_conversion_time),
  }))

const runsOf = (asked: Asked, only?: Only) =>
  people.flatMap((who) => {
    const run = modelRun(eventsOf(who, asked), modelOf(asked), only)
    return run ? [{ who, ...run }] : []
  })

const asks = (query: object) => testInsights(warehouse).ask(1, query)
const settings = { numRuns: 12 }
const patience = 120_000

describe('funnels say what the model says', () => {
  it(
    'of steps',
    async () => {
      await fc.assert(
        fc.asyncProperty(question, async (asked) => {
          const steps = (await asks(queryOf(asked))) as Found[]
          expect(found(steps)).toEqual(found(expected(runsOf(asked), asked)))
        }),
        settings,
      )
    },
    patience,
  )

  it(
    'of the people at a step, and of those who left before it',
    async () => {
      const pinned = fc.record({ asked: question, at: fc.nat(3), left: fc.boolean() })
      await fc.assert(
        fc.asyncProperty(pinned, async ({ asked, at, left }) => {
          const index = Math.min(at, asked.steps.length - 1)
          if (left && index === 0) return
          let before = index - 1
          while (asked.steps[before]?.optional) before--
          const got = ({ level, times }: ModelRun) =>
            asked.steps[index]!.optional ? times[index]! > 0 : level > index
          const whom = runsOf(asked).filter((run) => (left ? run.level > before && !got(run) : got(run)))
          const source = {
            kind: 'FunnelsActorsQuery',
            source: queryOf(asked),
            funnelStep: left ? -(index + 1) : index + 1,
          }
          const rows = (await asks({
            kind: 'ActorsQuery',
            source,
            select: ['id'],
            limit: 1000,
          })) as string[][]
          expect(rows.flat().sort()).toEqual(whom.map(({ who }) => personIdOf(who)).sort())
        }),
        settings,
      )
    },
    patience,
  )

  it(
    'of conversion by the hour of entry',
    async () => {
      const plain = question.map((asked) => ({
        ...asked,
        steps: asked.steps.map((one) => ({ ...one, optional: false })),
      }))
      await fc.assert(
        fc.asyncProperty(plain, async (asked) => {
          const [line] = (await asks(queryOf(asked, { funnelVizType: 'trends' }))) as {
            data: number[]
            days: string[]
          }[]
          const rates = line!.days.map((day) => {
            const bucket = Date.parse(`${day.replace(' ', 'T')}Z`) / 1000
            const entered = runsOf(asked, { bucket })
            const through = entered.filter(({ level }) => level === asked.steps.length)
            return entered.length ? Math.round((through.length / entered.length) * 10_000) / 100 : 0
          })
          expect(line!.data).toEqual(rates)
        }),
        { ...settings, numRuns: 12 },
      )
    },
    patience,
  )

  it(
    'of every attribution of a breakdown',
    async () => {
      const broken = fc.record({
        asked: question,
        type: fc.constantFrom('first_touch', 'last_touch', 'all_events', 'step'),
        step: fc.nat(3),
      })
      await fc.assert(
        fc.asyncProperty(broken, async ({ asked, type, step: at }) => {
          const index = asked.order === 'unordered' ? 0 : Math.min(at, asked.steps.length - 1)
          const attribution = {
            breakdownAttributionType: type,
            ...(type === 'step' && { breakdownAttributionValue: index }),
          }
          const answer = (await asks({
            ...queryOf(asked, attribution),
            breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
          })) as (Found & { breakdown_value: string[] })[][]
          const byValue = browsers.flatMap((value) => {
            const runs = people.flatMap((who) => runOf(eventsOf(who, asked), value, type, index, asked))
            return runs.length ? [[value, found(expected(runs, asked))]] : []
          })
          const said = answer.map((steps) => [steps[0]!.breakdown_value[0], found(steps)])
          expect(Object.fromEntries(said)).toEqual(Object.fromEntries(byValue))
        }),
        settings,
      )
    },
    patience,
  )
})

/** Somebody's run with a value of the breakdown, if they have it. */
function runOf(events: ModelEvent[], value: string, type: string, step: number, asked: Asked): ModelRun[] {
  const run = (of: ModelEvent[], only?: Only) => [modelRun(of, modelOf(asked), only) ?? []].flat()
  if (type === 'all_events') return run(events.filter((event) => event.value === value))
  if (type === 'step') {
    // who never did the step has no value there
    const has = events.some(
      (one) => (asked.order === 'unordered' || one.steps.includes(step)) && one.value === value,
    )
    return has ? run(events, { step, value }) : []
  }
  const valued = events
    .filter((event) => event.value !== '')
    .sort((a, b) => a.at - b.at || (a.value < b.value ? -1 : 1))
  const own = (type === 'first_touch' ? valued[0] : valued.at(-1))?.value ?? ''
  return own === value ? run(events) : []
}

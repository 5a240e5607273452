import { expect, test } from 'vitest'
import { readPin } from '../../api/pin.ts'
import {
  type FunnelsQuery,
  firstQuestion,
  type PathsQuery,
  type RetentionQuery,
  type TrendsQuery,
} from '../../api/questions.ts'
import { peopleOf } from './people.ts'

const trend: TrendsQuery = {
  kind: 'TrendsQuery',
  series: [
    { kind: 'EventsNode', event: 'view' },
    { kind: 'EventsNode', event: 'order' },
  ],
  interval: 'day',
  dateRange: { date_from: '-7d' },
}
const funnel = { ...trend, kind: 'FunnelsQuery' } as unknown as FunnelsQuery

test('a number of a trend', () => {
  const people = peopleOf(trend, { series: 1, day: '2026-11-18', breakdown: '', previous: true })
  expect(people.source).toEqual({
    kind: 'InsightActorsQuery',
    source: trend,
    series: 1,
    day: '2026-11-18',
    breakdown: '',
    compare: 'previous',
  })
  expect(people.title).toBe('order · (not set) · Wed, 18 Nov 2026 · the period before')
})

test('of a whole line, in its dates; asked as it was answered', () => {
  const whole = { ...trend, samplingFactor: 1, trendsFilter: { smoothingIntervals: 3 } }
  expect(peopleOf(trend, { series: 0, breakdown: 'Chrome' }, whole)).toMatchObject({
    source: { source: whole, breakdown: 'Chrome', day: undefined },
    title: 'view · Chrome · Last 7 days',
  })
})

test('a step of a funnel, and those who went away before it', () => {
  const got = peopleOf(funnel, { step: 2, breakdown: ['Chrome'] })
  expect(got.source).toMatchObject({ funnelStep: 2, funnelStepBreakdown: ['Chrome'] })
  expect(got.title).toBe('Got to step 2, order · Chrome')
  expect(got.others?.map(({ pin }) => pin.step)).toEqual([2, -2])
  expect(peopleOf(funnel, { step: -2 }).title).toBe('Went away before step 2, order')
  expect(peopleOf(funnel, { step: 1 }).others).toBeUndefined()
  expect(peopleOf(funnel, { day: '2026-11-18', missed: true }).source).toMatchObject({
    funnelTrendsEntrancePeriodStart: '2026-11-18',
    funnelTrendsDropOff: true,
  })
})

test('a cell of a retention: who of the cohort was in it, or was not', () => {
  const retention = firstQuestion('RetentionQuery') as RetentionQuery
  const back = peopleOf(retention, { cohort: 2, day: '2026-11-18', later: 3 })
  expect(back).toMatchObject({ where: 'has(appearances, 3)', source: { interval: 2 } })
  expect(back.title).toBe('Began: 2026-11-18 · back 3 days later')
  expect(peopleOf(retention, { cohort: 2, later: 3, missed: true }).where).toBe('not has(appearances, 3)')
  expect(peopleOf(retention, { cohort: 2 })).not.toHaveProperty('where')
})

test('an edge of paths, and an end', () => {
  const paths = firstQuestion('PathsQuery') as PathsQuery
  expect(peopleOf(paths, { from: '1_/', to: '2_/pricing' })).toMatchObject({
    title: '/ → /pricing',
    source: { source: { pathsFilter: { stepLimit: 5, pathStartKey: '1_/', pathEndKey: '2_/pricing' } } },
  })
  expect(peopleOf(paths, { ended: '3_/docs' }).title).toBe('Ended at /docs')
})

test('what an address says of a number is read, nonsense is not', () => {
  expect(readPin({ series: 1, day: '2026-11-18', cockpit: true })).toEqual({ series: 1, day: '2026-11-18' })
  expect(readPin({ series: 'A' })).toBeUndefined()
  expect(readPin('x')).toBeUndefined()
})

import { expect, test } from 'vitest'
import type { FunnelsQuery, SeriesNode } from '../../api/questions.ts'
import { rulesInWords, withSteps } from './funnel.ts'

const step = (event: string): SeriesNode => ({ kind: 'EventsNode', event })
const query: FunnelsQuery = {
  kind: 'FunnelsQuery',
  series: [step('visit'), step('sign up'), step('pay')],
  interval: 'day',
  dateRange: { date_from: '-7d' },
  funnelsFilter: {
    funnelWindowInterval: 1,
    funnelWindowIntervalUnit: 'week',
    funnelOrderType: 'strict',
    funnelFromStep: 1,
    funnelToStep: 2,
    exclusions: [
      { kind: 'EventsNode', event: 'refund', funnelFromStep: 0, funnelToStep: 2 },
      { kind: 'EventsNode', event: 'leave', funnelFromStep: 1, funnelToStep: 2 },
    ],
    breakdownAttributionType: 'step',
    breakdownAttributionValue: 2,
  },
}

test('its rules are said in words', () => {
  expect(rulesInWords(query)).toBe('Within 1 week, in strict order, without ‘refund’ or ‘leave’.')
  expect(rulesInWords({ ...query, funnelsFilter: undefined })).toBe('Within 14 days, in order.')
})

test('a step that goes takes along what named it', () => {
  const { series, funnelsFilter: left } = withSteps(query, query.series.slice(0, 2))
  expect(series).toHaveLength(2)
  expect(left?.exclusions).toEqual([
    { kind: 'EventsNode', event: 'refund', funnelFromStep: 0, funnelToStep: 1 },
  ])
  expect(left).toMatchObject({ funnelFromStep: 1, funnelWindowInterval: 1, funnelOrderType: 'strict' })
  expect(left?.funnelToStep).toBeUndefined()
  expect(left?.breakdownAttributionType).toBeUndefined()
  expect(withSteps(query, [...query.series, step('again')]).funnelsFilter).toEqual(query.funnelsFilter)
})

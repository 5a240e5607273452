import { expect, test } from 'vitest'
import { asKind, firstQuestion, type Question, type QuestionKind } from '../../api/questions.ts'
import { kindIn, readEditorSearch, readInsightsSearch, sameQuery, wholeQuestion } from './search.ts'

const q = {
  kind: 'TrendsQuery',
  series: [{ kind: 'EventsNode', event: 'signed_up', math: 'dau' }],
  interval: 'week',
  dateRange: { date_from: '-30d' },
  properties: [{ key: 'plan', type: 'event', operator: 'exact', value: ['pro'] }],
  breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
  trendsFilter: { display: 'ActionsBar', formula: 'A * 2' },
} satisfies Question
const funnel = {
  kind: 'FunnelsQuery',
  series: [
    { kind: 'EventsNode', event: 'visit' },
    { kind: 'ActionsNode', id: 3, name: 'Paid', custom_name: 'Money', properties: q.properties },
  ],
  interval: 'day',
  dateRange: { date_from: '2026-11-01', date_to: '2026-11-30' },
  funnelsFilter: {
    funnelVizType: 'trends',
    funnelOrderType: 'strict',
    funnelWindowInterval: 2,
    funnelWindowIntervalUnit: 'week',
    exclusions: [{ kind: 'EventsNode', event: 'refund', funnelFromStep: 0, funnelToStep: 1 }],
    breakdownAttributionType: 'step',
    breakdownAttributionValue: 1,
  },
} satisfies Question
const kinds: QuestionKind[] = [
  'TrendsQuery',
  'FunnelsQuery',
  'RetentionQuery',
  'LifecycleQuery',
  'StickinessQuery',
  'PathsQuery',
]

test.each([q, funnel, ...kinds.map(firstQuestion)])(
  'an address gives back the whole question: $kind',
  (given) => {
    const at = { series: 1, day: '2026-11-18', breakdown: ['Chrome'] }
    const read = readEditorSearch({ q: given, hidden: ['0:Chrome'], panel: 'people', at })
    expect(read).toEqual({ q: given, hidden: ['0:Chrome'], panel: 'people', at })
    expect(JSON.stringify(read)).not.toContain('undefined')
  },
)

test('a part that makes no sense falls back, the rest stays', () => {
  const read = readEditorSearch({
    q: {
      ...q,
      interval: 'fortnight',
      dateRange: 'always',
      series: [{ kind: 'EventsNode', event: null, math: 'magic' }],
      trendsFilter: { display: 'Hologram' },
    },
    hidden: 'all',
    panel: 'cockpit',
  })
  expect(read.q).toEqual({
    ...q,
    interval: 'day',
    dateRange: { date_from: '-7d' },
    series: [{ kind: 'EventsNode', event: null, math: 'total' }],
    trendsFilter: {},
  })
  expect(read).not.toHaveProperty('hidden')
  expect(read).not.toHaveProperty('panel')
  const broken = { ...funnel, funnelsFilter: { ...funnel.funnelsFilter, funnelWindowInterval: -1 } }
  const { funnelWindowInterval: _, ...others } = funnel.funnelsFilter
  expect(readEditorSearch({ q: broken }).q).toEqual({ ...funnel, funnelsFilter: others })
})

test.each([undefined, 'nonsense', 7, { kind: 'HogQLQuery' }, { ...q, series: 'all' }])(
  '%o is no question',
  (other) => {
    expect(readEditorSearch({ q: other })).toEqual({})
  },
)

test('an address may name a kind only, by PostHog’s words, and the dashboard that it is for', () => {
  expect(kindIn(readEditorSearch({ kind: 'RETENTION' }))).toBe('RetentionQuery')
  expect(kindIn(readEditorSearch({ insight: 'funnels' }))).toBe('FunnelsQuery')
  expect(kindIn(readEditorSearch({ insight: 'toString' }))).toBe('TrendsQuery')
  expect(readEditorSearch({ kind: 'PATHS', dashboard: '7' })).toEqual({ kind: 'PATHS', dashboard: 7 })
  expect(readEditorSearch({ panel: 'people' })).toEqual({})
})

test('a question becomes one of another kind with its dates, filters and events', () => {
  expect(asKind(q, 'FunnelsQuery')).toEqual({
    ...firstQuestion('FunnelsQuery'),
    series: [{ kind: 'EventsNode', event: 'signed_up', math: 'total' }],
    dateRange: q.dateRange,
    properties: q.properties,
  })
  expect(asKind(funnel, 'LifecycleQuery')).toMatchObject({ series: [{ event: 'visit' }] })
  expect(asKind(funnel, 'RetentionQuery')).not.toHaveProperty('series')
  expect(asKind(firstQuestion('PathsQuery'), 'StickinessQuery')).toEqual(firstQuestion('StickinessQuery'))
  expect(asKind(q, 'TrendsQuery')).toBe(q)
})

test('a saved question is changed here only where nothing of it would be lost', () => {
  expect(wholeQuestion(funnel)).toEqual(funnel)
  const { interval: _, dateRange: __, ...short } = { ...q, interval: 'day', dateRange: { date_from: '-7d' } }
  expect(wholeQuestion({ ...short, samplingFactor: null })).toMatchObject({ interval: 'day' })
  expect(
    wholeQuestion({ ...q, trendsFilter: { display: 'ActionsBar', smoothingIntervals: 7 } }),
  ).toBeUndefined()
  expect(wholeQuestion({ ...q, interval: 'minute' })).toBeUndefined()
  expect(wholeQuestion({ kind: 'HogQLQuery', query: 'select 1' })).toBeUndefined()
  expect(wholeQuestion(null)).toBeUndefined()
  // without dates, retention has as many cohorts as it follows them
  expect(wholeQuestion({ kind: 'RetentionQuery', retentionFilter: { period: 'Week' } })).toEqual({
    kind: 'RetentionQuery',
    retentionFilter: { period: 'Week' },
    dateRange: { date_from: '-6w' },
  })
  const until = { kind: 'RetentionQuery', dateRange: { date_to: '2026-11-18' } }
  expect(wholeQuestion(until)).toBeUndefined()
})

test('so is one of older filters, which says a lot of nothing', () => {
  const event = { kind: 'EventsNode', event: 'visit', math: 'dau' }
  expect(
    wholeQuestion({
      kind: 'TrendsQuery',
      series: [event],
      dateRange: {},
      filterTestAccounts: false,
      trendsFilter: {},
      compareFilter: {},
    }),
  ).toMatchObject({ series: [event], interval: 'day', dateRange: { date_from: '-7d' } })
  expect(
    wholeQuestion({
      kind: 'TrendsQuery',
      series: [{ ...event, properties: null }],
      filterTestAccounts: true,
    }),
  ).toMatchObject({ series: [event], filterTestAccounts: true })
})

test('the address of the list', () => {
  expect(readInsightsSearch({ search: 7, tab: 'yours', page: '3' })).toEqual({
    search: '7',
    tab: 'yours',
    page: 3,
  })
  expect(readInsightsSearch({ search: '', tab: 'theirs', page: 'x' })).toEqual({})
})

test('a question is the same whatever the order of its fields, and what is null is not there', () => {
  expect(sameQuery({ ...q, compareFilter: null }, Object.fromEntries(Object.entries(q).reverse()))).toBe(true)
  expect(sameQuery({ ...q, interval: 'day' }, q)).toBe(false)
  expect(sameQuery({ ...q, formula: 'A / B' }, q)).toBe(false)
  expect(sameQuery({ ...q, series: [] }, q)).toBe(false)
})

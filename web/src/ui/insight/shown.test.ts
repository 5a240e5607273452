import { describe, expect, test } from 'vitest'
import { seriesOf } from './series.ts'
import { innerQuery, insightName, kindOf, lookOf } from './shown.ts'

const filters = (given: object) => ({ filters: given as Record<string, unknown>, query: null })
const query = (given: object) => ({ filters: {}, query: given as Record<string, unknown> })

describe('what kind an insight is', () => {
  test.each([
    [filters({}), 'trends'],
    [filters({ insight: 'funnels' }), 'funnel'],
    [filters({ insight: 'TRENDS', shown_as: 'Lifecycle' }), 'lifecycle'],
    [filters({ insight: 'SESSIONS' }), 'unknown'],
    [query({ kind: 'InsightVizNode', source: { kind: 'RetentionQuery' } }), 'retention'],
    [query({ kind: 'DataVisualizationNode', source: { kind: 'HogQLQuery' } }), 'table'],
    [query({ kind: 'toString' }), 'unknown'],
  ])('%j: %s', (insight, kind) => expect(kindOf(insight)).toBe(kind))

  test('and how it is drawn', () => {
    expect(lookOf(filters({ display: 'ActionsPie', interval: 'WEEK' }))).toEqual({
      kind: 'trends',
      display: 'ActionsPie',
      interval: 'week',
      period: 'day',
      ranges: [],
      ofCohorts: false,
    })
    const source = { kind: 'TrendsQuery', interval: 'minute', trendsFilter: { display: 'BoldNumber' } }
    expect(lookOf(query({ kind: 'InsightVizNode', source }))).toEqual({
      kind: 'trends',
      display: 'BoldNumber',
      interval: 'hour',
      period: 'day',
      ranges: [],
      ofCohorts: false,
    })
    expect(lookOf(query({ kind: 'RetentionQuery', retentionFilter: { period: 'Week' } })).period).toBe('week')
    expect(
      lookOf(query({ kind: 'LifecycleQuery', lifecycleFilter: { toggledLifecycles: ['new'] } })).statuses,
    ).toEqual(['new'])
    expect(innerQuery({ kind: 'InsightVizNode', source })).toBe(source)
    expect(insightName({ ...filters({ insight: 'FUNNELS' }), name: null, derived_name: '' })).toBe(
      'Untitled funnel',
    )
  })
})

describe('the series of an answer', () => {
  const action = (order: number, name: string, math: string | null = null) => ({
    order,
    name,
    custom_name: null,
    math,
  })
  const labels = (result: unknown) => seriesOf(result).map(({ label }) => label)

  test('say whose people they are; a formula has none', () => {
    const pins = seriesOf([
      { label: 'view', action: action(1, 'view'), breakdown_value: null, compare_label: 'previous' },
      { label: 'view', action: action(0, 'view'), status: 'new' },
      { label: 'A / B', action: null },
    ]).map(({ pin }) => pin)
    expect(pins).toEqual([
      { series: 1, breakdown: '', previous: true },
      { series: 0, status: 'new' },
      undefined,
    ])
  })

  test('of cohorts have their names', () => {
    const of = { action: action(0, 'view'), breakdown_value: 7 }
    expect(seriesOf([{ ...of, label: 'view - Germans - all' }], [], true)[0]!.label).toBe('Germans - all')
    expect(seriesOf([{ ...of, label: 'Germans' }], [], true)[0]!.label).toBe('Germans')
  })

  test('have names that tell them apart', () => {
    expect(labels([{ label: 'view', action: action(0, 'view'), data: [1] }])).toEqual(['view'])
    expect(
      labels([
        { label: 'view', action: action(0, 'view') },
        { label: 'view', action: action(1, 'view', 'dau') },
      ]),
    ).toEqual(['view', 'view (unique people)'])
    expect(
      labels([
        { label: 'view - a', action: action(0, 'view'), breakdown_value: 'a' },
        { label: 'view - ', action: action(0, 'view'), breakdown_value: '' },
        { label: 'view', action: action(0, 'view'), breakdown_value: ['x', '$$_posthog_breakdown_other_$$'] },
      ]),
    ).toEqual(['a', '(not set)', 'x · Other'])
    expect(labels([{ label: 'Formula (A/B)', action: null, data: [] }])).toEqual(['Formula (A/B)'])
    expect(labels([{ label: 'view - new', status: 'new', action: action(0, 'view') }])).toEqual(['new'])
  })

  test('of two periods share their colour', () => {
    const both = ['current', 'previous'].map((compare_label) => ({
      compare_label,
      action: action(0, 'view'),
      data: [2, 3],
    }))
    expect(seriesOf(both)).toMatchObject([
      { label: 'view', slot: 0, previous: false, figure: 5 },
      { label: 'view (previous)', slot: 0, previous: true },
    ])
    expect(new Set(seriesOf(both).map(({ key }) => key)).size).toBe(2)
    expect(seriesOf([{ aggregated_value: 7, data: [] }])[0]?.figure).toBe(7)
    expect(seriesOf({ bins: [] })).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { trendsQuery } from './insight-queries.ts'
import { insightOf, upgradeProperties, upgradeTrends } from './upgrade-filters.ts'

const upgraded = (filters: Record<string, unknown>) => JSON.parse(JSON.stringify(upgradeTrends(filters)))

describe('legacy filters', () => {
  it('a JSON body', () => {
    expect(
      upgraded({
        insight: 'TRENDS',
        events: [{ id: 'sign up', name: 'sign up', type: 'events', order: 0, math: 'dau' }],
        date_from: '2020-01-01',
        date_to: '2020-01-07',
        interval: 'Week',
        display: 'ActionsTable',
        breakdown: '$browser',
        breakdown_type: 'event',
        compare: true,
        formula: 'A*2; drop',
        what: 'ever',
      }),
    ).toMatchObject({
      kind: 'TrendsQuery',
      series: [{ kind: 'EventsNode', event: 'sign up', name: 'sign up', math: 'dau' }],
      interval: 'week',
      dateRange: { date_from: '2020-01-01', date_to: '2020-01-07' },
      trendsFilter: { display: 'ActionsTable', formula: 'A*2 drop' },
      breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
      compareFilter: { compare: true },
    })
  })
  it('a query string, with JSON in its values', () => {
    expect(
      upgraded({
        events: '[{"id":"b","order":1},{"id":null,"order":2}]',
        actions: '[{"id":3,"order":0}]',
        properties: '[{"key":"a","value":["1","2"],"operator":"is_not"}]',
        compare: 'true',
        filter_test_accounts: 'true',
        smoothing_intervals: '7',
        breakdown: '["all",4]',
        breakdown_type: 'cohort',
      }),
    ).toMatchObject({
      series: [
        { kind: 'ActionsNode', id: 3 },
        { kind: 'EventsNode', event: 'b' },
        { kind: 'EventsNode', event: null },
      ],
      properties: [{ key: 'a', value: ['1', '2'], operator: 'is_not' }],
      compareFilter: { compare: true },
      filterTestAccounts: true,
      trendsFilter: { smoothingIntervals: 7 },
      breakdownFilter: { breakdown: ['all', 4], breakdown_type: 'cohort' },
    })
  })
  it('one breakdown of a list is answered with scalars, and keeps its settings', () => {
    const breakdowns = [{ property: 'price', type: 'event', histogram_bin_count: 3, normalize_url: true }]
    expect(upgraded({ events: [{ id: 'x' }], breakdowns }).breakdownFilter).toEqual({
      breakdown: 'price',
      breakdown_type: 'event',
      breakdown_histogram_bin_count: 3,
      breakdown_normalize_url: true,
    })
  })
  it('what comes out is a typed query', () => {
    const query = upgradeTrends({
      events: [{ id: 'x', properties: { $browser: 'Chrome' } }, 'just a name', { type: 'actions', id: '7' }],
      breakdowns: [
        { property: 'a', type: 'event' },
        { property: 'b', type: 'person' },
      ],
      breakdown_limit: 'many',
      display: 'Nonsense',
      date_from: null,
      interval: '',
    })
    expect(trendsQuery.safeParse(query).error).toBeUndefined()
    expect(query.series.map((node) => node.kind)).toEqual(['EventsNode', 'EventsNode', 'ActionsNode'])
  })
  it('one item of breakdowns is a plain breakdown', () => {
    expect(
      upgraded({ events: [], breakdowns: '[{"property":"a","type":"person"}]' }).breakdownFilter,
    ).toEqual({
      breakdown: 'a',
      breakdown_type: 'person',
    })
  })
  it.each([
    [{ properties: 'not json' }, 'Properties are unparsable!'],
    [{ properties: '"text"' }, 'Properties are unparsable!'],
    [{ breakdowns: [{ type: 'event' }] }, 'breakdowns must be a list of items, each with property and type'],
    [{ breakdowns: '{}' }, 'breakdowns must be a list of items, each with property and type'],
    [{ interval: 'fortnight' }, 'is not an interval'],
    [{ sampling_factor: 'most' }, 'sampling_factor must be'],
    [{ smoothing_intervals: '-1' }, 'smoothing_intervals must be'],
    [{ events: [{ id: 'a', math: 'sum' }] }, 'This field is required.'],
  ])('refuses %j', (filters, sentence) => {
    expect(() => upgradeTrends(filters)).toThrow(sentence)
  })
  it('the ancient form of properties', () => {
    expect(upgradeProperties('{"$browser":"Chrome","$os__is_not":"x"}')).toEqual([
      { key: '$browser', value: 'Chrome', type: 'event' },
      { key: '$os', operator: 'is_not', value: 'x', type: 'event' },
    ])
  })
  it('groups keep their tree, items of no known shape are dropped', () => {
    expect(
      upgradeProperties({
        type: 'OR',
        values: [{ type: 'AND', values: [{ key: 'a', value: 1 }, 3] }, { x: 1 }],
      }),
    ).toEqual({ type: 'OR', values: [{ type: 'AND', values: [{ key: 'a', value: 1 }] }] })
  })
  it.each([
    [{}, 'TRENDS'],
    [{ insight: 'stickiness' }, 'STICKINESS'],
    [{ shown_as: 'Lifecycle' }, 'LIFECYCLE'],
  ])('%j asks %s', (filters, expected) => {
    expect(insightOf(filters)).toBe(expected)
  })
})

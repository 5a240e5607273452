import { describe, expect, it } from 'vitest'
import { inDashboard, kindOf, parseSavedQuery, typedQuery } from './saved-question.ts'

const series = [{ kind: 'EventsNode', event: 'view' }]
const trends = { kind: 'TrendsQuery', series }
const own = [{ key: 'a', value: 1 }]
const more = [{ key: 'b', value: 2 }]
const both = {
  type: 'AND',
  values: [
    { type: 'AND', values: own },
    { type: 'AND', values: more },
  ],
}

describe('the kind of a question', () => {
  it.each([
    [{ filters: {}, query: null }, 'TRENDS'],
    [{ filters: { insight: 'funnels' }, query: null }, 'FUNNELS'],
    [{ filters: { shown_as: 'Lifecycle' }, query: null }, 'LIFECYCLE'],
    [{ filters: { insight: 'FUNNELS' }, query: trends }, 'TRENDS'],
    [{ filters: {}, query: { kind: 'InsightVizNode', source: { kind: 'RetentionQuery' } } }, 'RETENTION'],
    [{ filters: {}, query: { kind: 'DataVisualizationNode', source: { kind: 'HogQLQuery' } } }, 'SQL'],
    [{ filters: {}, query: { kind: 'DataTableNode', source: { kind: 'EventsQuery' } } }, 'JSON'],
    [{ filters: {}, query: { kind: 'constructor' } }, 'JSON'],
  ])('of %j is %s', (question, kind) => expect(kindOf(question)).toBe(kind))
})

describe('a saved query', () => {
  it.each([
    [{}, 'Unsupported query kind: undefined'],
    [{ kind: 'InsightVizNode' }, 'A query must say its kind, and what it is about.'],
    [{ kind: 'HogQLMetadata', query: 'select 1' }, 'Unsupported query kind: HogQLMetadata'],
    [{ kind: 'TrendsQuery', series: [{ kind: 'EventsNode', math: 7 }] }, /^series\.0\.math: /],
  ])('%j is refused', (query, message) => {
    expect(() => parseSavedQuery(query)).toThrow(message)
  })

  it('is the question, whatever the filters beside it say', () => {
    const filters = { insight: 'FUNNELS' }
    expect(typedQuery({ filters, query: { kind: 'InsightVizNode', source: trends } })).toMatchObject(trends)
    expect(typedQuery({ filters, query: null }).kind).toBe('FunnelsQuery')
    expect(() => typedQuery({ filters: { insight: 'SESSIONS' }, query: null })).toThrow(/SESSIONS/)
  })
})

describe('a question on a dashboard', () => {
  const filters = { insight: 'TRENDS', date_from: '-7d', date_to: '2023-01-01' }
  const asked = (given: object, dashboard: object) =>
    inDashboard(
      { filters: given as Record<string, unknown>, query: null },
      dashboard as Record<string, unknown>,
    ).filters

  it.each([
    ['nothing', filters, {}, filters],
    ['nothing that is empty', filters, { date_from: '', date_to: null, properties: [] }, filters],
    [
      'both ends',
      filters,
      { date_from: '-14d', date_to: '-1d' },
      { ...filters, date_from: '-14d', date_to: '-1d' },
    ],
    [
      'a beginning, and so until now',
      filters,
      { date_from: 'all' },
      { ...filters, date_from: 'all', date_to: null },
    ],
    ['an end', filters, { date_to: '-1d' }, { ...filters, date_to: '-1d' }],
    ['properties', filters, { properties: more }, { ...filters, properties: more }],
    ['properties besides a list', { properties: own }, { properties: more }, { properties: both }],
    [
      'properties besides JSON',
      { properties: JSON.stringify(own) },
      { properties: more },
      { properties: both },
    ],
    ['a group', { properties: own }, { properties: both.values[1] }, { properties: both }],
    [
      'properties besides the oldest form',
      { properties: { $os__is_not: 'x' } },
      { properties: more },
      {
        properties: {
          type: 'AND',
          values: [
            { type: 'AND', values: [{ key: '$os', operator: 'is_not', value: 'x', type: 'event' }] },
            both.values[1],
          ],
        },
      },
    ],
    ['nothing where its own can not be read', { properties: 'x' }, { properties: more }, { properties: 'x' }],
  ])('takes %s', (_, given, dashboard, expected) => expect(asked(given, dashboard)).toEqual(expected))

  const dashboard = { date_from: '-14d', properties: more }
  const range = { date_from: '-14d', date_to: null }
  it.each([
    [trends, { ...trends, dateRange: range, properties: more }],
    [
      { kind: 'InsightVizNode', source: { ...trends, dateRange: { date_from: '-1d', explicitDate: true } } },
      {
        kind: 'InsightVizNode',
        source: { ...trends, dateRange: { ...range, explicitDate: true }, properties: more },
      },
    ],
    [
      {
        kind: 'DataTableNode',
        source: { kind: 'EventsQuery', select: ['*'], after: '-3d', properties: own },
      },
      {
        kind: 'DataTableNode',
        source: { kind: 'EventsQuery', select: ['*'], after: '-14d', before: null, properties: both },
      },
    ],
    [
      { kind: 'HogQLQuery', query: 'select 1', filters: { filterTestAccounts: true } },
      {
        kind: 'HogQLQuery',
        query: 'select 1',
        filters: { filterTestAccounts: true, dateRange: range, properties: more },
      },
    ],
    [
      { kind: 'ActorsQuery', select: ['id'] },
      { kind: 'ActorsQuery', select: ['id'] },
    ],
  ])('%j is asked as %j', (query, expected) => {
    const question = inDashboard({ filters: {}, query }, dashboard)
    expect(question).toEqual({ filters: {}, query: expected })
    expect(() => parseSavedQuery(question.query!)).not.toThrow()
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents, insertGroups } from '../../test/events.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import { constant, field, from, order, select } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { PropertyType } from '../hogql/types.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { type FilterContext, type PropertyFilters, propertyExpr } from './property-filters.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>

const types: Record<string, PropertyType> = {
  n: 'Numeric',
  flag: 'Boolean',
  when: 'DateTime',
  industry: 'String',
}
const propertyType = (_kind: string, key: string) => types[key] ?? null
const ctx: FilterContext = {
  table: 'events',
  clock: { now: new Date('2021-04-10T12:00:00Z'), timezone: 'UTC' },
  propertyType,
  parseExpr: () => constant(true),
}

beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  cleanup = made.cleanup
  const at = (distinct_id: string, properties: object, more: object = {}) => ({
    event: 'e',
    distinct_id,
    timestamp: '2021-04-01T00:00:00Z',
    properties: { ...properties },
    ...more,
  })
  await insertEvents(warehouse, 1, [
    at(
      'a',
      {
        text: 'Hello World',
        n: 5,
        s: '5',
        flag: true,
        when: '2021-04-04',
        day: '2021-04-04',
        list: ['x', 'y'],
      },
      { person: { email: 'a@example.com' }, groups: { 0: 'acme' } },
    ),
    at(
      'b',
      { text: 'hello 100%', n: 7.5, s: '7', flag: false, when: '2021-04-06T10:00:00Z', day: '2021-04-06' },
      { person: { email: 'b@EXAMPLE.com' }, groups: { 0: 'bolt' } },
    ),
    at('c', {}),
    at(
      'd',
      { text: '', n: null, s: 'abc', flag: null, when: 'never' },
      { elements_chain: 'a.x:href="/u"text="Buy"' },
    ),
  ])
  await insertGroups(warehouse, 1, [
    { index: 0, key: 'acme', properties: { industry: 'finance' } },
    { index: 0, key: 'bolt', properties: { industry: 'tools' } },
  ])
})
afterAll(() => cleanup())

/** Distinct ids of the events that pass, joined. */
async function passing(filters: PropertyFilters): Promise<string> {
  const tree = select({
    select: [field('distinct_id')],
    from: from('events'),
    where: propertyExpr(filters, ctx),
    orderBy: [order(field('distinct_id'))],
  })
  const { rows } = await warehouse.query(compile(tree, { projectId: 1, propertyType }))
  return rows.map(([id]) => id).join('')
}

describe('operators', () => {
  it.each<[key: string, operator: string | undefined, value: unknown, expected: string]>([
    ['text', undefined, 'Hello World', 'a'],
    ['text', 'exact', 'hello world', ''],
    ['text', 'exact', ['Hello World', 'hello 100%'], 'ab'],
    ['text', 'exact', '', 'd'],
    ['text', 'exact', null, 'abcd'],
    ['text', 'exact', [], 'abcd'],
    ['text', 'is_not', 'Hello World', 'bcd'],
    ['text', 'is_not', ['Hello World', 'hello 100%'], 'cd'],
    ['text', 'icontains', 'HELLO', 'ab'],
    ['text', 'icontains', '0%', 'b'],
    ['text', 'icontains', 'o_W', ''],
    ['text', 'icontains', ['world', '100'], 'ab'],
    ['text', 'not_icontains', 'world', 'bcd'],
    ['text', 'regex', '^[Hh]ello', 'ab'],
    ['text', 'regex', '?*', ''],
    ['text', 'not_regex', 'World$', 'bcd'],
    ['text', 'not_regex', '?*', ''],
    ['text', 'is_set', 'is_set', 'abd'],
    ['text', 'is_not_set', 'is_not_set', 'c'],
    ['text', 'in', ['Hello World'], 'a'],
    ['text', 'not_in', ['Hello World'], 'bcd'],
    ['list', 'exact', '["x","y"]', 'a'],
    ['list', 'icontains', 'x', 'a'],
    ['n', 'exact', 5, 'a'],
    ['n', 'exact', '5', 'a'],
    ['n', 'exact', '5.0', 'a'],
    ['n', 'exact', ['5', 7.5], 'ab'],
    ['n', 'exact', 'five', ''],
    ['n', 'is_not', 5, 'bcd'],
    ['n', 'gt', 5, 'b'],
    ['n', 'gte', '5', 'ab'],
    ['n', 'lt', 7.5, 'a'],
    ['n', 'lte', 7.5, 'ab'],
    ['n', 'between', [5, 7], 'a'],
    ['n', 'not_between', [5, 7], 'bcd'],
    ['n', 'icontains', '7.', 'b'],
    ['n', 'is_set', '', 'ab'],
    ['s', 'exact', '5', 'a'],
    ['s', 'exact', 5, 'a'],
    ['s', 'gt', '5', 'b'],
    ['s', 'lt', 6, 'a'],
    ['s', 'lt', 'b', 'abd'],
    ['flag', 'exact', 'true', 'a'],
    ['flag', 'exact', ['true'], 'a'],
    ['flag', 'exact', true, 'a'],
    ['flag', 'exact', false, 'b'],
    ['flag', 'exact', ['true', 'false'], 'ab'],
    ['flag', 'is_not', 'true', 'bcd'],
    ['flag', 'exact', 'maybe', ''],
    ['flag', 'is_set', '', 'ab'],
    ['when', 'is_date_before', '2021-04-05', 'a'],
    ['when', 'is_date_before', '2021-04-04', ''],
    ['when', 'is_date_after', '2021-04-04', 'b'],
    ['when', 'is_date_after', '2021-04-06', ''],
    ['when', 'is_date_after', '2021-04-06T09:00:00Z', 'b'],
    ['when', 'is_date_after', '-5d', 'b'],
    ['when', 'is_date_exact', '2021-04-06', 'b'],
    ['when', 'exact', '2021-04-06', 'b'],
    ['when', 'gt', '2021-04-04', 'b'],
    ['day', 'is_date_before', '2021-04-05', 'a'],
    ['day', 'is_date_after', '2021-04-05', 'b'],
    ['day', 'is_date_exact', '2021-04-04', 'a'],
    ["it's `odd`.\\", 'is_not_set', '', 'abcd'],
  ])('%s %s %j', async (key, operator, value, expected) => {
    expect(await passing([{ key, operator, value }])).toBe(expected)
  })
})

describe('types', () => {
  it.each<[PropertyFilters, string]>([
    [[{ type: 'person', key: 'email', value: 'a@example.com' }], 'a'],
    [[{ type: 'person', key: 'email', value: '@example.com', operator: 'icontains' }], 'ab'],
    [[{ type: 'group', group_type_index: 0, key: 'industry', value: 'tools' }], 'b'],
    [[{ type: 'group', group_type_index: 0, key: 'industry', value: 'tools', operator: 'is_not' }], 'acd'],
    [[{ type: 'element', key: 'href', value: '/u' }], 'd'],
    [[{ type: 'element', key: 'selector', value: 'a.x', operator: 'is_not' }], 'abc'],
    [[{ type: 'event_metadata', key: 'distinct_id', value: ['a', 'c'] }], 'ac'],
  ])('%j', async (filters, expected) => {
    expect(await passing(filters)).toBe(expected)
  })
})

describe('groups', () => {
  const text = (value: string) => ({ key: 'text', value, operator: 'icontains' })
  it.each<[PropertyFilters, string]>([
    [[], 'abcd'],
    [null, 'abcd'],
    [{ type: 'AND', values: [] }, 'abcd'],
    [[text('hello'), text('world')], 'a'],
    [{ type: 'OR', values: [text('world'), text('100')] }, 'ab'],
    [
      {
        type: 'AND',
        values: [
          { type: 'OR', values: [text('world'), text('100')] },
          { key: 'n', value: 5 },
        ],
      },
      'a',
    ],
    [
      {
        type: 'OR',
        values: [
          { type: 'AND', values: [text('world'), text('100')] },
          { key: 's', value: 'abc' },
        ],
      },
      'd',
    ],
  ])('%j', async (filters, expected) => {
    expect(await passing(filters)).toBe(expected)
  })
  it('nested without end, or without number, is refused', () => {
    let deep: PropertyFilters = []
    for (let i = 0; i < 10_000; i++) deep = { type: 'AND', values: [deep] }
    expect(() => propertyExpr(deep, ctx)).toThrow('nested 30 deep')
    expect(() => propertyExpr(Array(3000).fill({ key: 'a', value: 1 }), ctx)).toThrow('2000 filters')
  })
})

describe('refusals', () => {
  it.each([
    [{ key: 'a', value: 1, operator: 'near' }, '"near" is not an operator.'],
    [{ key: 'a', value: 1, operator: 'between' }, 'between needs a list of two values.'],
    [{ key: 'a', value: 'soon', operator: 'is_date_before' }, '"soon" is not a date'],
    [{ key: 'a', value: 1, type: 'weather' }, 'Filters of type "weather" are not supported here.'],
    [{ key: 'id', value: 'x', type: 'cohort' }, 'Cohort x does not exist.'],
  ])('%j', (filter, sentence) => {
    expect(() => propertyExpr([filter], ctx)).toThrow(sentence)
  })
  it('events’ filters on a list of people', () => {
    expect(() => propertyExpr([{ key: 'a', value: 1, type: 'event' }], { ...ctx, table: 'persons' })).toThrow(
      "can't be used on persons",
    )
  })
})

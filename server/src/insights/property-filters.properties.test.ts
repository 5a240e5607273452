import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertEvents, insertGroups } from '../../test/events.ts'
import { isSilent, type ModelFilter, type ModelType, passesModel } from '../../test/filter-model.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import { alias, call, constant, type Expr, field, from, order, select } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { type FilterContext, type PropertyFilters, propertyExpr } from './property-filters.ts'

/** Every operator, type and kind of property, over values that are odd, against a model in plain code. */

const types: Record<string, ModelType> = { any: null, number: 'Numeric', flag: 'Boolean' }
const keys = Object.keys(types)
const raws: unknown[] = [
  ...[undefined, null, '', ' ', 'abc', 'ABC', 'abcd', 'Ünïcode ☃', 'ünïCODE ☃', '日本', '100%', 'a_b', 'a.b'],
  ...["it's", 'back\\slash', '"quoted"', 'true', 'false', 'True', true, false],
  ...[0, 5, 7.5, -3, 1_000_000, '5', '7.50', '05', '-3', '5 apples'],
  ...[[], ['x', 'y'], ['5'], { a: 5 }],
]

let warehouse: Warehouse
beforeAll(async () => {
  const { warehouse: created, cleanup } = await testWarehouse()
  afterAll(cleanup)
  warehouse = created
  const properties = raws.map((raw) => Object.fromEntries(keys.map((key) => [key, raw])))
  await insertEvents(
    warehouse,
    1,
    properties.map((own, i) => ({
      event: 'e',
      distinct_id: String(i),
      timestamp: '2021-04-01T00:00:00Z',
      properties: own,
      person: own,
      groups: { 1: `g${i}` },
    })),
  )
  await insertGroups(
    warehouse,
    1,
    properties.map((own, i) => ({ index: 1, key: `g${i}`, properties: own })),
  )
})

const ctx: FilterContext = {
  table: 'events',
  clock: { now: new Date('2021-04-10T12:00:00Z'), timezone: 'UTC' },
  propertyType: (_, key) => types[key] ?? null,
  parseExpr: () => constant(true),
}

/** For each of the filters, which rows pass. */
async function passing(filters: PropertyFilters[]): Promise<boolean[][]> {
  const columns = filters.map((filter, i): Expr => {
    const condition = propertyExpr(filter, ctx) ?? constant(true)
    return alias(`c${i}`, call('ifNull', condition, constant(false)))
  })
  const tree = select({
    select: columns,
    from: from('events'),
    orderBy: [order(call('toInt', field('distinct_id')))],
  })
  const { rows } = await warehouse.query(compile(tree, { projectId: 1, propertyType: ctx.propertyType }))
  expect(rows).toHaveLength(raws.length)
  return filters.map((_, i) => rows.map((row) => Boolean(row[i])))
}

const texts = [
  '',
  'abc',
  'ABC',
  'B',
  'ÜNÏ',
  '☃',
  '0%',
  'a_',
  "t's",
  'k\\s',
  'true',
  '5',
  '7.5',
  '-3',
  '1000000.0',
]
const plain: unknown[] = [
  ...texts,
  5,
  7.5,
  -3,
  true,
  false,
  null,
  [],
  ['abc', '5'],
  ['5', 7.5],
  ['true'],
  ['x', null],
]
const patterns = ['^a', 'B|b', '\\d+', '☃$', '^$', ['^abc$', '^5']]
const bounds = [
  [0, 6],
  ['5', '7.5'],
  ['a', 'b'],
]
const values: Record<string, unknown[]> = {
  ...Object.fromEntries(
    ['exact', 'is_not', 'in', 'not_in', 'icontains', 'not_icontains'].map((one) => [one, plain]),
  ),
  ...Object.fromEntries(['regex', 'not_regex'].map((one) => [one, patterns])),
  ...Object.fromEntries(
    ['gt', 'gte', 'min', 'lt', 'lte', 'max'].map((one) => [one, [0, 5, '5', '7.5', -3, 'abc', [5, 7]]]),
  ),
  ...Object.fromEntries(['between', 'not_between'].map((one) => [one, bounds])),
  ...Object.fromEntries(['is_set', 'is_not_set'].map((one) => [one, ['is_set', null]])),
}
const operators = Object.keys(values)
const matrix: ModelFilter[] = operators.flatMap((operator) =>
  values[operator]!.flatMap((value) => keys.map((key) => ({ key, operator, value }))),
)
const kinds = [
  { type: 'event' },
  { type: 'person' },
  { type: 'group', group_type_index: 1 },
  { type: 'feature' },
]
const modelled = (filter: ModelFilter) => raws.map((raw) => passesModel(filter, raw, types[filter.key]!))
/** Says what differs by the values themselves. */
const shown = (filter: object, rows: boolean[]) =>
  `${JSON.stringify(filter)}: ${raws.flatMap((raw, i) => (rows[i] ? [JSON.stringify(raw) ?? 'undefined'] : [])).join(' ')}`

describe('a filter', () => {
  it.each(operators)('%s', async (operator) => {
    const filters = matrix.filter((one) => one.operator === operator)
    for (const kind of kinds) {
      const asked = filters.map((filter) => ({ ...filter, ...kind }))
      // flags of feature filters are read as events' properties of that name
      const passed = await passing(asked.map((one) => [one]))
      expect(asked.map((one, i) => shown(one, passed[i]!))).toEqual(
        asked.map((one, i) => shown(one, modelled(filters[i]!))),
      )
    }
  })
})

it('groups of AND and OR, as deep as they come', async () => {
  const leaf = fc.record({ filter: fc.constantFrom(...matrix), kind: fc.constantFrom(...kinds) })
  /** `passes` is undefined where nothing is said: among others it does not count. */
  type Tree = { filters: PropertyFilters; passes?: (i: number) => boolean }
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf.map(
        ({ filter, kind }): Tree => ({
          filters: { ...filter, ...kind },
          ...(!isSilent(filter) && { passes: (i) => passesModel(filter, raws[i], types[filter.key]!) }),
        }),
      ),
      fc
        .record({
          type: fc.constantFrom('AND' as const, 'OR' as const),
          of: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
        })
        .map(({ type, of }): Tree => {
          const saying = of.flatMap(({ passes }) => passes ?? [])
          const passes = (i: number) =>
            type === 'AND' ? saying.every((one) => one(i)) : saying.some((one) => one(i))
          const filters = { type, values: of.map((one) => one.filters) }
          return { filters, ...(saying.length && { passes }) }
        }),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(fc.array(tree, { minLength: 1, maxLength: 8 }), async (trees) => {
      const passed = await passing(trees.map(({ filters }) => filters))
      expect(trees.map(({ filters }, i) => shown(filters as object, passed[i]!))).toEqual(
        trees.map(({ filters, passes }) =>
          shown(
            filters as object,
            raws.map((_, i) => passes?.(i) ?? true),
          ),
        ),
      )
    }),
    { numRuns: 15 },
  )
}, 60_000)

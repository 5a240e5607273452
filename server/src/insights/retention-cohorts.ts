import {
  alias,
  and,
  array,
  call,
  compare,
  constant,
  type Expr,
  field,
  fromQuery,
  order,
  type Query,
  type SelectQuery,
  select,
  unionAll,
} from '../hogql/ast.ts'
import { type Breakdown, otherOf, otherValue } from './breakdown.ts'
import { followed, type Member, type RetentionShape, sumsOf, valueField } from './retention-followed.ts'
import type { InsightContext } from './series.ts'

/** Who came back and when, as an answer counts them: rows of cohort, cell, people, [sum of numbers], [value]. */
export function retentionTree(shape: RetentionShape, members: Member[], ctx: InsightContext): Query {
  const { breakdown } = shape
  if (breakdown?.kind === 'values') return limited(counted(shape, undefined, ctx), shape, breakdown)
  if (breakdown?.kind !== 'cohorts') return counted(shape, undefined, ctx)
  const branches = members.map((member) => counted(shape, member, ctx))
  return unionAll(branches[0]!, ...branches.slice(1))
}

function counted(shape: RetentionShape, member: Member | undefined, ctx: InsightContext): SelectQuery {
  const cells = shape.cumulative ? upTo(field('cells')) : field('cells')
  const spread = select({
    select: [
      field('cohort'),
      ...(shape.pooled ? [field('actor')] : []),
      ...valueField(shape),
      shape.summed
        ? alias('spread', call('arrayJoin', call('arrayZip', cells, field('sums'))))
        : alias('cell', call('arrayJoin', cells)),
    ],
    from: fromQuery(followed(shape, member, ctx)),
  })
  return select({
    select: [
      alias('at', shape.pooled ? constant(0) : field('cohort')),
      shape.summed ? alias('cell', part(field('spread'), 1)) : field('cell'),
      alias('people', shape.pooled ? call('uniqExact', field('actor')) : call('count')),
      ...(shape.summed ? [alias('total', call('sum', part(field('spread'), 2)))] : []),
      ...(member ? [alias('label', constant(member.label))] : valueField(shape)),
    ],
    from: fromQuery(spread),
    groupBy: [...(shape.pooled ? [] : [field('at')]), field('cell'), ...valueField(shape)],
  })
}

const part = (of: Expr, index: number) => call('tupleElement', of, constant(index))

/**
 * The people of a cohort (of all, where none is given): rows of `actor_id`, `event_count`, `appearances` (the cells that
 * they are in) and for each cell whether they are in it: `day_0`, `day_1`, …; where numbers are summed up, `sums`, what
 * they add to each cell.
 */
export function retentionPeople(
  shape: RetentionShape,
  pin: { cohort?: number; value?: string[]; member?: Member },
  ctx: InsightContext,
): SelectQuery {
  const appearances = call(
    'arraySort',
    call('arrayDistinct', call('arrayFlatten', call('groupArray', field('cells')))),
  )
  const people = select({
    select: [
      alias('actor_id', field('actor')),
      alias('appearances', appearances),
      ...(shape.summed
        ? [alias('pairs', call('groupArrayArray', call('arrayZip', field('cells'), field('sums'))))]
        : []),
    ],
    from: fromQuery(followed(shape, pin.member, ctx)),
    where: and(
      pin.cohort === undefined ? undefined : compare(field('cohort'), '=', constant(pin.cohort)),
      pin.value && isValue(pin.value, shape, ctx),
    ),
    groupBy: [field('actor_id')],
  })
  return select({
    select: [
      field('actor_id'),
      field('appearances'),
      alias('event_count', call('length', field('appearances'))),
      ...Array.from({ length: shape.cells }, (_, cell) =>
        alias(`${shape.interval}_${cell}`, call('has', field('appearances'), constant(cell))),
      ),
      ...(shape.summed ? [alias('sums', sumsOf(field('pairs'), call('range', constant(shape.cells))))] : []),
    ],
    from: fromQuery(people),
  })
}

function isValue(value: string[], shape: RetentionShape, ctx: InsightContext): Expr | undefined {
  const { breakdown } = shape
  if (breakdown?.kind !== 'values') return undefined
  const texts = value.map((one) => constant(one))
  if (texts.length !== breakdown.dimensions.length) return constant(false)
  if (value.every((one) => one === otherValue)) {
    const kept = select({
      select: [field('value')],
      from: fromQuery(rankedValues(counted(shape, undefined, ctx), shape)),
      where: isKept(breakdown),
    })
    return compare(field('value'), 'not in', kept)
  }
  return compare(field('value'), '=', texts.length === 1 ? texts[0]! : array(...texts))
}

const upTo = (cells: Expr): Expr =>
  call('range', constant(0), call('plus', call('arrayMax', cells), constant(1)))

/** What each point of a value's table says. */
const pointColumns = ({ summed }: RetentionShape) => ['at', 'cell', 'people', ...(summed ? ['total'] : [])]

/** The values by size, largest first, ties by name: `value`, `points`, `rank`. */
function rankedValues(counted: SelectQuery, shape: RetentionShape): SelectQuery {
  const point = call('tuple', ...pointColumns(shape).map((name) => field(name)))
  const values = select({
    select: [
      field('value'),
      alias('points', call('groupArray', point)),
      alias('size', call('sumIf', field('people'), compare(field('cell'), '=', constant(0)))),
    ],
    from: fromQuery(counted),
    groupBy: [field('value')],
  })
  return select({
    select: [
      field('value'),
      field('points'),
      alias('rank', {
        kind: 'window_function',
        name: 'row_number',
        args: [],
        over: { orderBy: [order(field('size'), 'DESC'), order(field('value'))] },
      }),
    ],
    from: fromQuery(values),
  })
}

type ByValue = Extract<Breakdown, { kind: 'values' }>

const isKept = ({ limit }: ByValue) => compare(field('rank'), '<=', constant(limit))

/** The largest values apart, the rest summed up, inside the engine. */
function limited(counted: SelectQuery, shape: RetentionShape, breakdown: ByValue): SelectQuery {
  const kept = isKept(breakdown)
  const spread = select({
    select: [
      alias('label', call('if', kept, field('value'), otherOf(breakdown.dimensions.length))),
      alias('point', call('arrayJoin', field('points'))),
    ],
    from: fromQuery(rankedValues(counted, shape)),
    where: breakdown.hideOther ? kept : undefined,
  })
  return select({
    select: [
      ...pointColumns(shape).map((name, i) => {
        const own = part(field('point'), i + 1)
        return alias(name, i < 2 ? own : call('sum', own))
      }),
      field('label'),
    ],
    from: fromQuery(spread),
    groupBy: [field('at'), field('cell'), field('label')],
  })
}

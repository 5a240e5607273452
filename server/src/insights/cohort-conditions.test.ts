import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertEvents, personIdOf } from '../../test/events.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import { compile } from '../hogql/compile.ts'
import { parseExpr } from '../hogql/parse.ts'
import { propertyMap } from '../hogql/property-column.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { type CohortContext, cohortMembers, membership } from './cohort-conditions.ts'
import { type CohortDefinition, parseDefinition } from './cohort-definition.ts'

/** Cohorts against plain models of what their conditions say, over events around the windows' edges. */
let warehouse: Warehouse
beforeAll(async () => {
  const made = await testWarehouse()
  warehouse = made.warehouse
  afterAll(made.cleanup)
})

const now = Date.UTC(2024, 2, 15, 12)
const hour = 3_600_000
const day = 24 * hour

type Happened = { name: 'a' | 'b'; at: number; color?: 'red' }
type Person = { id: string; plan?: 'x' | 'y'; events: Happened[] }

// The model.

type Unit = 'hour' | 'day' | 'week' | 'month'
type Span = { amount: number; unit: Unit }
/** The moment so many spans ago. */
function ago({ amount, unit }: Span, times = 1): number {
  const n = amount * times
  if (unit === 'month') return Date.UTC(2024, 2 - n, 15, 12)
  return now - n * { hour, day, week: 7 * day }[unit]
}
const lasting = ({ amount, unit }: Span) => amount * { hour, day, week: 7 * day, month: 30 * day }[unit]
const compared = {
  gte: (a: number, b: number) => a >= b,
  lte: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  lt: (a: number, b: number) => a < b,
  eq: (a: number, b: number) => a === b,
}
type Operator = keyof typeof compared
const isIn = (at: number, from: number, until: number) => at > from && at <= until

type Leaf = { says: Record<string, unknown>; holds(person: Person): boolean }
type Tree = Leaf | { type: 'AND' | 'OR'; values: Tree[] }
const holds = (tree: Tree, person: Person): boolean =>
  'holds' in tree
    ? tree.holds(person)
    : tree.type === 'AND'
      ? tree.values.length > 0 && tree.values.every((one) => holds(one, person))
      : tree.values.some((one) => holds(one, person))
const said = (tree: Tree): unknown =>
  'holds' in tree ? tree.says : { type: tree.type, values: tree.values.map(said) }

// What is tried.

const span = fc.record({
  amount: fc.integer({ min: 1, max: 4 }),
  unit: fc.constantFrom<Unit>('hour', 'day', 'week', 'month'),
})
const operator = fc.constantFrom<Operator>('gte', 'lte', 'gt', 'lt', 'eq')
const name = fc.constantFrom<'a' | 'b'>('a', 'b')
const times = fc.integer({ min: 1, max: 3 })

const timesOf = ({ amount, unit }: Span) => ({ time_value: String(amount), time_interval: unit })
const recentOf = ({ amount, unit }: Span) => ({ seq_time_value: amount, seq_time_interval: unit })
const did = (person: Person, key: string, red = false) =>
  person.events.filter((one) => one.name === key && (!red || one.color === 'red')).map(({ at }) => at)
const behaviour = (key: string, value: string, more: object, model: (person: Person) => boolean): Leaf => ({
  says: { type: 'behavioral', event_type: 'events', key, value, ...more },
  holds: model,
})
const colored = (red: boolean) =>
  red ? { event_filters: [{ key: 'color', value: 'red', operator: 'exact', type: 'event' }] } : {}

const performed = fc
  .tuple(name, span, fc.boolean())
  .map(([key, window, red]) =>
    behaviour(key, 'performed_event', { ...timesOf(window), ...colored(red) }, (person) =>
      did(person, key, red).some((at) => isIn(at, ago(window), now)),
    ),
  )
const explicit = fc
  .tuple(name, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
  .map(([key, a, b]) => {
    const [from, to] = [Math.max(a, b), Math.min(a, b)]
    const date = (back: number) => new Date(now - back * day).toISOString().slice(0, 10)
    const end = to === 0 ? now : Date.parse(date(to - 1)) - 1
    return behaviour(
      key,
      'performed_event',
      { explicit_datetime: date(from), explicit_datetime_to: date(to) },
      (person) => did(person, key).some((at) => at >= Date.parse(date(from)) && at <= end),
    )
  })
const multiple = fc.tuple(name, span, operator, times).map(([key, window, op, n]) =>
  behaviour(
    key,
    'performed_event_multiple',
    { ...timesOf(window), operator: op, operator_value: n },
    (person) => {
      const count = did(person, key).filter((at) => isIn(at, ago(window), now)).length
      return count > 0 && compared[op](count, n)
    },
  ),
)
const first = fc.tuple(name, span, fc.boolean()).map(([key, window, red]) =>
  behaviour(key, 'performed_event_first_time', { ...timesOf(window), ...colored(red) }, (person) => {
    const all = person.events.filter((one) => one.name === key && one.at <= now)
    const at = Math.min(...all.map((one) => one.at))
    const counts = !red || all.some((one) => one.at === at && one.color === 'red')
    return all.length > 0 && at > ago(window) && counts
  }),
)
const sequence = fc.tuple(name, span, name, span).map(([key, window, next, within]) =>
  behaviour(
    key,
    'performed_event_sequence',
    { ...timesOf(window), seq_event: next, seq_event_type: 'events', ...recentOf(within) },
    (person) => {
      const all = (what: string) => did(person, what).filter((at) => isIn(at, ago(window), now))
      return all(key).some((a) => all(next).some((b) => b > a && b - a <= lasting(within)))
    },
  ),
)
const regularly = fc
  .tuple(name, span, operator, times, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }))
  .map(([key, period, op, n, min, more]) =>
    behaviour(
      key,
      'performed_event_regularly',
      {
        ...timesOf(period),
        operator: op,
        operator_value: n,
        min_periods: min,
        total_periods: min + more,
      },
      (person) => {
        let fitting = 0
        for (let k = 0; k < min + more; k++) {
          const until = k === 0 ? now : ago(period, k)
          const count = did(person, key).filter((at) => isIn(at, ago(period, k + 1), until)).length
          if (count > 0 && compared[op](count, n)) fitting++
        }
        return fitting >= min
      },
    ),
  )
const twoSpans = fc
  .tuple(span, span)
  .map((both) => both.toSorted((a, b) => lasting(b) - lasting(a)) as [Span, Span])
const stopped = fc.tuple(name, twoSpans).map(([key, [window, recent]]) =>
  behaviour(key, 'stopped_performing_event', { ...timesOf(window), ...recentOf(recent) }, (person) => {
    const all = did(person, key)
    return (
      all.some((at) => isIn(at, ago(window), now)) &&
      !all.some((at) => isIn(at, Math.max(ago(recent), ago(window)), now))
    )
  }),
)
const restarted = fc.tuple(name, twoSpans).map(([key, [window, recent]]) =>
  behaviour(key, 'restarted_performing_event', { ...timesOf(window), ...recentOf(recent) }, (person) => {
    const all = did(person, key)
    return (
      all.some((at) => at <= ago(window)) &&
      !all.some((at) => isIn(at, ago(window), ago(recent))) &&
      all.some((at) => isIn(at, ago(recent), now))
    )
  }),
)
const property = fc.constantFrom('x', 'y').map(
  (value): Leaf => ({
    says: { type: 'person', key: 'plan', operator: 'exact', value },
    holds: (person) => person.plan === value,
  }),
)
const leaf = fc
  .tuple(
    fc.oneof(
      performed,
      explicit,
      multiple,
      first,
      sequence,
      regularly,
      stopped,
      restarted,
      property,
      fc.integer({ min: 0, max: 1 }).map(
        (id): Leaf => ({
          says: { type: 'cohort', key: 'id', value: id },
          holds: (person) => holds(nested[id]!, person),
        }),
      ),
    ),
    fc.boolean(),
  )
  .map(
    ([one, negated]): Leaf => ({
      says: { ...one.says, ...(negated && { negation: true }) },
      holds: (person) => one.holds(person) !== negated,
    }),
  )
const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaf,
    fc.record({
      type: fc.constantFrom<'AND' | 'OR'>('AND', 'OR'),
      values: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
})).tree

/** Two cohorts that the others name. */
const nested: Tree[] = [
  {
    says: { type: 'person', key: 'plan', operator: 'exact', value: 'x' },
    holds: (person) => person.plan === 'x',
  },
  {
    type: 'OR',
    values: [
      behaviour('b', 'performed_event', timesOf({ amount: 2, unit: 'day' }), (person) =>
        did(person, 'b').some((at) => isIn(at, now - 2 * day, now)),
      ),
      {
        says: { type: 'person', key: 'plan', operator: 'exact', value: 'y', negation: true },
        holds: (person) => person.plan !== 'y',
      },
    ],
  },
]

/** Moments at, just before and just after the edges that spans can have. */
const moment = fc
  .tuple(
    fc.constantFrom<Unit>('hour', 'day', 'week', 'month'),
    fc.integer({ min: 0, max: 6 }),
    fc.constantFrom(0, 0, 1, -1, 30 * 60_000, -30 * 60_000, hour),
  )
  .map(([unit, amount, off]) => (amount === 0 ? now : ago({ amount, unit })) + off)
const person = fc.record({
  plan: fc.constantFrom('x' as const, 'y' as const, undefined),
  events: fc.array(fc.record({ name, at: moment, color: fc.constantFrom('red' as const, undefined) }), {
    maxLength: 6,
  }),
})

let projects = 0
async function stored(people: Omit<Person, 'id'>[]): Promise<{ projectId: number; people: Person[] }> {
  const projectId = ++projects
  const all = people.map((one, n): Person => ({ ...one, id: personIdOf(`${projectId}-${n}`) }))
  await warehouse.insert({
    table: 'persons',
    token: randomUUID(),
    rows: all.map(({ id, plan }) =>
      JSON.stringify({
        team_id: projectId,
        id,
        created_at: '2024-01-01 00:00:00.000',
        properties: JSON.stringify(plan ? { plan } : {}),
        properties_map: propertyMap(plan ? { plan } : {}),
        is_identified: true,
        is_deleted: false,
        version: 1,
      }),
    ),
  })
  const events = all.flatMap((one) =>
    one.events.map(({ name: event, at, color }) => ({
      event,
      distinct_id: one.id,
      person_id: one.id,
      timestamp: new Date(at).toISOString(),
      properties: color ? { color } : {},
    })),
  )
  if (events.length) await insertEvents(warehouse, projectId, events)
  return { projectId, people: all }
}

const definitionOf = (one: Tree): CohortDefinition =>
  parseDefinition({ filters: { properties: { type: 'AND', values: [said(one)] } } })

async function answered(projectId: number, definition: CohortDefinition): Promise<string[]> {
  const ctx: CohortContext = {
    clock: { now: new Date(now), timezone: 'UTC' },
    propertyType: () => null,
    parseExpr,
    action: () => undefined,
    member: (id) => membership(definitionOf(nested[id]!), ctx),
  }
  const { sql, params } = compile(cohortMembers(definition, ctx), { projectId, limits: null })
  return (await warehouse.query({ sql, params })).rows.map(([id]) => String(id)).sort()
}

test('who is in a cohort is whom its conditions describe', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { minLength: 1, maxLength: 12 }),
      fc.array(tree, { minLength: 4, maxLength: 8 }),
      async (people, trees) => {
        const project = await stored(people)
        for (const one of trees) {
          const expected = project.people.filter((who) => holds(one, who)).map(({ id }) => id)
          expect(await answered(project.projectId, definitionOf(one)), JSON.stringify(said(one))).toEqual(
            expected.sort(),
          )
        }
      },
    ),
    { numRuns: 15, endOnFailure: true },
  )
}, 120_000)

const kinds = { performed, explicit, multiple, first, sequence, regularly, stopped, restarted }
test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  'each behaviour by itself: %s',
  async (kind) => {
    const behaviours: fc.Arbitrary<Leaf> = kinds[kind]
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { minLength: 10, maxLength: 25 }),
        fc.array(behaviours, { minLength: 4, maxLength: 8 }),
        async (people, leaves) => {
          const project = await stored(people)
          for (const one of leaves) {
            const expected = project.people.filter((who) => one.holds(who)).map(({ id }) => id)
            expect(await answered(project.projectId, definitionOf(one)), JSON.stringify(one.says)).toEqual(
              expected.sort(),
            )
          }
        },
      ),
      { numRuns: 4, endOnFailure: true },
    )
  },
  120_000,
)

test('a cohort without conditions is nobody', async () => {
  const { projectId } = await stored([{ events: [] }])
  for (const filters of [null, {}, { properties: {} }, { properties: { type: 'OR', values: [] } }]) {
    expect(await answered(projectId, parseDefinition({ filters }))).toEqual([])
  }
})

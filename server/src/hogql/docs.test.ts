import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertEvents, insertGroups, personIdOf } from '../../test/events.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import type { Expr } from './ast.ts'
import { compile } from './compile.ts'
import { parseExpr, parseSelect } from './parse.ts'
import { replacePlaceholders } from './placeholders.ts'
import { propertyMap } from './property-column.ts'
import { tableFunctions, tableNames } from './tables.ts'
import { childrenOf } from './visit.ts'

// docs/hogql.md: every query in it is run, and must answer what it says.
const page = readFileSync(new URL('../../../docs/hogql.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/```sql\n([\s\S]*?)```\n```json\n([\s\S]*?)```/g)].map(
  ([, query, answer]) => ({
    query: query!.trim(),
    answer: JSON.parse(answer!),
  }),
)

const project = 1
let warehouse: Warehouse
let cleanup: () => Promise<void>

beforeAll(async () => {
  ;({ warehouse, cleanup } = await testWarehouse())
  const people = {
    ann: { email: 'ann@example.com', plan: 'pro' },
    bob: { email: 'bob@example.com' },
  }
  const rows = [...page.matchAll(/^\| (\S+) \| (ann|bob) \| (\S+) (\S+) \| `(.*)` \|$/gm)]
  await insertEvents(
    warehouse,
    project,
    rows.map(([, event, id, day, time, properties]) => ({
      event: event!,
      distinct_id: id!,
      timestamp: `${day}T${time}:00Z`,
      properties: JSON.parse(properties!),
      person: people[id as keyof typeof people],
      ...(id === 'ann' && { groups: { 0: 'acme' } }),
    })),
  )
  await insertGroups(warehouse, project, [{ index: 0, key: 'acme', properties: { seats: 5 } }])
  await warehouse.insert({
    table: 'persons',
    token: randomUUID(),
    rows: Object.entries(people).map(([id, properties]) =>
      JSON.stringify({
        team_id: project,
        id: personIdOf(id),
        created_at: '2024-01-01 00:00:00.000',
        properties: JSON.stringify(properties),
        properties_map: propertyMap(properties),
        is_identified: true,
        is_deleted: false,
        version: 1,
        inserted_at: '2024-01-01 00:00:00.000',
      }),
    ),
  })
  await warehouse.insert({
    table: 'person_distinct_ids',
    token: randomUUID(),
    rows: Object.keys(people).map((id) =>
      JSON.stringify({
        team_id: project,
        distinct_id: id,
        person_id: personIdOf(id),
        is_deleted: false,
        version: 1,
      }),
    ),
  })
  await warehouse.command(
    `INSERT INTO cohort_people (team_id, cohort_id, version, person_id) VALUES (${project}, 1, 1, {ann:UUID})`,
    { ann: personIdOf('ann') },
  )
})
afterAll(() => cleanup())

test('the page has its examples', () => {
  expect(examples.length).toBeGreaterThan(25)
  expect(page.match(/```sql/g)).toHaveLength(examples.length)
})

test('each kind of expression and each table is in an example', () => {
  // `property` is made by the compiler, of a field
  const kinds: Record<Exclude<Expr['kind'], 'property'>, number> = {
    constant: 0,
    field: 0,
    call: 0,
    window_function: 0,
    and: 0,
    or: 0,
    not: 0,
    compare: 0,
    arithmetic: 0,
    between: 0,
    array: 0,
    tuple: 0,
    dict: 0,
    array_access: 0,
    tuple_access: 0,
    cast: 0,
    lambda: 0,
    alias: 0,
    placeholder: 0,
    select: 0,
    select_set: 0,
  }
  const count = (expr: Expr) => {
    if (expr.kind !== 'property') kinds[expr.kind]++
    for (const child of childrenOf(expr)) count(child)
  }
  for (const { query } of examples) count(parseSelect(query))
  expect(Object.entries(kinds).filter(([, times]) => times === 0)).toEqual([])
  const queries = examples.map(({ query }) => query).join('\n')
  for (const name of [...tableNames, ...Object.keys(tableFunctions)]) {
    expect(queries).toMatch(new RegExp(`\\b(?:from|join) ${name}\\b`))
  }
})

test.each(examples)('$query', async ({ query, answer }) => {
  const tree = replacePlaceholders(parseSelect(query), {
    filters: parseExpr("timestamp >= '2024-03-02'"),
    'variables.plan': 'pro',
  })
  const { sql, params } = compile(tree, {
    cohort: (id) => (id === 1 ? parseSelect("select id from persons where properties.plan = 'pro'") : null),
    cohortVersions: [{ id: 1, version: 1, isStatic: false }],
    projectId: project,
    timezone: 'Europe/Berlin',
    propertyType: (kind, key) => (kind === 'event' && key === 'amount' ? 'Numeric' : null),
  })
  expect((await warehouse.query({ sql, params, question: true })).rows, sql).toEqual(answer)
})

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertEvents, insertGroups, personIdOf } from '../../test/events.ts'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { compile } from './compile.ts'
import { parseSelect } from './parse.ts'
import { propertyMap } from './property-column.ts'

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
})
afterAll(() => cleanup())

test('the page has its examples', () => {
  expect(examples.length).toBeGreaterThan(25)
  expect(page.match(/```sql/g)).toHaveLength(examples.length)
})

test.each(examples)('$query', async ({ query, answer }) => {
  const { sql, params } = compile(parseSelect(query), {
    projectId: project,
    timezone: 'Europe/Berlin',
    propertyType: (kind, key) => (kind === 'event' && key === 'amount' ? 'Numeric' : null),
  })
  expect((await warehouse.query({ sql, params, question: true })).rows, sql).toEqual(answer)
})

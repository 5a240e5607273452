import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { field, type Query, select } from './ast.ts'
import { compile } from './compile.ts'
import { type Guarded, guard } from './guard.ts'
import { parseExpr, parseSelect } from './parse.ts'
import type { print } from './print.ts'
import { type Resolved, resolve } from './resolve.ts'
import { physicalTables } from './tables.ts'

const project = 4217
const sqlOf = (query: string) => compile(parseSelect(query), { projectId: project }).sql

/** Without strings, and without names that are texts of expressions. */
const withoutTexts = (sql: string) =>
  sql.replace(/`[^`]*`|'[^']*'/g, (text) => (/^`\w+`$/.test(text) ? text : "''"))

/** Every stored table in the text stands in a SELECT that filters it by the project. */
function unguarded(sql: string): string[] {
  const plain = withoutTexts(sql)
  const reads = [...plain.matchAll(/\bFROM (\w+)(?: AS (`[^`]*`|\w+))?/g)].filter(
    ([, table]) => table !== 'numbers',
  )
  const joined = [...plain.matchAll(/\bJOIN (?!\()(\w+)/g)]
    .map(([, table]) => `joined ${table}`)
    .filter((one) => one !== 'joined numbers')
  return [
    ...joined,
    ...reads.flatMap(([, table, alias]) => {
      if (!(physicalTables as readonly string[]).includes(table!)) return [`unknown ${table}`]
      return plain.includes(`WHERE ${alias ?? table}.team_id = ${project}`) ? [] : [table!]
    }),
  ]
}
/** How many tables are read, how many filters there are. */
const counts = (sql: string) => [
  [...sql.matchAll(/\bFROM (?!\(|numbers)\w/g)].length,
  [...sql.matchAll(new RegExp(`\\.team_id = ${project}\\b`, 'g'))].length,
]

describe('types', () => {
  test('print takes nothing but what guard made, and guard nothing but what resolve made', () => {
    expectTypeOf<Query>().not.toExtend<Parameters<typeof print>[0]>()
    expectTypeOf<Resolved>().not.toExtend<Guarded>()
    expectTypeOf<Query>().not.toExtend<Parameters<typeof guard>[0]>()
    expectTypeOf(guard).returns.toExtend<Parameters<typeof print>[0]>()
  })
})

test.each([
  'select 1 from events',
  'select 1 from events e',
  'select 1 from (select 1 from events)',
  'select (select count() from events) from persons',
  'select 1 from events a join events b on a.uuid = b.uuid',
  'select 1 from events a right join persons p on a.person_id = p.id',
  'select 1 from persons full join events e on e.person_id = persons.id',
  'select 1 from events a, events b, groups',
  'select 1 from events union all select 2 from persons union all (select 3 from groups except select 4 from events)',
  'with e as (select event from events) select (select count() from e), a.event from e a join e b on a.event = b.event',
  'select event from events where person_id in (select id from persons where id in (select person_id from person_distinct_ids))',
  'select person.properties.x, group_0.properties.y, pdi.person.id, person_id from events group by all having count() > (select count() from events)',
  'select arrayMap(x -> (select count() from events), [1]) from numbers(3)',
  "select 1 from events where event = 'x' or 1 = 1",
  'select 1 from events prewhere 1 or 1',
  'select 1 from events order by (select max(timestamp) from events) limit (select 1 from events)',
  'select row_number() over (partition by (select 1 from events) order by (select 2 from persons)) from events',
  'select 1 from events limit 1 by (select 1 from events)',
  'select 1 from events array join (select groupArray(event) from events) as x',
])('guarded: %s', (query) => {
  const sql = sqlOf(query)
  const [tables, filters] = counts(withoutTexts(sql))
  expect(unguarded(sql)).toEqual([])
  expect(tables).toBeGreaterThan(0)
  expect(filters).toBe(tables)
})

test('OR in WHERE does not open the filter', () => {
  expect(sqlOf('select 1 from events where 1 or 2')).toContain(`events.team_id = ${project} AND (1 OR 2)`)
})

test('a tree that names tables where guard can not filter them stops there', () => {
  const forged = (query: Query) => guard({ query, columns: [] } as unknown as Resolved, project)
  const one = field('x')
  expect(() => forged(select({ select: [one], from: { table: field('secrets'), alias: 's' } }))).toThrow(
    'guard: table secrets',
  )
  expect(() => forged(select({ select: [one], from: { table: field('system', 'tables') } }))).toThrow('guard')
  expect(() => forged(select({ select: [one], from: { table: field('url'), tableArgs: [one] } }))).toThrow(
    'guard: table function url',
  )
  const events = { table: field('events'), alias: 'e' }
  expect(() =>
    forged(select({ select: [one], from: { ...events, next: { ...events, joinType: 'JOIN' } } })),
  ).toThrow('beside')
  expect(() =>
    forged(
      select({
        select: [one],
        from: { ...events, next: { table: select({ select: [one] }), alias: 'q', joinType: 'RIGHT JOIN' } },
      }),
    ),
  ).toThrow('past the project filter')
  expect(() => guard(resolve(parseSelect('select 1'), { projectId: 1 }), Number.NaN)).toThrow('no project')
})

const [refused, harmless] = readFileSync(new URL('../../test/hostile-queries.txt', import.meta.url), 'utf8')
  .split('\n\n')
  .map((part) => part.split('\n').filter((line) => line && !line.startsWith('# '))) as [string[], string[]]

test('there are enough of them', () => {
  expect(refused.length + harmless.length).toBeGreaterThan(100)
})

test.each(refused)('refused with a sentence: %s', (query) => {
  expect(() => sqlOf(query)).toThrow(expect.objectContaining({ name: 'HogQLError' }))
})

test.each(harmless)('harmless: %s', (query) => {
  const sql = sqlOf(query)
  expect(unguarded(sql), sql).toEqual([])
})

const words = fc.constantFrom(
  'select',
  'from',
  'events',
  'persons',
  'system.tables',
  'e',
  'as',
  'where',
  'join',
  'left join',
  'right join',
  'on',
  'using',
  '(',
  ')',
  ',',
  '.',
  '*',
  '=',
  '1',
  "'",
  "''",
  '\\',
  '`',
  '"',
  '--',
  '/*',
  '*/',
  ';',
  'union all',
  'with',
  'team_id',
  'or',
  'and',
  'not',
  'in',
  'event',
  "'x'",
  '`events`',
  'group by',
  'order by',
  'limit',
  'array join',
  'file(',
  'url(',
  'numbers(',
  'count()',
  'sleep(1)',
  'dictGet(',
  '{x}',
  '[',
  ']',
  'properties.$a',
  'person.properties.b',
  'x ->',
  'over ()',
  'settings',
  'sample 0.1',
  'final',
  '\n',
  '\0',
  '\u2028',
  "f'",
  '{',
  '}',
  '::',
)
test('text made of dangerous pieces never gives an unguarded table or a forbidden function', () => {
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 14 }),
      fc.constantFrom('', 'select ', 'select 1 from ', 'select 1 from events where '),
      (pieces, start) => {
        let sql: string
        try {
          sql = sqlOf(start + pieces.join(' '))
        } catch (error) {
          if ((error as Error).name !== 'HogQLError') throw error
          return
        }
        expect(unguarded(sql), sql).toEqual([])
        expect(withoutTexts(sql)).not.toMatch(/\b(?:file|url|sleep|dictGet)\(|\bsystem\./)
        const [tables, filters] = counts(withoutTexts(sql))
        expect(filters, sql).toBe(tables)
      },
    ),
    { numRuns: 10_000 },
  )
})

test('text of any kind is parsed or refused with a place in it', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ maxLength: 60 })),
      (text) => {
        try {
          parseExpr(text)
        } catch (error) {
          const { name, span } = error as { name: string; span: { start: number; end: number } }
          expect(name).toBe('HogQLError')
          expect(span.start).toBeGreaterThanOrEqual(0)
          expect(span.end).toBeLessThanOrEqual(text.length)
        }
      },
    ),
    { numRuns: 3000 },
  )
})

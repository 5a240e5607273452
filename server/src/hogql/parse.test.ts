import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import type { HogQLError } from './errors.ts'
import { parseExpr, parseSelect } from './parse.ts'
import { placeholdersOf, replacePlaceholders } from './placeholders.ts'
import { printHogQL } from './print-hogql.ts'

const errorOf = (run: () => unknown): HogQLError => {
  try {
    run()
  } catch (error) {
    return error as HogQLError
  }
  throw new Error('nothing was thrown')
}
const compiled = (text: string) => compile(parseSelect(text), { projectId: 1 })

describe('errors say what is wrong and where', () => {
  test.each([
    ['select user_id from events limit 1', 'user_id', 'Unable to resolve field: user_id.'],
    ['select evnt from events', 'evnt', 'Unable to resolve field: evnt. Did you mean "event"?'],
    ['select e.evnt from events e', 'e.evnt', 'Unable to resolve field: e.evnt.'],
    ['select person from events', 'person', '"person" is a table: name a column of it, like "person.id".'],
    ['select 1 from evnets', 'evnets', 'Unknown table "evnets". Did you mean "events"?'],
    [
      'select 1 from (select 1) x join (select 2) x on 1',
      '(select 2) x on 1',
      'There are two tables named "x"',
    ],
    [
      'select a.event, event from events a, events b',
      'event',
      'Ambiguous query. Found multiple sources for field: event',
    ],
    ['select coutn() from events', 'coutn()', 'Did you mean "count"?'],
    ['select 1 from events where', '', 'Expected an expression, but the query ends.'],
    ['select 1 frm events x', 'events', 'Expected the end of the query, but found "events".'],
    ['select (1', '', 'Expected ")", but the query ends.'],
    ["select 'abc", "'abc", "A string is not closed: ' is missing."],
    ['select a ! b', '!', 'Unexpected character "!".'],
    ['select {x} from events', '{x}', 'Unresolved placeholder: {x}'],
    ['select 1 from {x}', '{x}', 'Unresolved placeholder: {x}'],
    ['select interval 3 days', 'interval 3', 'INTERVAL takes an amount and a unit'],
    ['select x::integr from (select 1 as x)', 'x::integr', 'Can\'t cast to "integr"'],
    ['select where', 'where', 'As a name it needs quotes'],
    ['select 1 from numbers()', 'numbers()', "Table function 'numbers' takes 1 to 3 arguments, found 0."],
  ])('%s', (text, place, message) => {
    const error = errorOf(() => compiled(text))
    expect(error.message).toContain(message)
    expect({ kind: error.kind, code: error.code }).toEqual({ kind: 'invalid', code: 'hogql_error' })
    expect(text.slice(error.span!.start, error.span!.end)).toBe(place)
    expect(error.extra).toEqual(error.span)
  })
})

describe('bounds', () => {
  test('length', () => {
    expect(errorOf(() => parseSelect(`select ${'1,'.repeat(40_000)}`)).message).toContain('too long')
    expect(() => parseSelect('select 1', { maxLength: 7 })).toThrow('at most 7')
  })

  test.each([
    ['brackets', (n: number) => `${'('.repeat(n)}1${')'.repeat(n)}`],
    ['arrays', (n: number) => `${'['.repeat(n)}${']'.repeat(n)}`],
    ['not', (n: number) => `${'not '.repeat(n)}1`],
    ['a chain of sums', (n: number) => `1${'+1'.repeat(n)}`],
    ['a chain of steps', (n: number) => `a${'[1]'.repeat(n)}`],
    ['lambdas', (n: number) => `${'x->'.repeat(n)}1`],
    ['ternaries', (n: number) => `${'1?1:'.repeat(n)}1`],
    ['templates', (n: number) => `${"f'{".repeat(n)}1`],
    ['subqueries', (n: number) => `${'(select '.repeat(n)}1${')'.repeat(n)}`],
  ])('%s, however deep', (_, text) => {
    for (const depth of [300, 5000, 7000]) {
      const query = `select ${text(depth)}`
      if (query.length > 65_000) continue
      try {
        compiled(query)
      } catch (error) {
        expect((error as Error).name, (error as Error).stack).toBe('HogQLError')
      }
    }
  })

  test('CTEs that would multiply are refused', () => {
    const doubling = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1} as (select x.y from a${i} x join a${i} z on 1)`,
    )
    expect(() => compiled(`with a0 as (select 1 as y), ${doubling.join(', ')} select * from a30`)).toThrow(
      'too many',
    )
    const sums = Array.from({ length: 40 }, (_, i) => `a${i} + a${i} as a${i + 1}`)
    expect(() => compiled(`with 1 as a0, ${sums.join(', ')} select a40`)).toThrow('too many')
  })

  test('time grows with the length, not faster', () => {
    const time = (repeats: number) => {
      const text = `select ${Array.from({ length: repeats }, (_, i) => `f(a${i}, x -> x + ${i})`).join(', ')}`
      // the best of several: other processes take their share of the rest
      const runs = Array.from({ length: 9 }, () => {
        const started = performance.now()
        parseSelect(text)
        return performance.now() - started
      })
      return Math.min(...runs)
    }
    time(200)
    // 16 times the text; quadratic would be 256 times the time
    expect(time(1600) / time(100)).toBeLessThan(80)
  })
})

test('long lists of AND, OR and columns are no depth', () => {
  expect(
    compiled(
      `select 1 from events where ${Array.from({ length: 2000 }, (_, i) => `event = 'e${i}'`).join(' or ')}`,
    ).sql,
  ).toContain('e1999')
})

describe('placeholders', () => {
  test('are found and replaced by expressions, values, lists and tables', () => {
    const tree = parseSelect('select {a} from {source} where {filters} and x in {list} and y = {deep.one}')
    expect(placeholdersOf(tree).sort()).toEqual(['a', 'deep.one', 'filters', 'list', 'source'])
    const replaced = replacePlaceholders(tree, {
      a: 'text',
      source: parseSelect('select 1 as x, 2 as y'),
      filters: parseExpr('x > 0'),
      list: [1, 2],
      'deep.one': null,
    })
    expect(printHogQL(replaced).replace(/\s+/g, ' ')).toBe(
      "SELECT 'text' FROM ( SELECT 1 AS x, 2 AS y ) WHERE x > 0 AND x IN (1, 2) AND y = NULL",
    )
    expect(() => replacePlaceholders(tree, { source: 1 })).toThrow('needs a table or a query')
    expect(placeholdersOf(replacePlaceholders(tree, { toString: 1 }))).toHaveLength(5)
  })
})

test('positions are those of the text', () => {
  const text = 'select /* x */ lower(event) as e, 1 + 2 from events'
  const tree = parseSelect(text)
  const place = (node: { span?: { start: number; end: number } }) =>
    text.slice(node.span!.start, node.span!.end)
  expect(tree.kind === 'select' && tree.select.map(place)).toEqual(['lower(event) as e', '1 + 2'])
})

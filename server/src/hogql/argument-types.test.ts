import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testWarehouse } from '../../test/warehouse.ts'
import { type Warehouse, WarehouseError } from '../warehouse/warehouse.ts'
import { takenBy, takenKinds } from './argument-types.ts'
import type { Call, Expr, Query } from './ast.ts'
import { compile } from './compile.ts'
import type { HogQLError } from './errors.ts'
import { findFunction } from './functions.ts'
import { parseExpr, parseSelect } from './parse.ts'
import type { TypeName } from './types.ts'
import { childrenOf, mapChildren } from './visit.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  ;({ warehouse, cleanup } = await testWarehouse())
})
afterAll(() => cleanup())

const compiled = (tree: Query) => compile(tree, { projectId: 1, timezone: 'UTC' })

/** A call of each function that works, by its name in the engine: from docs/hogql-functions.md. */
const page = readFileSync(new URL('../../../docs/hogql-functions.md', import.meta.url), 'utf8')
const examples = new Map(
  [...page.matchAll(/^\| (\w+)\([^ ]*\) \| `(.*)` \| `.*` \|$/gm)].map(([, name, example]) => [
    findFunction(name!)!.clickhouse,
    { name: name!, example: example!.replaceAll('\\|', '|') },
  ]),
)

/** A value of each type; `identity` hides it from the compiler. */
const values: Partial<Record<TypeName, string>> = {
  Integer: '1',
  Float: '1.5',
  Boolean: 'true',
  String: "'a'",
  DateTime: "toDateTime('2024-01-02 03:04:05')",
  Date: "toDate('2024-01-02')",
  UUID: "toUUID('00000000-0000-4000-8000-000000000000')",
  Array: '[1]',
  Tuple: "(1, 'a')",
}

/** @param texts arguments in place of the example's, by position */
function withArguments(
  clickhouse: string,
  position: number,
  texts: (string | undefined)[],
): Query | undefined {
  const { name, example } = examples.get(clickhouse)!
  const tree = parseSelect(`select ${example}`)
  const isIt = (expr: Expr): expr is Call => expr.kind === 'call' && expr.name === name
  const waiting: Expr[] = [tree]
  let target: Call | undefined
  while (waiting.length && !target) {
    const expr = waiting.shift()!
    if (isIt(expr)) target = expr
    else waiting.unshift(...childrenOf(expr))
  }
  if (!target?.args[position]) return undefined
  const args = target.args.map((arg, i) => (texts[i] ? parseExpr(texts[i]) : arg))
  const change = (expr: Expr): Expr => (expr === target ? { ...target, args } : mapChildren(expr, change))
  return change(tree) as Query
}

const claims = takenKinds().flatMap(([name, position, , refused]) =>
  refused.map((type) => ({ name, position, type })),
)

test('what the table says is refused, the engine refuses, whatever the other arguments are', async () => {
  expect(claims.filter(({ name }) => !examples.has(name))).toEqual([])
  const others = fc.array(fc.option(fc.constantFrom(...Object.values(values)), { freq: 2 }), {
    minLength: 6,
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...claims), others, async ({ name, position, type }, beside) => {
      const texts = beside.map((text) => text ?? undefined)
      texts[position] = values[type]
      const hidden = texts.map((text) => text && `identity(${text})`)
      const tree = withArguments(name, position, hidden)
      if (!tree) return
      const { sql, params } = compiled(tree)
      const refusal = await warehouse.query({ sql: `EXPLAIN ${sql}`, params, question: true }).then(
        () => expect.unreachable(`${sql} was taken`),
        (error: unknown) => error,
      )
      expect(refusal, sql).toBeInstanceOf(WarehouseError)
    }),
    { numRuns: 300 },
  )
}, 120_000)

test('and the compiler does, with the place of the argument', () => {
  for (const { name, position, type } of claims) {
    const texts: string[] = []
    texts[position] = values[type]!
    const tree = withArguments(name, position, texts)
    if (!tree) continue
    // a few are made into something else before, which takes more
    if (['fromUnixTimestamp'].includes(name)) continue
    let message = ''
    try {
      compiled(tree)
    } catch (error) {
      message = (error as HogQLError).message
      expect((error as HogQLError).span, message).toMatchObject({ start: 0, end: values[type]!.length })
    }
    expect(message, `${name}, argument ${position + 1}: ${type}`).toMatch(
      /^Function '\w+' takes .+, found .+: .+\.$/,
    )
  }
})

describe('says what to write instead', () => {
  test.each<[query: string, place: string, sentence: string]>([
    ['select lower(1)', '1', "Function 'lower' takes text, found a number: toString(…) makes text of it."],
    [
      'select position(event, timestamp) from events',
      'timestamp',
      "Function 'position' takes text as argument 2, found a time: toString(…) makes text of it.",
    ],
    [
      "select toYear('2024')",
      "'2024'",
      "Function 'toYear' takes a time, found text: toDateTime(…) makes a time of it.",
    ],
    [
      'select sumIf(event, true) from events',
      'event',
      "Function 'sumIf' takes a number as argument 1, found text: toFloat(…) makes a number of it, null where it is none.",
    ],
    [
      'select arraySum(uuid) from events',
      'uuid',
      "Function 'arraySum' takes a list, found a UUID: […] makes a list of it.",
    ],
    [
      "select 1 + 'a'",
      "'a'",
      "'+' takes numbers, found text: toFloat(…) makes a number of it, null where it is none.",
    ],
    [
      'select -event from events',
      'event',
      "'-' takes numbers, found text: toFloat(…) makes a number of it, null where it is none.",
    ],
    [
      "select plus('a', 1)",
      "'a'",
      "'+' takes numbers, found text: toFloat(…) makes a number of it, null where it is none.",
    ],
  ])('%s', (query, place, sentence) => {
    try {
      compiled(parseSelect(query))
    } catch (error) {
      const { message, span } = error as HogQLError
      expect(message).toBe(sentence)
      expect(query.slice(span!.start, span!.end)).toBe(place)
      return
    }
    expect.unreachable('it was taken')
  })
})

test.each([
  // a property of no known type is text, and taken for the number that it spells
  'select sum(properties.amount), max(properties.amount + 1) from events',
  'select length([1]), reverse([1, 2]), arraySum(reverse([1, 2])), arraySum(concat([1], [2]))',
  "select toYear(avg(toDateTime('2024-01-02'))), toYear(quantile(0.5)(toDate('2024-01-02')))",
  "select toHour(greatest(toDate('2024-01-02'), toDateTime('2024-01-02 03:04:05')))",
  'select sumArray([1, 2]), sumForEach([1, 2]), sumMap([1], [2])',
  'select lower(null), round(null), toYear(null), arrayMap(x -> lower(x), [event]) from events',
  "select toDateTime('2024-01-02') + 1, toDate('2024-01-02') - interval 1 day, now() - now() > 0",
  'select L1Norm((1, 2)), arrayMin(x -> -x, [1, 2]), abs(true), toString(1) || 2',
])('takes what the engine takes: %s', async (query) => {
  const { sql, params } = compiled(parseSelect(query))
  await warehouse.query({ sql, params, question: true })
})

test('endings of aggregates leave their arguments as they are', () => {
  expect([takenBy('sum', 0), takenBy('sumIfOrNull', 0), takenBy('sumDistinct', 0)]).toEqual([
    'number',
    'number',
    'number',
  ])
  expect([takenBy('sumArray', 0), takenBy('sumState', 0), takenBy('lower', 1)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

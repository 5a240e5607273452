import { afterAll, beforeAll, expect, test } from 'vitest'
import { testWarehouse } from '../../test/warehouse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { compile } from './compile.ts'
import { findFunction, functionNames } from './functions.ts'
import { parseSelect } from './parse.ts'

let warehouse: Warehouse
let cleanup: () => Promise<void>
beforeAll(async () => {
  ;({ warehouse, cleanup } = await testWarehouse())
})
afterAll(() => cleanup())

const compiled = (text: string) => compile(parseSelect(text), { projectId: 1 })

// Names that the compiler turns into something else.
const ours = ['toInt', 'toFloat', 'dateAdd', 'dateSub', 'cast']

test('every allowed function is one of the engine, aggregate where it says so', async () => {
  const answer = await warehouse.query({
    sql: 'SELECT name, is_aggregate, case_insensitive FROM system.functions UNION ALL SELECT name, 1, 0 FROM system.aggregate_function_combinators',
  })
  const known = new Map(answer.rows.map(([name, aggregate]) => [String(name), aggregate === 1]))
  const unknown = functionNames().filter((name) => {
    const { clickhouse, aggregate } = findFunction(name)!
    return !ours.includes(clickhouse) && known.get(clickhouse) !== aggregate && !findFunction(name)!.window
  })
  expect(unknown).toEqual([])
})

test('there are at least 250 of them', () => {
  expect(functionNames().length).toBeGreaterThanOrEqual(250)
})

test.each([
  'file',
  'url',
  'remote',
  'dictGet',
  'dictGetString',
  'joinGet',
  'getSetting',
  'sleep',
  'sleepEachRow',
  'throwIf',
  'currentDatabase',
  'currentUser',
  'hostName',
  'version',
  'getMacro',
  'hasColumnInTable',
  'filesystemAvailable',
  'addressToLine',
  'demangle',
  'initializeAggregation',
  'arrayReduce',
  'arrayReduceInRanges',
  'evalMLMethod',
  'catboostEvaluate',
  'executable',
  'queryID',
  'serverUUID',
  'uptime',
  'tcpPort',
  'buildId',
  'generateRandomStructure',
  'dictGetIf',
  'sleepIf',
  'toString_',
  'constructor',
  '__proto__',
  'hasOwnProperty',
  'valueOf',
])('%s is refused', (name) => {
  expect(() => compiled(`select ${name}('x')`)).toThrow(/Unsupported function call/)
})

test.each([
  ['select coutn()', 'Unsupported function call \'coutn(...)\'. Did you mean "count"?'],
  ['select length()', "Function 'length' expects 1 argument, found 0."],
  ['select quantile(0.5, 0.6)(1)', "Function 'quantile' expects 0 to 1 parameters, found 2."],
  ['select lower(1)(2)', "Function 'lower' expects 0 parameters, found 1."],
  ['select row_number()', "Function 'row_number' needs a window: row_number(…) over (…)."],
  ["select lower('a') over ()", "Function 'lower' cannot be used with a window (over …)."],
])('%s: a sentence', (text, message) => {
  expect(() => compiled(text)).toThrow(message)
})

test('aggregates take the usual endings, scalars do not', () => {
  for (const name of [
    'countIf',
    'sumDistinctIf',
    'uniqExactIf',
    'avgOrNull',
    'groupArrayIf',
    'quantileIf',
    'sumArray',
  ]) {
    expect(findFunction(name), name).toBeDefined()
  }
  for (const name of ['lowerIf', 'ifIf', 'countUnless', 'IfIf'])
    expect(findFunction(name), name).toBeUndefined()
})

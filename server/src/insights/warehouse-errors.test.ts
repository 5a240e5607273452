import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testWarehouse } from '../../test/warehouse.ts'
import { trendsQuery } from './insight-queries.ts'
import { hogqlQuery } from './queries.ts'
import { createInsights, type Insights } from './run.ts'
import { cleanMessage } from './warehouse-errors.ts'

let insights: Insights
let cleanup: () => Promise<void>

beforeAll(async () => {
  const made = await testWarehouse()
  cleanup = made.cleanup
  insights = createInsights({
    warehouse: made.warehouse,
    findProject: () => ({
      timezone: 'UTC',
      testAccountFilters: [],
      botFilter: 'off',
      dropEventsOlderThan: null,
    }),
    propertyTypes: async () => () => null,
  })
})
afterAll(() => cleanup())

const run = (query: string, limits: object = {}) =>
  insights.run(1, hogqlQuery.parse({ kind: 'HogQLQuery', query }), { limits })

describe('what the engine refuses, said to the one who asked', () => {
  it('too long', async () => {
    const slow = 'select count() from numbers(100000000000) where cityHash64(number) = 1'
    await expect(run(slow, { maxExecutionMs: 300 })).rejects.toMatchObject({
      kind: 'invalid',
      code: 'query_timeout',
      message: expect.stringContaining('took too long and was stopped'),
    })
  })
  it('too much memory', async () => {
    const wide = 'select groupArray(number) from numbers(50000000)'
    await expect(run(wide, { maxMemoryBytes: 20_000_000 })).rejects.toMatchObject({
      code: 'query_memory_limit',
    })
  })
  it('a value of the wrong kind', async () => {
    await expect(run("select dateDiff('fortnight', now(), now())")).rejects.toMatchObject({
      kind: 'invalid',
      code: 'query_error',
      message: expect.stringMatching(/^(?!.*(?:DB::|Code:|SELECT)).*fortnight/),
    })
  })
})

describe('says where in the text it is', () => {
  // `identity` hides from the compiler what the engine then finds
  it.each<[query: string, place: string, sentence: string]>([
    ['select lower(event), lower(identity(1)) from events', 'lower(identity(1))', 'of function lower'],
    ['select length(lower(identity(2)))', 'lower(identity(2))', 'UInt8'],
    ['select lower(lower(identity(3)))', 'lower(identity(3))', 'lower'],
    [
      'select event from events where event = 1 + identity(event) or lower(event) = 1',
      '1 + identity(event)',
      'plus',
    ],
    ['select arrayMap(x -> upper(x), [1, 2])', 'upper(x)', 'upper'],
    ['select a from (select upper(identity(1)) as a) order by upper(a)', 'upper(identity(1))', 'upper'],
    [
      'with t as (select toYear(identity(event)) as y from events) select y from t',
      'toYear(identity(event))',
      'toYear',
    ],
    ["select count(), [1, 'a'], [1, 2]", "[1, 'a']", 'supertype'],
    ["select greatest(1, 2), greatest(identity(1), 'a')", "greatest(identity(1), 'a')", 'supertype'],
    ['select sum(1), sumIf(identity(event), true) from events', 'sumIf(identity(event), true)', 'sum'],
    [
      'select count() from events group by toStartOfDay(identity(event))',
      'toStartOfDay(identity(event))',
      'toStartOfDay',
    ],
    ['select event from events having not identity(event)', 'not identity(event)', 'not'],
    ['select identity([1])[identity(event)] from events', 'identity([1])[identity(event)]', 'arrayElement'],
    ['select (1, 2).3, (1, 2).1', '(1, 2).3', 'element'],
    ['select row_number() over (order by lower(identity(1)))', 'lower(identity(1))', 'lower'],
    ['select 1 union all select lower(identity(1))', 'lower(identity(1))', 'lower'],
    [
      'select if(identity(event), 1, 2), if(1 = 1, 1, 2) from events',
      'if(identity(event), 1, 2)',
      'condition',
    ],
    [
      'select a.event from events a join events b on a.event = lower(identity(1))',
      'lower(identity(1))',
      'lower',
    ],
  ])('%s', async (query, place, sentence) => {
    for (const explain of [false, true]) {
      const question = hogqlQuery.parse({ kind: 'HogQLQuery', query, explain })
      const error = await insights.run(1, question).then(
        () => expect.unreachable('it was answered'),
        (thrown) => thrown,
      )
      expect(error).toMatchObject({ kind: 'invalid', code: 'query_error', attr: 'query' })
      expect(error.message).toContain(sentence)
      expect(error.message).toMatch(/, in `.+`\.$/)
      expect(query.slice(error.extra.start, error.extra.end), error.message).toBe(place)
    }
  })

  it('not where only running it shows it; of an expression in a question, the place in the expression', async () => {
    const runs = 'select intDiv(1, number) from numbers(2)'
    await expect(run(runs)).rejects.toMatchObject({ kind: 'invalid', extra: undefined })
    const trend = trendsQuery.parse({
      kind: 'TrendsQuery',
      series: [{ kind: 'EventsNode', math: 'hogql', math_hogql: 'sum(lower(identity(1)))' }],
    })
    await expect(insights.run(1, trend)).rejects.toMatchObject({ extra: { start: 4, end: 22 } })
  })

  it('an id that is none is refused, not a fault', async () => {
    await expect(run("select event from events where uuid = 'x'")).rejects.toMatchObject({ kind: 'invalid' })
  })
})

it('a message without code, version, names and SQL of ours', () => {
  expect(
    cleanMessage(
      "Code: 43. DB::Exception: Illegal type String of argument of function plus: In scope SELECT 'a' + 1 FROM events. (ILLEGAL_TYPE_OF_ARGUMENT) (version 26.1.1.1 (official build))",
    ),
  ).toBe('Illegal type String of argument of function plus')
})

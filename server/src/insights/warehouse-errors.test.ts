import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testWarehouse } from '../../test/warehouse.ts'
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

it('a message without code, version, names and SQL of ours', () => {
  expect(
    cleanMessage(
      "Code: 43. DB::Exception: Illegal type String of argument of function plus: In scope SELECT 'a' + 1 FROM events. (ILLEGAL_TYPE_OF_ARGUMENT) (version 26.1.1.1 (official build))",
    ),
  ).toBe('Illegal type String of argument of function plus')
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { testWarehouse } from '../../test/warehouse.ts'

let t: Awaited<ReturnType<typeof testWarehouse>>
beforeAll(async () => {
  t = await testWarehouse()
})
afterAll(() => t.cleanup())

test('an answer has columns, rows and its cost', async () => {
  const answer = await t.warehouse.query({
    sql: 'SELECT number, toUInt64(number) * 10000000000000000, {a:String}, nan FROM numbers(2)',
    params: { a: "x'y" },
  })
  expect(answer.rows).toEqual([
    ['0', '0', "x'y", null],
    ['1', '10000000000000000', "x'y", null],
  ])
  expect(answer.stats.rowsRead).toBe(2)
})

test('a row', async () => {
  const row = JSON.stringify({
    team_id: 1,
    old_person_id: crypto.randomUUID(),
    person_id: crypto.randomUUID(),
    version: 1,
  })
  for (const token of ['a', 'a', 'b'])
    await t.warehouse.insert({ table: 'person_overrides', rows: [row], token })
  const { rows } = await t.warehouse.query({ sql: 'SELECT count() FROM person_overrides' })
  expect(rows).toEqual([['2']])
})

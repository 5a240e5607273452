import { expect, test } from 'vitest'
import { withQuery } from './past.ts'

test('the last query stands first, once, and not more are kept than one looks through', () => {
  const two = withQuery(withQuery([], 'select 1', 1), 'select 2', 2)
  expect(withQuery(two, 'select 1', 3)).toEqual([
    { query: 'select 1', at: 3 },
    { query: 'select 2', at: 2 },
  ])
  const many = Array.from({ length: 60 }).reduce<ReturnType<typeof withQuery>>(
    (past, _, at) => withQuery(past, `select ${at}`, at),
    [],
  )
  expect(many).toHaveLength(50)
  expect(many[0]?.query).toBe('select 59')
  expect(withQuery(two, 'x'.repeat(30_000), 3)).toBe(two)
})

import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { startPostgres } from '../../test/postgres.ts'
import { createDatabase } from '../database/create-database.ts'
import type { Database } from '../database/database.ts'
import { rateLimitsSuite } from './rate-limits.suite.ts'
import { createSharedRateLimits, forgetIdle } from './shared.ts'

rateLimitsSuite('three processes on PostgreSQL', async () => {
  const postgres = await startPostgres()
  afterAll(() => postgres.stop())
  const url = await postgres.freshUrl()
  const opened: Database[] = []
  afterAll(() => Promise.all(opened.map((database) => database.close())))
  for (let n = 0; n < 3; n++) opened.push(await createDatabase({ url }))
  return opened.map(createSharedRateLimits)
})

let database: Database
beforeAll(async () => {
  database = await testDatabase(afterAll)
})

test('a limit that is set to another number begins anew', async () => {
  const limits = createSharedRateLimits(database)
  const named = (most: number) => [{ whose: 'x', limit: { name: 'a', most, windowMs: 60_000 } }]
  for (let n = 0; n < 3; n++) expect((await limits.take(named(3))).waitMs).toBeNull()
  expect((await limits.take(named(3))).waitMs).not.toBeNull()
  expect((await limits.take(named(5))).uses[0]!.used).toBe(1)
})

test('what nobody has used for a day is forgotten', async () => {
  const limits = createSharedRateLimits(database)
  const limit = { name: 'b', most: 3, windowMs: 60_000 }
  await limits.take([{ whose: 'old', limit }])
  await limits.take([{ whose: 'new', limit }])
  await database.db.execute(
    sql`update rate_limit_logs set used_at = now() - interval '25 hours' where name like '%old'`,
  )
  await forgetIdle(database)
  const left = await database.db.execute(sql`
    select l.name as log, t.name as times from rate_limit_logs l full join rate_limit_times t on t.name = l.name
    where coalesce(l.name, t.name) like 'b%'`)
  expect(left).toEqual([{ log: 'b 3 new', times: 'b 3 new' }])
})

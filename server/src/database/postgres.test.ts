import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { createDatabase } from './create-database.ts'
import { databaseSuite } from './database.suite.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())

databaseSuite('PostgreSQL', () => postgres.freshDatabase())

test('after a lost connection the pool goes on, and listeners hear that they may have missed something', async () => {
  const database = await postgres.freshDatabase()
  try {
    const heard: (string | null)[] = []
    await database.listen('changes', (payload) => heard.push(payload))
    await database.db.execute(sql`select 1`)
    await postgres.dropConnections()
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual([null])
    await database.notify('changes', 'again')
    await expect.poll(() => heard).toEqual([null, 'again'])
  } finally {
    await database.close()
  }
})

test('a connection lost in the middle of a transaction fails it, and nothing else', async () => {
  const database = await postgres.freshDatabase()
  try {
    const work = database.transaction(async (tx) => {
      await tx.execute(sql`select 1`)
      await postgres.dropConnections()
      // Nobody asks it anything when it breaks.
      await sleep(200)
      await tx.execute(sql`select 2`)
    })
    await expect(work).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await database.db.execute(sql`select 3 as n`)).toEqual([{ n: 3 }])
  } finally {
    await database.close()
  }
})

test('processes that start together migrate once', async () => {
  const url = await postgres.freshUrl()
  const empty = await createDatabase({ url })
  await empty.db.execute(sql`drop schema public cascade`)
  await empty.db.execute(sql`create schema public`)
  await empty.close()
  const databases = await Promise.all([1, 2, 3].map(() => createDatabase({ url })))
  const [row] = await databases[0]!.db.execute(
    sql`select count(*) as n from schema_migrations where name like '0000%'`,
  )
  expect(row).toEqual({ n: 1 })
  await Promise.all(databases.map((database) => database.close()))
})

test('a server that is away is told as unavailable', async () => {
  const away = createDatabase({ url: 'postgresql://postgres@127.0.0.1:1/none' })
  await expect(away).rejects.toMatchObject({ kind: 'unavailable', retryAfter: 1 })
})

test('a database made by a newer version is refused with a sentence', async () => {
  const url = await postgres.freshUrl()
  const database = await createDatabase({ url })
  await database.db.execute(sql`insert into schema_migrations (name, hash) values ('9999_future', 'x')`)
  await database.close()
  await expect(createDatabase({ url })).rejects.toThrow(/newer version of Hedgerow.*9999_future/)
})

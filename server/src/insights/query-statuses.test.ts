import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { startPostgres } from '../../test/postgres.ts'
import { createDatabase } from '../database/create-database.ts'
import type { Database } from '../database/database.ts'
import { queryStatusesSuite } from './query-statuses.suite.ts'
import { createQueryStatuses } from './query-statuses.ts'
import { createSharedQueryStatuses, queryStatusesTask } from './query-statuses-shared.ts'

queryStatusesSuite('in memory', async () => [createQueryStatuses({ now: () => new Date() })])

queryStatusesSuite('three processes on PostgreSQL', async () => {
  const postgres = await startPostgres()
  afterAll(() => postgres.stop())
  const url = await postgres.freshUrl()
  const opened: Database[] = []
  afterAll(() => Promise.all(opened.map((one) => one.close())))
  for (let n = 0; n < 3; n++) opened.push(await createDatabase({ url }))
  return opened.map(createSharedQueryStatuses)
})

let database: Database
beforeAll(async () => {
  database = await testDatabase(afterAll)
})

const age = (column: string, id: string, by: string) =>
  database.db.execute(
    sql`update query_statuses set ${sql.identifier(column)} = ${sql.identifier(column)} - ${by}::interval where id = ${id}`,
  )

test('what its process does not speak for any more has failed, and can begin anew', async () => {
  const statuses = createSharedQueryStatuses(database)
  await statuses.begin(1, 'orphan')
  await age('spoken_at', 'orphan', '31 seconds')
  expect(await statuses.find(1, 'orphan')).toMatchObject({
    ...{ complete: true, error: true, results: null },
    error_message: 'The server that calculated this has ended. Ask again.',
  })
  expect((await statuses.begin(1, 'orphan')).isNew).toBe(true)
  expect(await statuses.find(1, 'orphan')).toMatchObject({ complete: false })

  // one that was only silent for long still ends well
  await age('spoken_at', 'orphan', '31 seconds')
  await statuses.end(1, 'orphan', { results: [1] })
  expect(await statuses.find(1, 'orphan')).toMatchObject({ complete: true, error: false, results: [1] })
})

test('what has expired is not found, and forgotten', async () => {
  const statuses = createSharedQueryStatuses(database)
  for (const id of ['old', 'new']) {
    await statuses.begin(7, id)
    await statuses.end(7, id, { results: [] })
  }
  await age('expires_at', 'old', '21 minutes')
  expect(await statuses.find(7, 'old')).toBeUndefined()
  await queryStatusesTask(database).run({}, new AbortController().signal)
  const left = await database.db.execute(sql`select id from query_statuses where project_id = 7`)
  expect(left).toEqual([{ id: 'new' }])
})

import { testDatabase } from '../../test/database.ts'
import { startPostgres } from '../../test/postgres.ts'
import { personStoreSuite } from './person-store.suite.ts'

personStoreSuite('PGlite', testDatabase)
personStoreSuite('PostgreSQL', async (whenDone) => {
  const postgres = await startPostgres()
  whenDone(() => postgres.stop())
  const database = await postgres.freshDatabase()
  whenDone(() => database.close())
  return database
})

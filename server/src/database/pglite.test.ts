import { testDatabase } from '../../test/database.ts'
import { databaseSuite } from './database.suite.ts'

databaseSuite('PGlite', testDatabase)

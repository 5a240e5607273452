import { testDatabase } from '../../test/database.ts'
import { blobsSuite } from './blobs.suite.ts'
import { createDatabaseBlobs } from './in-database.ts'

blobsSuite(async () => {
  const closing: (() => Promise<void>)[] = []
  const database = await testDatabase((close) => closing.push(close))
  return {
    blobs: createDatabaseBlobs({ database }),
    cleanUp: async () => {
      for (const close of closing) await close()
    },
  }
})

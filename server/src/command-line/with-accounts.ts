import { join } from 'node:path'
import type { Config } from '../config.ts'
import { createDatabase } from '../database/create-database.ts'
import { holderOf, lockDataDir } from '../kit/data-dir-lock.ts'
import { askLocalControl, localControlPath } from '../local-control.ts'
import { accountVerbs } from './account-verbs.ts'

/**
 * Runs one of `accountVerbs`: at the PostgreSQL server where one is configured, by way of the running server where
 * one has the data folder, else on the stores themselves.
 */
export async function runAccountVerb(config: Config, verb: string, input: unknown): Promise<unknown> {
  if (config.databaseUrl === null && (await holderOf(config.dataDir)) !== null) {
    return askLocalControl(localControlPath(config.dataDir), verb, input)
  }
  const lock = config.databaseUrl === null ? await lockDataDir(config.dataDir) : null
  try {
    const database = await createDatabase(
      config.databaseUrl === null
        ? { dataDir: join(config.dataDir, 'database') }
        : { url: config.databaseUrl, connections: 2 },
    )
    try {
      const verbs = accountVerbs({ database, changed: () => database.notify('directory', 'command line') })
      return await verbs[verb]!(input)
    } finally {
      await database.close()
    }
  } finally {
    await lock?.release()
  }
}

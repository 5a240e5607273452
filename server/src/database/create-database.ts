import { AsyncLocalStorage } from 'node:async_hooks'
import { createTableRelationsHelpers, extractTablesRelationalConfig } from 'drizzle-orm'
import { PgDatabase, PgDialect } from 'drizzle-orm/pg-core'
import { PgRemoteSession } from 'drizzle-orm/pg-proxy'
import type { Database, Queries } from './database.ts'
import type { Driver, Session } from './driver.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'
import * as schema from './schema.ts'
import { encodeParam } from './values.ts'

/**
 * `dataDir`: a folder that no other process opens (see `kit/data-dir-lock.ts`), or null for memory.
 * `url`: a PostgreSQL server, 15 or later.
 */
export type DatabaseOptions =
  | { dataDir: string | null; snapshot?: Blob }
  | { url: string; connections?: number }

/**
 * Opens the database and brings its schema up to date.
 * @throws MigrationError when the database was made by a newer version, or a migration was changed afterwards.
 */
export async function createDatabase(options: DatabaseOptions): Promise<Database> {
  const driver = 'url' in options ? openPostgres(options) : await openPglite(options)
  try {
    await migrate(driver)
  } catch (error) {
    await driver.close()
    throw error
  }
  return overDriver(driver)
}

type Scope = { open: boolean }

function overDriver(driver: Driver): Database {
  const scopes = new AsyncLocalStorage<Scope | undefined>()
  const refuseInTransaction = (what: string) => {
    if (scopes.getStore()?.open) {
      throw new Error(`${what} was used inside a transaction: use the transaction's own handle`)
    }
  }
  const db = queriesOver(driver, () => refuseInTransaction('the database'))
  return {
    db,
    transaction: async (work) => {
      refuseInTransaction('database.transaction')
      const scope: Scope = { open: true }
      return driver.transaction(async (session) => {
        const tx = queriesOver(session, () => {
          if (!scope.open) throw new Error('a transaction was used after its end')
        })
        try {
          return await scopes.run(scope, () => work(tx))
        } finally {
          scope.open = false
        }
      })
    },
    notify: async (channel, payload) => {
      refuseInTransaction('database.notify')
      await driver.query({ text: 'select pg_notify($1, $2)', params: [channel, payload], rows: 'array' })
    },
    listen: async (channel, listener) => {
      refuseInTransaction('database.listen')
      // A notification may arrive while somebody else's transaction is the current context: leave it.
      return driver.listen(channel, (payload) => scopes.run(undefined, () => listener(payload)))
    },
    close: () => driver.close(),
  }
}

const tables = extractTablesRelationalConfig(schema, createTableRelationsHelpers)
const relations = { fullSchema: schema, schema: tables.tables, tableNamesMap: tables.tableNamesMap }
const dialect = new PgDialect()

/** Drizzle over one session. `check` runs before each statement and may refuse it. */
function queriesOver(session: Session, check: () => void): Queries {
  const remote = new PlainErrorsSession(
    async (text, params, method) => {
      check()
      const rows = method === 'execute' ? 'object' : 'array'
      return { rows: await session.query({ text, params: params.map(encodeParam), rows }) }
    },
    dialect,
    relations as never,
  )
  return new PgDatabase(dialect, remote, relations as never) as unknown as Queries
}

/**
 * Drizzle wraps every error in one that hides the SQLSTATE and puts all parameters, secrets too, into its message.
 * This session lets PostgreSQL's own errors through.
 */
class PlainErrorsSession extends PgRemoteSession<typeof schema, typeof tables.tables> {
  override prepareQuery(...args: Parameters<PgRemoteSession<never, never>['prepareQuery']>) {
    const prepared = super.prepareQuery(...args)
    const wrapping = prepared as unknown as {
      queryWithCache: <T>(text: string, params: unknown[], run: () => Promise<T>) => Promise<T>
    }
    wrapping.queryWithCache = (_text, _params, run) => run()
    return prepared as never
  }
}

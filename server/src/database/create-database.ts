import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTableRelationsHelpers, extractTablesRelationalConfig } from 'drizzle-orm'
import { PgDatabase, PgDialect } from 'drizzle-orm/pg-core'
import { PgRemoteSession } from 'drizzle-orm/pg-proxy'
import { HedgerowError, unavailable } from '../model/errors.ts'
import type { Database, Queries } from './database.ts'
import type { Driver, Session } from './driver.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'
import * as schema from './schema.ts'
import { encodeParam } from './values.ts'

export type DatabaseOptions =
  /** A folder that no other process opens (see `kit/data-dir-lock.ts`), or null for memory. */
  | {
      dataDir: string | null
      /** A file that a new database starts with. */
      snapshot?: string
      /** Default 5 s. */
      statementTimeoutMs?: number
      /** Default five minutes. */
      vacuumEveryMs?: number
    }
  | {
      /** A PostgreSQL server, 15 or later. */
      url: string
      connections?: number
      /**
       * Given, a server that is away does not stop the start: every call says `unavailable` until it answers and
       * its schema is up to date. Called with the MigrationError if it then turns out not to fit.
       */
      whenRefused?: (error: unknown) => void
    }

/**
 * Opens the database and brings its schema up to date.
 * @throws MigrationError when the database was made by a newer version, or a migration was changed afterwards;
 * HedgerowError `unavailable` when a server is away and `whenRefused` is not given.
 */
export async function createDatabase(options: DatabaseOptions): Promise<Database> {
  const driver = 'url' in options ? openPostgres(options) : await openPglite(options)
  try {
    await migrate(driver)
    return overDriver(driver)
  } catch (error) {
    if (!isAway(error) || !('url' in options) || !options.whenRefused) {
      await driver.close()
      throw error
    }
    return overDriver(migratedLater(driver, options.whenRefused))
  }
}

const isAway = (error: unknown) => error instanceof HedgerowError && error.kind === 'unavailable'

/** The driver once its schema is up to date; until then every call is refused as unavailable. */
function migratedLater(driver: Driver, whenRefused: (error: unknown) => void): Driver {
  let ready = false
  const stopped = new AbortController()
  const bringUp = async () => {
    while (!ready) {
      await sleep(1_000, undefined, { ref: false, signal: stopped.signal })
      try {
        await migrate(driver)
        ready = true
      } catch (error) {
        if (!isAway(error)) throw error
      }
    }
  }
  const finished = bringUp().catch((error: unknown) => {
    if (!stopped.signal.aborted) whenRefused(error)
  })
  const whenReady = async <T>(use: () => Promise<T>): Promise<T> => {
    if (!ready) throw unavailable('The database has not answered since the start.')
    return use()
  }
  return {
    query: (statement) => whenReady(() => driver.query(statement)),
    exec: (text) => whenReady(() => driver.exec(text)),
    transaction: (work) => whenReady(() => driver.transaction(work)),
    listen: (channel, listener) => whenReady(() => driver.listen(channel, listener)),
    close: async () => {
      stopped.abort()
      await finished
      await driver.close()
    },
  }
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
        const watched = rememberFailure(session)
        const tx = queriesOver(watched.session, () => {
          if (!scope.open) throw new Error('a transaction was used after its end')
        })
        try {
          const result = await scopes.run(scope, () => work(tx))
          // PostgreSQL answers COMMIT of a failed transaction by rolling back, without an error.
          if (watched.failure()) throw watched.failure()
          return result
        } finally {
          scope.open = false
        }
      })
    },
    run: async (text, params = []) => {
      refuseInTransaction('database.run')
      const script = /^\s*BEGIN;([\s\S]*)COMMIT;\s*$/i.exec(text)?.[1]
      if (script !== undefined) {
        // Not as it is: where a statement of it failed, the connection would be left in a failed transaction.
        await driver.transaction((session) => session.exec(script))
        return []
      }
      const rows = await driver.query({ text, params: params.map(encodeParam), rows: 'object' })
      return rows as Record<string, unknown>[]
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

/** The session, and the error of a statement that has failed in it: after one, nothing will be committed. */
function rememberFailure(session: Session): { session: Session; failure: () => unknown } {
  let failure: unknown
  return {
    failure: () => failure,
    session: {
      exec: session.exec,
      query: async (statement) => {
        try {
          const rows = await session.query(statement)
          if (/^\s*rollback to\b/i.test(statement.text)) failure = undefined
          return rows
        } catch (error) {
          failure ??= error
          throw error
        }
      },
    },
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

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Session } from './driver.ts'

/** The database and this program do not fit together; the message says what to do. */
export class MigrationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MigrationError'
  }
}

type Migration = { name: string; sql: string; hash: string }

const folder = new URL('./migrations/', import.meta.url)

/** The checked-in migrations in their order. */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8')
      return { name: name.replace(/\.sql$/, ''), sql, hash: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/** Applies what is missing, all of it or nothing, one process at a time. */
export async function migrate(driver: {
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
}): Promise<void> {
  const migrations = await readMigrations()
  await driver.transaction(async (session) => {
    // Whoever comes second waits here until the first is done, however long that takes.
    await session.exec(`SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(725190441);
      CREATE TABLE IF NOT EXISTS schema_migrations
        (name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`)
    const applied = (await session.query({
      text: 'SELECT name, hash FROM schema_migrations ORDER BY name',
      params: [],
      rows: 'object',
    })) as { name: string; hash: string }[]
    for (const { name, sql, hash } of missing(migrations, applied)) {
      await session.exec(sql)
      await session.query({
        text: 'INSERT INTO schema_migrations (name, hash) VALUES ($1, $2)',
        params: [name, hash],
        rows: 'array',
      })
    }
  })
}

/** What is left to apply. Refuses a database that this program does not know. */
export function missing(migrations: Migration[], applied: { name: string; hash: string }[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, hash } of applied) {
    const ours = known.get(name)
    if (!ours) {
      throw new MigrationError(
        `The database was made by a newer version of Hedgerow (it has the migration ${name}). Start that version, or restore a backup.`,
      )
    }
    if (ours.hash !== hash) {
      throw new MigrationError(
        `The migration ${name} was changed after this database had applied it. Start the version that made the database.`,
      )
    }
  }
  const done = new Set(applied.map(({ name }) => name))
  return migrations.filter(({ name }) => !done.has(name))
}

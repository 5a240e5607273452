import { Session } from 'chdb'
import { questionRole } from './configuration.ts'
import { EngineError } from './engine-error.ts'
import { quoteIdentifier, quoteString } from './parameters.ts'
import type { InsertTarget } from './statement.ts'

export type SessionSettings = Readonly<Record<string, string>>

/** `question`: only with the rights of that role. */
type ReadOptions = { format: string; database: string; settings: SessionSettings; question: boolean }

export type QueryOutcome = { bytes: Uint8Array; resultRows: number; seconds: number }
export type InsertOutcome = { rowsWritten: number; bytesWritten: number; seconds: number }

/** One connection into chDB. It runs one statement at a time; several of them run beside each other. */
export type EngineSession = {
  query(sql: string, options: ReadOptions): Promise<QueryOutcome>
  /** Chunks of an answer in a format whose rows stand alone. The connection is taken until the iteration ends. */
  stream(sql: string, options: ReadOptions): AsyncIterable<{ bytes: Uint8Array; rows: number }>
  insert(
    target: InsertTarget,
    rows: Uint8Array,
    options: { database: string; settings: SessionSettings },
  ): Promise<InsertOutcome>
  close(): void
}

const formats = {
  jsoneachrow: 'JSONEachRow',
  jsoncompacteachrow: 'JSONCompactEachRow',
  csv: 'CSV',
  csvwithnames: 'CSVWithNames',
  tsv: 'TSV',
  tabseparated: 'TSV',
  tsvwithnames: 'TSVWithNames',
  tabseparatedwithnames: 'TSVWithNames',
} as const

/**
 * Opens a connection on the data folder; the first one of the process loads the engine's tables.
 * `SET`, `SET ROLE` and `USE` stick to a connection, so what is set is remembered and only differences are sent.
 */
export function openSession(dataDir: string, connectionArgs: string[]): EngineSession {
  const session = new Session(dataDir, { connectionArgs })
  let current: SessionSettings = {}
  let currentDatabase = 'default'
  let asking = false
  let soiled = false

  /**
   * Runs one statement. What a failed one had written before it failed stays in the connection, and chDB puts it in
   * front of the next answer, which may be another project's: a statement without an answer carries it away.
   */
  async function clean<T>(run: () => Promise<T>): Promise<T> {
    if (soiled) {
      await session.queryAsync('SELECT 1', { format: 'Null' })
      soiled = false
    }
    try {
      return await run()
    } catch (error) {
      soiled = true
      throw error
    }
  }

  async function prepare(database: string, settings: SessionSettings, question: boolean): Promise<void> {
    if (question !== asking) {
      await clean(() => session.queryAsync(`SET ROLE ${question ? questionRole : 'ALL'}`))
      asking = question
    }
    if (database !== currentDatabase) {
      await clean(() => session.queryAsync(`USE ${quoteIdentifier(database)}`))
      currentDatabase = database
    }
    const changes: string[] = []
    for (const name in current) if (!(name in settings)) changes.push(`${name} = DEFAULT`)
    for (const name in settings) {
      if (settings[name] !== current[name]) changes.push(`${name} = ${quoteString(settings[name]!)}`)
    }
    if (!changes.length) return
    // after a failure part of it may hold: forget what was set, by setting it all again next time
    const known = { ...current }
    for (const name in settings) known[name] = 'unknown'
    current = known
    await clean(() => session.queryAsync(`SET ${changes.join(', ')}`))
    current = settings
  }

  return {
    async query(sql, { format, database, settings, question }) {
      await prepare(database, settings, question)
      const result = await clean(() => session.queryAsync(sql, { format }))
      return {
        bytes: result.bytes(),
        // what it calls read is what the answer holds
        resultRows: result.rowsRead,
        seconds: result.elapsed,
      }
    },

    async *stream(sql, { format, database, settings, question }) {
      await prepare(database, settings, question)
      await clean(async () => {})
      // until it has been read to its end, by whoever it is for
      soiled = true
      for await (const chunk of session.queryStream(sql, { format })) {
        yield { bytes: chunk.raw(), rows: chunk.numRows }
      }
      soiled = false
    },

    async insert(target, rows, { database, settings }) {
      const format = formats[target.format.toLowerCase() as keyof typeof formats]
      if (!format) {
        throw new EngineError(73, 'UNKNOWN_FORMAT', `Rows can't be inserted in format ${target.format}`)
      }
      await prepare(database, {}, false)
      const result = await clean(() =>
        session.insert({
          table: target.table,
          columns: target.columns,
          values: rows,
          format,
          settings: { ...settings },
        }),
      )
      return { rowsWritten: result.rowsWritten, bytesWritten: result.bytesWritten, seconds: result.elapsed }
    },

    close: () => session.close(),
  }
}

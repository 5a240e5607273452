import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PGlite, type Transaction } from '@electric-sql/pglite'
import { type Driver, type Session, statementTimeoutMs } from './driver.ts'
import { decoders } from './values.ts'

/** Parameters arrive as PostgreSQL's own text, whatever their type. */
const serializers = Object.fromEntries(
  [16, 17, 20, 21, 23, 25, 26, 114, 700, 701, 1042, 1043, 1082, 1114, 1184, 1186, 1700, 2950, 3802]
    .concat(Object.keys(decoders).map(Number))
    .map((oid) => [oid, (value: string) => value]),
)

/** The embedded home: PostgreSQL as WebAssembly. `dataDir` null keeps everything in memory. */
export async function openPglite(options: { dataDir: string | null; snapshot?: Blob }): Promise<Driver> {
  if (options.dataDir) await mkdir(dirname(options.dataDir), { recursive: true })
  const pglite = await PGlite.create({
    ...(options.dataDir ? { dataDir: options.dataDir } : {}),
    ...(options.snapshot ? { loadDataDir: options.snapshot } : {}),
  })
  await pglite.exec(`SET TIME ZONE 'UTC'; SET statement_timeout = ${statementTimeoutMs}`)
  return {
    ...session(pglite),
    transaction: (work) => pglite.transaction((tx) => work(session(tx))) as ReturnType<typeof work>,
    listen: async (channel, listener) => {
      const stop = await pglite.listen(`"${channel.replaceAll('"', '""')}"`, listener)
      return () => stop()
    },
    close: () => pglite.close(),
  }
}

const session = (on: PGlite | Transaction): Session => ({
  query: async ({ text, params, rows }) => {
    const answer = await on.query(text, params, { rowMode: rows, parsers: decoders, serializers })
    return answer.rows
  },
  exec: async (text) => {
    await on.exec(text)
  },
})

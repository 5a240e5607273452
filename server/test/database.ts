import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { access, readFile, rename, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { createDatabase } from '../src/database/create-database.ts'
import type { Database } from '../src/database/database.ts'
import { migrate, readMigrations } from '../src/database/migrate.ts'

/**
 * A fresh, migrated database in memory (PGlite), empty but for its schema. Close it when done, or give vitest's
 * `onTestFinished`/`afterAll` to have it closed: `const database = await testDatabase(afterAll)`.
 */
export async function testDatabase(whenDone?: (close: () => Promise<void>) => void): Promise<Database> {
  const database = await createDatabase({ dataDir: null, snapshot: await snapshotFile() })
  whenDone?.(() => database.close())
  return database
}

/**
 * Making a PGlite folder takes four seconds, loading a copy half of one: a copy is kept between runs, named by what
 * it was made of.
 */
export async function snapshotFile(): Promise<string> {
  const pglitePackage = createRequire(import.meta.url)
    .resolve('@electric-sql/pglite')
    .replace(/dist.*$/, 'package.json')
  const { version } = JSON.parse(await readFile(pglitePackage, 'utf8')) as { version: string }
  const recipe = JSON.stringify([version, await readMigrations()])
  const name = createHash('sha256').update(recipe).digest('hex').slice(0, 16)
  const folder = fileURLToPath(new URL('../../node_modules/.cache/hedgerow/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const file = `${folder}database-${name}.tar`
  if (await exists(file)) return file
  const pglite = await PGlite.create()
  await migrate({
    transaction: (work) =>
      pglite.transaction((tx) =>
        work({
          query: async ({ text, params, rows }) => (await tx.query(text, params, { rowMode: rows })).rows,
          exec: async (text) => {
            await tx.exec(text)
          },
        }),
      ) as ReturnType<typeof work>,
  })
  const dump = await pglite.dumpDataDir('none')
  await pglite.close()
  // Several test files may make it at once: each writes its own and the last one stays.
  const own = `${file}.${randomBytes(4).toString('hex')}`
  await writeFile(own, Buffer.from(await dump.arrayBuffer()))
  await rename(own, file)
  return file
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

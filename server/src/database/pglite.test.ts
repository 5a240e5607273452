import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { snapshotFile, testDatabase } from '../../test/database.ts'
import { createDatabase } from './create-database.ts'
import { databaseSuite } from './database.suite.ts'
import { organizations } from './schema.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedgerow-pglite-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

databaseSuite('PGlite', async () =>
  createDatabase({ dataDir: join(folder, 'suite'), snapshot: await snapshotFile() }),
)

// The suite's folder, opened again: making one takes longer than all of these.
const reopen = async (options: { statementTimeoutMs?: number; vacuumEveryMs?: number } = {}) => {
  const database = await createDatabase({ dataDir: join(folder, 'suite'), ...options })
  onTestFinished(() => database.close())
  return database
}

test('what was committed is there after a statement had to be stopped', { timeout: 90_000 }, async () => {
  const database = await reopen({ statementTimeoutMs: 3_000 })
  const heard: (string | null)[] = []
  await database.listen('news', (payload) => heard.push(payload))
  const endless = sql`select count(*) from generate_series(1, 1000000000000)`
  const transaction = database.transaction(async (tx) => {
    await tx.insert(organizations).values({ name: 'Gone', slug: 'gone' })
    await tx.execute(endless)
  })
  const next = database.db.select({ slug: organizations.slug }).from(organizations)
  await expect(transaction).rejects.toMatchObject({ code: '57014' })
  expect(await next).toEqual([{ slug: 'acme' }])
  await database.notify('news', 'again')
  await expect.poll(() => heard).toEqual([null, 'again'])
})

test('a first start that is killed half-way leaves nothing in the way of the next', {
  timeout: 90_000,
}, async () => {
  const dataDir = join(folder, 'killed')
  const module = new URL('./create-database.ts', import.meta.url).href
  const program = `import(${JSON.stringify(module)}).then((m) => m.createDatabase({ dataDir: process.argv[1] }))`
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', program, dataDir], { stdio: 'inherit' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await expect.poll(() => existsSync(join(`${dataDir}.new`, 'base/1')), { timeout: 60_000 }).toBe(true)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(existsSync(dataDir)).toBe(false)
  const database = await createDatabase({ dataDir, snapshot: await snapshotFile() })
  onTestFinished(() => database.close())
  expect(await database.db.$count(organizations)).toBe(0)
  expect(existsSync(`${dataDir}.new`)).toBe(false)
})

test('commits are synced to the disk', async () => {
  const database = await reopen()
  expect(await database.db.$count(organizations)).toBe(1)
  expect(
    await database.db.execute(
      sql`select current_setting('fsync') as fsync, current_setting('wal_sync_method') as how`,
    ),
  ).toEqual([{ fsync: 'on', how: 'fsync' }])
})

test('rows that were replaced give their room back', async () => {
  const database = await reopen({ vacuumEveryMs: 100 })
  await database.db.execute(sql`create table swept as select generate_series(1, 20000) as n`)
  const pages = async () => {
    const [row] = await database.db.execute(sql`select pg_relation_size('swept') as bytes`)
    return Number(row!.bytes)
  }
  const before = await pages()
  await database.db.execute(sql`delete from swept`)
  await expect.poll(pages, { timeout: 20_000 }).toBeLessThan(before / 2)
})

test('a long statement does not keep others from their work', async () => {
  const database = await testDatabase()
  onTestFinished(() => database.close())
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  await database.db.execute(sql`select count(*) from generate_series(1, 2000000)`)
  clearInterval(timer)
  expect(longest).toBeLessThan(500)
})

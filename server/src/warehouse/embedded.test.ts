import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { testEngine } from '../../test/engine.ts'
import { connectWarehouse, createWarehouse } from './create-warehouse.ts'
import type { EngineDeps } from './embedded.ts'
import type { Warehouse } from './warehouse.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options?: Partial<EngineDeps>) {
  const started = await testEngine(options)
  cleanups.push(started.cleanup)
  const warehouse = await connectWarehouse({
    home: { engine: started.engine },
    maxExecutionMs: 10_000,
    maxMemoryBytes: 1024 ** 3,
  })
  cleanups.push(() => warehouse.close())
  return { ...started, warehouse }
}

const endless = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))'

function override(version: number) {
  const id = `00000000-0000-7000-8000-${String(version).padStart(12, '0')}`
  return JSON.stringify({ team_id: 1, old_person_id: id, person_id: id, version })
}

function event(month: number) {
  const timestamp = `${2000 + Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-10 00:00:00`
  const uuid = `00000000-0000-7000-8000-${String(month).padStart(12, '0')}`
  const nothing = { properties: '{}', properties_map: {}, person_properties: '{}', person_properties_map: {} }
  return JSON.stringify({ team_id: 1, uuid, event: 'viewed', distinct_id: 'd', timestamp, ...nothing })
}

async function count(warehouse: Warehouse, table = 'person_overrides') {
  const { rows } = await warehouse.query({ sql: `SELECT count(), uniqExact(version) FROM ${table}` })
  return rows[0]
}

async function until(condition: () => boolean, ms = 20_000) {
  const end = Date.now() + ms
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not happen in time')
    await sleep(20)
  }
}

describe('when the engine dies', () => {
  test('it is back at once, and reads in flight are asked again', async () => {
    const { engine, warehouse } = await start()
    const first = engine.pid()!
    const answer = warehouse.query({ sql: 'SELECT sleep(1), 5' })
    await sleep(300)
    process.kill(first, 'SIGKILL')
    await until(() => !engine.health().up)
    await engine.ready()
    expect(engine.pid()).not.toBe(first)
    expect((await answer).rows).toEqual([[0, 5]])
    expect(warehouse.health().up).toBe(true)
  })

  test('inserts in flight count once', async () => {
    const { engine, warehouse } = await start()
    const batches = Array.from({ length: 40 }, (_, batch) =>
      Array.from({ length: 500 }, (_, row) => override(batch * 500 + row)),
    )
    const killing = (async () => {
      for (let kill = 0; kill < 3; kill++) {
        await sleep(150)
        await engine.ready()
        const pid = engine.pid()
        if (pid) process.kill(pid, 'SIGKILL')
      }
    })()
    for (const [batch, rows] of batches.entries()) {
      for (;;) {
        try {
          await warehouse.insert({ table: 'person_overrides', rows, token: `batch ${batch}` })
          break
        } catch {
          await sleep(50)
        }
      }
    }
    await killing
    await engine.ready()
    expect(await count(warehouse)).toEqual(['20000', '20000'])
  })

  test('an insert cut off between its months is completed, not doubled', async () => {
    const { engine, warehouse } = await start()
    const months = Array.from({ length: 60 }, (_, month) => event(month))
    const inserting = warehouse.insert({ table: 'events', rows: months, token: 'months' })
    // some of its parts are there by now, some are not
    await sleep(120)
    process.kill(engine.pid()!, 'SIGKILL')
    await inserting
    await warehouse.insert({ table: 'events', rows: months, token: 'months' })
    const { rows } = await warehouse.query({ sql: 'SELECT count(), uniqExact(uuid) FROM events' })
    expect(rows).toEqual([['60', '60']])
  })

  test('a block that was noted when its part was not there yet is stored when it comes again', async () => {
    const first = await start()
    for (const version of [1, 2]) {
      const rows = [override(version)]
      await first.warehouse.insert({ table: 'person_overrides', rows, token: `insert ${version}` })
    }
    const parts = await first.client.query({
      query: `SELECT path FROM system.parts WHERE table = 'person_overrides' AND min_block_number = 2`,
      format: 'JSONEachRow',
    })
    const [second] = await parts.json<{ path: string }>()
    await first.engine.close()
    // as a death leaves it between the note and the part's name, which are 0.1 ms apart
    await rm(second!.path, { recursive: true })
    for (let again = 0; again < 2; again++) {
      const { warehouse, engine } = await start({ dataDir: first.dataDir })
      for (const version of [1, 2]) {
        const rows = [override(version)]
        await warehouse.insert({ table: 'person_overrides', rows, token: `insert ${version}` })
      }
      expect(await count(warehouse)).toEqual(['2', '2'])
      await engine.close()
    }
  })

  test('what was acknowledged is there in the next process, and its token is remembered', async () => {
    const { engine, warehouse } = await start()
    await warehouse.insert({ table: 'person_overrides', rows: [override(1)], token: 'a' })
    process.kill(engine.pid()!, 'SIGKILL')
    await until(() => !engine.health().up)
    await warehouse.insert({ table: 'person_overrides', rows: [override(1)], token: 'a' })
    expect(await count(warehouse)).toEqual(['1', '1'])
  })

  test('one that stands still is replaced', async () => {
    const { engine, warehouse } = await start({ pulseMs: 200 })
    const pid = engine.pid()!
    process.kill(pid, 'SIGSTOP')
    await until(() => engine.pid() !== pid)
    expect((await warehouse.query({ sql: 'SELECT 1' })).rows).toEqual([[1]])
  })

  test('while it stays away, callers are told so', async () => {
    const { engine, warehouse } = await start()
    await engine.close()
    await expect(warehouse.query({ sql: 'SELECT 1' })).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(
      warehouse.insert({ table: 'person_overrides', rows: [override(1)], token: 'a' }),
    ).rejects.toMatchObject({ kind: 'unavailable' })
    expect(warehouse.health().up).toBe(false)
  })
})

describe('queries that run too long', () => {
  test('end at their limit', async () => {
    const { engine, warehouse } = await start()
    const pid = engine.pid()
    await expect(warehouse.query({ sql: endless, limits: { maxExecutionMs: 300 } })).rejects.toMatchObject({
      code: 159,
    })
    expect(engine.pid()).toBe(pid)
  })

  test('a cancelled one answers at once, and goes with the engine when nobody else uses it', async () => {
    const { engine, warehouse } = await start()
    const pid = engine.pid()
    const cancel = new AbortController()
    const answer = warehouse.query({ sql: endless, signal: cancel.signal })
    await sleep(200)
    cancel.abort()
    await expect(answer).rejects.toMatchObject({ code: 394 })
    await until(() => engine.pid() !== pid)
    expect((await warehouse.query({ sql: 'SELECT 1' })).rows).toEqual([[1]])
  })

  test('a cancelled one that ends soon costs nobody anything', async () => {
    const { engine, warehouse } = await start()
    const pid = engine.pid()
    const cancel = new AbortController()
    const answer = warehouse.query({ sql: 'SELECT sleep(0.5)', signal: cancel.signal })
    await sleep(100)
    cancel.abort()
    await expect(answer).rejects.toMatchObject({ code: 394 })
    await sleep(1500)
    expect(engine.pid()).toBe(pid)
  })

  test('a cancelled one lets the others be and frees its place at its limit', async () => {
    const { engine, warehouse } = await start({ queryConcurrency: 2 })
    const pid = engine.pid()
    const cancel = new AbortController()
    const answer = warehouse.query({ sql: endless, signal: cancel.signal, limits: { maxExecutionMs: 2500 } })
    await sleep(100)
    cancel.abort()
    await expect(answer).rejects.toMatchObject({ code: 394 })
    const end = Date.now() + 3200
    while (Date.now() < end) await warehouse.query({ sql: 'SELECT sleep(0.2)' })
    expect(engine.pid()).toBe(pid)
    const pair = await Promise.all([1, 2].map(() => warehouse.query({ sql: 'SELECT sleep(0.3)' })))
    expect(pair).toHaveLength(2)
  })

  test('one that had the engine killed too often is refused for a while', async () => {
    const { engine, warehouse } = await start()
    for (let kill = 0; kill < 4; kill++) {
      const pid = engine.pid()
      const cancel = new AbortController()
      const answer = warehouse.query({ sql: endless, signal: cancel.signal, name: crypto.randomUUID() })
      await sleep(150)
      cancel.abort()
      await expect(answer).rejects.toMatchObject({ code: 394 })
      await until(() => engine.pid() !== pid)
      await engine.ready()
    }
    await expect(warehouse.query({ sql: endless, name: crypto.randomUUID() })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'query_refused',
      retryAfter: 600,
      message: expect.stringContaining('refused for ten minutes'),
    })
    expect((await warehouse.query({ sql: 'SELECT 1' })).rows).toEqual([[1]])
  })
})

describe('processes', () => {
  test('a warehouse closes in order, leaves no socket, and goes on where it was', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hedgerow-warehouse-'))
    cleanups.push(() => rm(dataDir, { recursive: true, force: true }))
    const open = () =>
      createWarehouse({
        clickhouseUrl: null,
        dataDir,
        queryConcurrency: 1,
        queryMaxExecutionMs: 5000,
        queryMemoryBytes: 1024 ** 3,
        log: { info: () => {}, warn: () => {} },
      })
    const first = await open()
    await first.insert({ table: 'person_overrides', rows: [override(1)], token: 'a' })
    await first.close()
    expect(await readdir(dataDir)).not.toContain('engine.sock')
    const second = await open()
    cleanups.push(second.close)
    await second.insert({ table: 'person_overrides', rows: [override(1)], token: 'a' })
    expect(await count(second)).toEqual(['1', '1'])
  })

  test('the engine dies with its parent, even by force, and leaves the folder to the next', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hedgerow-orphan-'))
    cleanups.push(() => rm(dataDir, { recursive: true, force: true }))
    const parent = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, '../../test/engine-parent.ts'), dataDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    process.kill(Number(line.toString()), 0)
    parent.kill('SIGKILL')
    // no two processes can open the folder: the next one starts only when the first is gone
    const next = await testEngine({ dataDir })
    cleanups.push(next.cleanup)
    expect(next.engine.health().up).toBe(true)
  })

  test('a long data folder gets a socket elsewhere', async () => {
    const root = await mkdtemp(join(tmpdir(), 'hedgerow-long-'))
    cleanups.push(() => rm(root, { recursive: true, force: true }))
    const { engine, client, cleanup } = await testEngine({ dataDir: join(root, 'x'.repeat(120)) })
    cleanups.push(cleanup)
    expect(Buffer.byteLength(engine.socketPath)).toBeLessThan(104)
    expect(await client.ping()).toEqual({ success: true })
  })

  test('a folder in use is an error with the reason', async () => {
    const { dataDir } = await start()
    await expect(testEngine({ dataDir, startupMs: 5000 })).rejects.toThrow(/already running/)
  })
})

describe('admission', () => {
  test('so many at once, then a queue, then a clear refusal', async () => {
    const { warehouse } = await start({ queryConcurrency: 1, maxWaiting: 2 })
    const asked = Array.from({ length: 5 }, () => warehouse.query({ sql: 'SELECT sleep(0.2)' }))
    const results = await Promise.allSettled(asked)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ kind: 'unavailable', retryAfter: 5 })
      }
    }
  })
})

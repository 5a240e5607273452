import { randomBytes } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { natsHome } from '../../test/event-log.ts'
import { startNats, type TestNats } from '../../test/nats.ts'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { createLogState } from '../pipeline/log-state.ts'
import { eventLogSuite } from './event-log.suite.ts'
import type { EventLog, EventLogs } from './event-log.ts'
import { createNatsEventLogs, type NatsEventLogOptions } from './nats.ts'

let nats: TestNats
let postgres: TestPostgres
beforeAll(async () => {
  ;[nats, postgres] = await Promise.all([startNats(3), startPostgres()])
}, 60_000)
afterAll(async () => {
  await Promise.all([nats?.stop(), postgres?.stop()])
})

eventLogSuite(() => natsHome(nats, postgres), { runs: 5 })

describe('several processes', () => {
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  /** Processes on the same streams and the same database. */
  async function processes(options: Partial<NatsEventLogOptions> = {}) {
    const database = await postgres.freshDatabase()
    const prefix = `test_${randomBytes(6).toString('hex')}`
    closers.push(
      () => database.close(),
      () => nats.forget(prefix),
    )
    const state = createLogState(database)
    const begin = async () => {
      const logs = await createNatsEventLogs({
        servers: nats.urls,
        monitorUrl: null,
        acceptLoss: false,
        partitions: 4,
        prefix,
        maxBytes: 64 * 1024 ** 2,
        receiptDays: 7,
        leaseMs: 900,
        state,
        logger: { warn: () => {} },
        ...options,
      })
      closers.push(() => logs.close())
      return logs
    }
    return { begin, database, prefix }
  }

  /** Reads partitions as a pipeline does, and keeps what it has committed. */
  function reader(logs: EventLogs, seen: Map<string, number>) {
    const held = new Map<string, EventLog>()
    const consuming = logs.consume((log) => {
      held.set(log.name, log)
      const stop = new AbortController()
      const run = async () => {
        while (!stop.signal.aborted) {
          try {
            const range = await log.read({ maxBytes: 1e5, waitMs: 500, signal: stop.signal })
            if (!range) continue
            await log.commit(range.last)
            for (const { bytes } of range.records) {
              const name = Buffer.from(bytes.subarray(0, 20)).toString().trim()
              seen.set(name, (seen.get(name) ?? 0) + 1)
            }
          } catch {
            // Servers are away.
            await new Promise((resolve) => setTimeout(resolve, 100))
          }
        }
      }
      const running = run()
      return {
        async stop() {
          held.delete(log.name)
          stop.abort()
          await running
        },
      }
    })
    return { held, stop: () => consuming.stop() }
  }

  const until = async (isSo: () => boolean, ms = 15_000) => {
    const end = performance.now() + ms
    while (!isSo()) {
      if (performance.now() > end) throw new Error(`not so within ${ms} ms: ${isSo}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  it('share the partitions out, and take over what one leaves behind', async () => {
    const { begin, database } = await processes()
    const seen = new Map<string, number>()
    const first = reader(await begin(), seen)
    await until(() => first.held.size === 4)
    const others = await begin()
    const second = reader(others, seen)
    await until(() => first.held.size === 2 && second.held.size === 2)
    expect(new Set([...first.held.keys(), ...second.held.keys()]).size).toBe(4)
    for (let n = 0; n < 40; n++) await others.append([Buffer.from(`n${n}`)], n % 4)
    await until(() => seen.size === 40)
    expect([...seen.values()].every((times) => times === 1)).toBe(true)

    await first.stop()
    await until(() => second.held.size === 4)
    const rows = await database.db.execute('select distinct owner from event_log_partitions')
    expect(rows).toHaveLength(1)
  })

  it('refuse the effects of a reader whose lease has gone to another', async () => {
    const { begin, database } = await processes({ partitions: 1, leaseMs: 60_000 })
    const [one, other] = [await begin(), await begin()]
    const take = (logs: EventLogs) =>
      new Promise<EventLog>((resolve) => {
        logs.consume((log) => {
          resolve(log)
          return { stop: async () => {} }
        })
      })
    const zombie = await take(one)
    await one.append([Buffer.from('a')])
    const range = (await zombie.read({ maxBytes: 1e6, waitMs: 5000 }))!
    await zombie.seenBefore(1, ['k'])
    await database.db.execute("update event_log_partitions set lease_until = now() - interval '1 second'")
    const heir = await take(other)
    expect(await heir.read({ maxBytes: 1e6, waitMs: 5000 })).toMatchObject({ first: 1, replayed: true })
    await expect(zombie.seenBefore(1, ['k'])).rejects.toThrow('another process')
    await expect(zombie.commit(range.last)).rejects.toThrow('another process')
    expect(await heir.seenBefore(1, ['k'])).toEqual([false])
    await heir.commit(1)
    expect(await other.reached(await other.mark(), { waitMs: 0 })).toBe(true)
  })

  it('let one of two partitions have a key, whoever asks at the same time', async () => {
    const { begin } = await processes({ partitions: 2 })
    const logs = await begin()
    const held: EventLog[] = []
    logs.consume((log) => {
      held.push(log)
      return { stop: async () => {} }
    })
    await until(() => held.length === 2)
    await Promise.all([0, 1].map((partition) => logs.append([Buffer.from('x')], partition)))
    const ranges = await Promise.all(held.map((log) => log.read({ maxBytes: 1e6, waitMs: 5000 })))
    const keys = Array.from(
      { length: 200 },
      (_, n) => `3:01a204ee-a8a2-7000-8000-${String(n).padStart(12, '0')}`,
    )
    const answers = await Promise.all(
      held.map((log, n) => log.seenBefore(ranges[n]!.first, n ? [...keys].reverse() : keys)),
    )
    const second = [...answers[1]!].reverse()
    for (let n = 0; n < keys.length; n++) expect([answers[0]![n], second[n]]).toContain(true)
    for (let n = 0; n < keys.length; n++) expect([answers[0]![n], second[n]]).toContain(false)
  })

  it('pass over nothing when a stream has lost its end, and gives its positions out again', async () => {
    const { begin, prefix } = await processes({ partitions: 1 })
    const seen = new Map<string, number>()
    const reading = await begin()
    reader(reading, seen)
    const writing = await begin()
    for (const name of ['a', 'b', 'c']) await reading.append([Buffer.from(name)])
    await until(() => seen.size === 3)
    // Whoever only writes knows of it from the database.
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const connection = await connect({ servers: nats.urls })
    closers.push(() => connection.close())
    const { streams } = await jetstreamManager(connection)
    const { config } = await streams.info(`${prefix}_events_0`)
    await streams.delete(config.name)
    await streams.add(config)
    await writing.append([Buffer.from('d')])
    await reading.append([Buffer.from('e')])
    await until(() => seen.has('d') && seen.has('e'))
    expect(Object.fromEntries(seen)).toMatchObject({ a: 1, b: 1, c: 1, d: 1, e: 1 })
  })

  it('publish again what servers that went away come back without', { timeout: 90_000 }, async () => {
    const { begin, prefix } = await processes({ partitions: 1 })
    const logs = await begin()
    for (const name of ['a', 'b', 'c']) await logs.append([Buffer.from(name)])
    const connection = await connect({ servers: nats.urls })
    const { streams } = await jetstreamManager(connection)
    await streams.deleteMessage(`${prefix}_events_0`, 2)
    await connection.close()
    // One of them is the one that this process is connected to.
    for (const node of [0, 1, 2]) {
      await nats.kill(node)
      await nats.start(node)
      await nats.healthy()
    }
    const seen = new Map<string, number>()
    reader(logs, seen)
    await until(() => ['a', 'b', 'c'].every((name) => seen.has(name)), 60_000)
  })

  it('lose nothing that was acknowledged while servers are killed: one, two, all at a time', {
    timeout: 180_000,
  }, async () => {
    const { begin } = await processes({ partitions: 2, leaseMs: 2000 })
    const logs = await begin()
    const seen = new Map<string, number>()
    reader(logs, seen)
    const acknowledged = new Set<string>()
    let refused = 0
    let stopped = false
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; !stopped; n++) {
        const name = `${writer}-${n}`.padEnd(20)
        try {
          await logs.append([Buffer.from(`${name}${'x'.repeat(500)}`)], writer % 2)
          acknowledged.add(name.trim())
          await new Promise((resolve) => setTimeout(resolve, 5))
        } catch (error) {
          expect(error).toMatchObject({ kind: 'unavailable', retryAfter: expect.any(Number) })
          refused++
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
    })
    for (const nodes of [[0], [1], [2], [0, 1], [0, 1, 2]]) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      await Promise.all(nodes.map((node) => nats.kill(node)))
      await new Promise((resolve) => setTimeout(resolve, 1500))
      for (const node of nodes) await nats.start(node)
      await nats.healthy()
      const before = acknowledged.size
      await until(() => acknowledged.size > before + 20, 30_000)
    }
    stopped = true
    await Promise.all(writers)
    expect(refused).toBeGreaterThan(0)
    const missing = () => [...acknowledged].filter((name) => !seen.has(name))
    await expect.poll(missing, { timeout: 60_000 }).toEqual([])
  })
})

describe('a single server', () => {
  it('is refused, unless the owner accepts that it may lose what it has acknowledged', async () => {
    const single = await startNats(1)
    const database = await postgres.freshDatabase()
    try {
      const options = {
        servers: single.urls,
        monitorUrl: null,
        partitions: 1,
        maxBytes: 1024 ** 2,
        receiptDays: 7,
        state: createLogState(database),
        logger: { warn: () => {} },
      }
      await expect(createNatsEventLogs({ ...options, acceptLoss: false })).rejects.toThrow('NATS_ACCEPT_LOSS')
      const logs = await createNatsEventLogs({ ...options, acceptLoss: true })
      await logs.append([Buffer.from('a')])
      await logs.close()
    } finally {
      await database.close()
      await single.stop()
    }
  })

  it('that is not there is said not to answer', async () => {
    const options = {
      servers: ['nats://127.0.0.1:1'],
      monitorUrl: null,
      acceptLoss: true,
      partitions: 1,
      maxBytes: 1024 ** 2,
      receiptDays: 7,
      state: {} as never,
      logger: { warn: () => {} },
    }
    await expect(createNatsEventLogs(options)).rejects.toThrow('NATS does not answer at nats://127.0.0.1:1')
  })
})

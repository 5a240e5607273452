import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let server: RunningServer | undefined
afterEach(async () => {
  await server?.kill()
  server = undefined
})

/** Sends batches from several connections until told to stop; knows which events were acknowledged with 200. */
function sender(url: string, connections: number) {
  const acknowledged = new Set<string>()
  let stopped = false
  let statuses: Record<string, number> = {}
  const loop = async (connection: number) => {
    for (let n = 0; !stopped; n++) {
      const uuids = Array.from({ length: 1 + (n % 5) }, () => randomUUID())
      const batch = uuids.map((uuid) => ({
        uuid,
        event: `crash ${n % 3}`,
        distinct_id: `user-${connection}-${n % 7}`,
        properties: { n },
      }))
      try {
        const response = await capture(url, '/batch/', { batch })
        statuses[response.status] = (statuses[response.status] ?? 0) + 1
        await response.text()
        if (response.status === 200) for (const uuid of uuids) acknowledged.add(uuid)
      } catch {
        statuses.refused = (statuses.refused ?? 0) + 1 // the server is gone: what was in flight is not acknowledged
        await sleep(20)
      }
    }
  }
  const done = Promise.all(Array.from({ length: connections }, (_, connection) => loop(connection)))
  return {
    acknowledged,
    statuses: () => statuses,
    resetStatuses: () => {
      statuses = {}
    },
    async stop() {
      stopped = true
      await done
    },
  }
}

/** Waits until every acknowledged event is in the warehouse, then makes sure that each is there once. */
async function expectExactlyOnce(url: string, acknowledged: Set<string>) {
  await eventually(async () => {
    const stored = new Set(
      (await hogql(url, "select toString(uuid) from events where event like 'crash%' limit 50000")).map(
        (row) => row[0],
      ),
    )
    return [...acknowledged].every((uuid) => stored.has(uuid))
  }, 'every acknowledged event is stored')
  await sleep(500)
  const twice = await hogql(
    url,
    "select toString(uuid), count() as times from events where event like 'crash%' group by uuid having times > 1",
  )
  expect(twice).toEqual([])
  const persons = await hogql(
    url,
    "select distinct_id, count(distinct person_id) as persons from events where event like 'crash%' group by distinct_id having persons > 1",
  )
  expect(persons).toEqual([])
}

test('kill -9 of the server during capture: every acknowledged event is there once', async () => {
  server = await startServer()
  const { dataDir } = server
  const everything = new Set<string>()
  for (let round = 0; round < 3; round++) {
    const sending = sender(server.url, 4)
    await sleep(700 + 500 * round)
    await server.kill()
    await sending.stop()
    for (const uuid of sending.acknowledged) everything.add(uuid)
    server = await startServer({ dataDir })
  }
  expect(everything.size).toBeGreaterThan(100)
  await expectExactlyOnce(server.url, everything)
})

test('kill -9 of the engine during capture: capture answers 200 meanwhile, every event is there once', async () => {
  server = await startServer()
  const sending = sender(server.url, 4)
  await sleep(500)
  for (let round = 0; round < 2; round++) {
    sending.resetStatuses()
    process.kill(server.enginePid(), 'SIGKILL')
    await sleep(1500)
    expect(Object.keys(sending.statuses())).toEqual(['200'])
  }
  await sending.stop()
  await expectExactlyOnce(server.url, sending.acknowledged)
})

test('a batch that grew between the crash and its replay is counted once', async () => {
  server = await startServer()
  const { dataDir } = server
  const sending = sender(server.url, 4)
  await sleep(500)
  // the engine stands still: a range is handed out and half done, while the log behind it goes on growing
  const engine = server.enginePid()
  process.kill(engine, 'SIGSTOP')
  await sleep(1500)
  expect(sending.acknowledged.size).toBeGreaterThan(0)
  await server.kill()
  await sending.stop()
  process.kill(engine, 'SIGKILL')
  server = await startServer({ dataDir })
  await expectExactlyOnce(server.url, sending.acknowledged)
})

test('SIGTERM drains and closes every store; a second start continues', async () => {
  server = await startServer()
  const { dataDir } = server
  const uuids = new Set(Array.from({ length: 50 }, () => randomUUID()))
  for (const uuid of uuids) {
    await capture(server.url, '/e/', { uuid, event: 'crash 0', distinct_id: 'calm' })
  }
  expect(await server.stop()).toBe(0)
  server = await startServer({ dataDir })
  await expectExactlyOnce(server.url, uuids)
})

test('a second server on the same data folder is refused with a sentence', async () => {
  server = await startServer()
  await expect(startServer({ dataDir: server.dataDir })).rejects.toThrow(/in use/)
})

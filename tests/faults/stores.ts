import { setTimeout as sleep } from 'node:timers/promises'
import { startNats } from '../../server/test/nats.ts'
import { startPostgres } from '../../server/test/postgres.ts'
import { eventually } from '../support/api.ts'
import { fair, startEngineProxy } from '../support/engine-proxy.ts'
import { startServer } from '../support/server.ts'
import { startLoad, verify } from './load.ts'
import {
  add,
  newFolder,
  nothingYet,
  type Outcome,
  onlyThese,
  type Run,
  random,
  removeFolder,
} from './outcome.ts'

/** How long after a store came back everything must be queried. */
const patienceMs = 120_000

/** PostgreSQL is stopped under load and started again; capture must not notice. */
export async function postgresGone({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('PostgreSQL stopped')
  const dataDir = newFolder()
  const postgres = await startPostgres()
  const server = await startServer({
    dataDir,
    env: { DATABASE_URL: await postgres.freshUrl(), LOG_LEVEL: 'error' },
  })
  try {
    for (let round = 0; round < rounds; round++) {
      const tag = `postgres${round}`
      const load = startLoad(server.url, { tag })
      await sleep(random(100, 1000))
      await postgres.goAway()
      await sleep(random(200, 2500))
      await postgres.comeBack()
      await sleep(random(0, 500))
      const outage = load.longestOutageMs()
      await load.stop()
      onlyThese(outcome, load, ['200'])
      add(outcome, await verify(server.url, tag, load.acknowledged, patienceMs), outage)
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged`)
    }
  } finally {
    await server.kill()
    await postgres.stop()
    removeFolder(dataDir)
  }
  outcome.notes.push('capture must answer 200 throughout')
  return outcome
}

/**
 * The servers of the log's other home are killed under load: one after the other, so that two are always there, then
 * all together. While there is no majority capture may say 503.
 */
export async function natsGone({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('NATS servers killed')
  const dataDir = newFolder()
  const nats = await startNats(3)
  const server = await startServer({ dataDir, env: { NATS_URL: nats.urls.join(), LOG_LEVEL: 'error' } })
  let refused = 0
  try {
    for (let round = 0; round < rounds; round++) {
      const tag = `nats${round}`
      const load = startLoad(server.url, { tag, connections: 2, pauseMs: 20 })
      await sleep(random(300, 1000))
      if (round % 2) {
        await Promise.all([0, 1, 2].map((node) => nats.kill(node)))
        await sleep(random(200, 2000))
        for (const node of [0, 1, 2]) await nats.start(node)
        await nats.healthy()
      } else {
        for (const node of [0, 1, 2]) {
          await nats.kill(node)
          await sleep(random(200, 1500))
          await nats.start(node)
          await nats.healthy()
        }
      }
      const good = load.statuses['200'] ?? 0
      await eventually(async () => (load.statuses['200'] ?? 0) > good + 5, 'capture accepts again', 60_000)
      const outage = load.longestOutageMs()
      await load.stop()
      refused += load.statuses['503'] ?? 0
      onlyThese(outcome, load, ['200', '503'])
      add(outcome, await verify(server.url, tag, load.acknowledged, patienceMs), outage)
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged, ${load.statuses['503'] ?? 0} refused`)
    }
  } finally {
    await server.kill()
    await nats.stop()
    removeFolder(dataDir)
  }
  outcome.notes.push(`${refused} batches refused meanwhile`)
  return outcome
}

/** The way to ClickHouse is slow, and its answers break off in the middle; capture must not notice. */
export async function slowWarehouse({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('slow ClickHouse, cut answers')
  const [dataDir, engineDir] = [newFolder(), newFolder()]
  const holder = await startServer({ dataDir: engineDir })
  const proxy = await startEngineProxy(engineDir)
  const server = await startServer({ dataDir, env: { CLICKHOUSE_URL: proxy.url, LOG_LEVEL: 'error' } })
  try {
    for (let round = 0; round < rounds; round++) {
      const tag = `slow${round}`
      const load = startLoad(server.url, { tag })
      Object.assign(proxy.weather, {
        delayMs: random(0, 400),
        bytesPerSecond: random(20_000, 2_000_000),
        cuts: random(0, 0.6),
      })
      await sleep(random(1500, 4000))
      const outage = load.longestOutageMs()
      await load.stop()
      Object.assign(proxy.weather, fair)
      onlyThese(outcome, load, ['200'])
      add(outcome, await verify(server.url, tag, load.acknowledged, patienceMs), outage)
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged`)
    }
  } finally {
    await server.kill()
    proxy.close()
    await holder.kill()
    for (const folder of [dataDir, engineDir]) removeFolder(folder)
  }
  outcome.notes.push(`${proxy.cut()} answers cut off, capture must answer 200 throughout`)
  return outcome
}

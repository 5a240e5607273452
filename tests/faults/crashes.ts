import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../support/api.ts'
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

/** `kill -9` of the process tree at random points under load; the next start goes on with the same folder. */
export async function killTree({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('kill -9, all')
  const dataDir = newFolder()
  let server = await startServer({ dataDir })
  try {
    for (let round = 0; round < rounds; round++) {
      const tag = `kill${round}`
      const load = startLoad(server.url, { tag })
      await sleep(random(100, 1500))
      await server.kill()
      await load.stop()
      onlyThese(outcome, load, ['200', 'none'])
      server = await startServer({ dataDir })
      add(outcome, await verify(server.url, tag, load.acknowledged))
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged`)
    }
  } finally {
    await server.kill()
    removeFolder(dataDir)
  }
  return outcome
}

/** The engine killed, or stopped for a while, under load; capture must go on answering 200. */
export async function killEngine({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('the engine killed or stopped')
  const dataDir = newFolder()
  const server = await startServer({ dataDir })
  try {
    for (let round = 0; round < rounds; round++) {
      const tag = `engine${round}`
      const load = startLoad(server.url, { tag })
      await sleep(random(100, 800))
      const engine = await eventually(async () => server.enginePid(), 'an engine')
      if (round % 2) {
        process.kill(engine, 'SIGSTOP')
        await sleep(random(200, 2000))
        process.kill(engine, 'SIGCONT')
      } else {
        process.kill(engine, 'SIGKILL')
        await sleep(random(200, 1500))
      }
      const outage = load.longestOutageMs()
      await load.stop()
      onlyThese(outcome, load, ['200'])
      add(outcome, await verify(server.url, tag, load.acknowledged), outage)
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged`)
    }
  } finally {
    await server.kill()
    removeFolder(dataDir)
  }
  outcome.notes.push('capture must answer 200 throughout')
  return outcome
}

/**
 * The engine stands still, so that a range is handed out and half done while the log behind it goes on growing; then
 * everything is killed. The replay must take the very same range.
 */
export async function killWithBacklog({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('kill -9, a range half done')
  const dataDir = newFolder()
  let server = await startServer({ dataDir })
  try {
    for (let round = 0; round < rounds; round++) {
      const tag = `backlog${round}`
      const load = startLoad(server.url, { tag })
      await sleep(random(200, 800))
      const engine = await eventually(async () => server.enginePid(), 'an engine')
      process.kill(engine, 'SIGSTOP')
      await sleep(random(800, 1500))
      await server.kill()
      await load.stop()
      process.kill(engine, 'SIGKILL')
      server = await startServer({ dataDir })
      add(outcome, await verify(server.url, tag, load.acknowledged))
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged`)
    }
  } finally {
    await server.kill()
    removeFolder(dataDir)
  }
  return outcome
}

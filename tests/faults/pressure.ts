import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { capture, eventually, hogql } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
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
  watchMemory,
} from './outcome.ts'

const batchSize = 200
const senders = 16
/** How soon capture must accept again when the load is over. */
const acceptsWithinMs = 10_000

/**
 * More is offered than can be processed, with a small bound of the log: memory stays bounded, 503 with Retry-After
 * begins at the bound, nothing acknowledged is lost, and capture accepts again soon after the load.
 */
export async function backpressure({
  seconds,
  bound,
  say,
}: {
  seconds: number
  /** In MB. */
  bound: number
  say: Run['say']
}): Promise<Outcome> {
  const outcome = nothingYet('backpressure')
  const dataDir = newFolder()
  const server = await startServer({ dataDir, env: { EVENT_LOG_MAX_SIZE: `${bound}MB` } })
  try {
    await capture(server.url, '/batch/', { batch: [event(0, 0, 0)] })
    await sleep(2000)
    const memory = watchMemory(server.pid)
    const acknowledged = new Map<string, number>()
    const others = new Set<string>()
    let refused = 0
    let withoutRetryAfter = 0
    let bytes = 0
    let bytesAtFirstRefusal: number | null = null
    const begun = Date.now()
    const until = begun + seconds * 1000
    const connection = async (number: number) => {
      const body = bodyOf(number)
      for (let n = 1; Date.now() < until; n++) {
        try {
          const response = await fetch(`${server.url}/batch/`, { method: 'POST', body: body(n) })
          await response.text()
          if (response.status === 200) {
            acknowledged.set(`${number} ${n}`, batchSize)
            bytes += body(n).length
          } else if (response.status === 503) {
            refused++
            // Those that are being written count towards the bound.
            bytesAtFirstRefusal ??= bytes + senders * body(n).length
            if (!response.headers.get('retry-after')) withoutRetryAfter++
          } else others.add(String(response.status))
        } catch {
          others.add('no answer')
        }
      }
    }
    // Not during our own questions later on, which need memory too.
    const { ended, acceptsAgainMs } = await memory.during(async () => {
      await Promise.all(Array.from({ length: senders }, (_, number) => connection(number)))
      const ended = Date.now()
      await eventually(
        async () => (await capture(server.url, '/batch/', { batch: [event(99, 0, 0)] })).status === 200,
        'capture accepts again',
        60_000,
      )
      return { ended, acceptsAgainMs: Date.now() - ended }
    })
    memory.note(outcome)
    const expected = [...acknowledged.values()].reduce((sum, count) => sum + count, 0)
    const [storedMeanwhile] = await hogql(server.url, 'select count() from events')
    say(`${expected} acknowledged, ${refused} batches refused`)
    const stored = async () => {
      const rows = await hogql(
        server.url,
        'select properties.connection, properties.n, count(), count(distinct uuid) from events group by 1, 2 limit 50000',
      )
      return new Map(
        rows.map(([number, n, count, distinct]) => [`${number} ${n}`, [Number(count), Number(distinct)]]),
      )
    }
    let found = new Map<string, number[]>()
    await eventually(
      async () => {
        found = await stored()
        return [...acknowledged].every(([key, count]) => (found.get(key)?.[1] ?? 0) >= count)
      },
      'all that was acknowledged',
      600_000,
    ).catch((cause: Error) => outcome.broken.push(cause.message))
    let kept = 0
    for (const [key, count] of acknowledged) kept += Math.min(count, found.get(key)?.[1] ?? 0)
    let doubled = 0
    for (const [count, distinct] of found.values()) doubled += count! - distinct!
    add(outcome, { acknowledged: expected, found: kept, doubled, persons: 0 })

    const offered = (expected + refused * batchSize) / ((ended - begun) / 1000)
    const processed = Number(storedMeanwhile?.[0]) / ((ended + acceptsAgainMs - begun) / 1000)
    outcome.notes.push(
      `${Math.round(offered)} events/s offered, ${Math.round(processed)} processed`,
      `${refused} batches refused, the first after ${Math.round((bytesAtFirstRefusal ?? 0) / 1e6)} MB`,
      `accepts again after ${acceptsAgainMs} ms`,
    )
    if (bytesAtFirstRefusal === null) outcome.broken.push('the bound was not reached')
    else if (bytesAtFirstRefusal < bound * 0.9e6) outcome.broken.push('it refused before the bound')
    if (seconds >= 30 && offered < 4 * processed)
      outcome.broken.push('less than four times of what is processed was offered')
    if (withoutRetryAfter) outcome.broken.push(`${withoutRetryAfter} 503s had no Retry-After`)
    if (others.size) outcome.broken.push(`capture also answered ${[...others].join(', ')}`)
    if (acceptsAgainMs > acceptsWithinMs) outcome.broken.push(`it accepted again after ${acceptsAgainMs} ms`)
    return outcome
  } finally {
    await server.kill()
    removeFolder(dataDir)
  }
}

const event = (connection: number, n: number | string, at: number) => ({
  event: 'pressed',
  distinct_id: `p${connection}-${at % 20}`,
  properties: { connection, n, text: 'x'.repeat(300), $current_url: `https://example.com/${at}` },
})

/** The batches of a connection by their number, as text: making each anew would keep us busier than the server. */
function bodyOf(connection: number): (n: number) => string {
  const batch = Array.from({ length: batchSize }, (_, at) => event(connection, 'N', at))
  const parts = JSON.stringify({ api_key: init.projectApiKey, batch }).split('"N"')
  return (n) => parts.join(String(n))
}

/** Somewhere to write that can be full, and have room again. */
type SmallDisk = { name: string; folder: string; fill(): void; free(): void; remove(): void }

/**
 * The disk is full: capture refuses, nothing acknowledged is lost, memory stays bounded, and all goes on when there
 * is room again.
 */
export async function diskFull({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('disk full')
  let slowest = 0
  // A new disk each time: what is stored fills it too, and looking for it takes memory.
  while (outcome.rounds < rounds) slowest = Math.max(slowest, await fillDisk(outcome, say))
  outcome.notes.push(`accepts again after at most ${slowest} ms`)
  if (slowest > acceptsWithinMs) outcome.broken.push(`it accepted again after ${slowest} ms`)
  return outcome
}

/** One round; after how many milliseconds capture accepted again. */
async function fillDisk(outcome: Outcome, say: Run['say']): Promise<number> {
  let server: RunningServer | null = null
  const disk = smallDisk(() => server!.pid)
  if (!outcome.notes.includes(disk.name)) outcome.notes.push(disk.name)
  try {
    server = await startServer({ dataDir: join(disk.folder, 'data') })
    await sleep(2000)
    const memory = watchMemory(server.pid)
    const tag = `full${outcome.rounds}`
    // Large enough to use up soon what the log has kept for itself.
    const load = startLoad(server.url, { tag, text: 'x'.repeat(10_000) })
    const acceptsAgainMs = await memory.during(async () => {
      await sleep(500)
      disk.fill()
      await eventually(async () => (load.statuses['503'] ?? 0) > 0, 'capture refuses', 60_000)
      await sleep(random(500, 2000))
      const freed = Date.now()
      disk.free()
      const good = load.statuses['200'] ?? 0
      await eventually(async () => (load.statuses['200'] ?? 0) > good + 5, 'capture accepts again', 60_000)
      return Date.now() - freed
    })
    const outage = load.longestOutageMs()
    await load.stop()
    onlyThese(outcome, load, ['200', '503'])
    add(outcome, await verify(server.url, tag, load.acknowledged), outage)
    memory.note(outcome)
    say(`round ${outcome.rounds}: ${load.acknowledged.size} acknowledged, ${load.statuses['503']} refused`)
    return acceptsAgainMs
  } catch (error) {
    console.error(server?.output().slice(-6000))
    throw error
  } finally {
    await server?.kill()
    await sleep(300)
    disk.remove()
  }
}

/** A small file system in memory, where this machine lets us mount one; else a limit on the size of files. */
function smallDisk(pid: () => number): SmallDisk {
  const folder = newFolder()
  const remove = () => removeFolder(folder)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1500m', 'tmpfs', folder])
  if (mounted.status === 0) {
    const fillers = [0, 1, 2, 3, 4].map((n) => join(folder, `filler.${n}`))
    return {
      name: 'a tmpfs of 1.5 GB',
      folder,
      // Several times, to take also what is given back meanwhile.
      fill() {
        for (const file of fillers) spawnSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=256K'])
      },
      free() {
        for (const file of fillers) rmSync(file)
      },
      remove() {
        execFileSync('umount', ['-l', folder])
        remove()
      },
    }
  }
  // What the log has now is all it gets: writes beyond fail as they do on a full disk.
  const limit = (size: string) => execFileSync('prlimit', [`--pid=${pid()}`, `--fsize=${size}:unlimited`])
  const file = join(folder, 'data', 'event-log', 'data.mdb')
  return {
    name: 'no mount is allowed here: files may not grow instead',
    folder,
    fill: () => limit(String(statSync(file).size)),
    free: () => limit('unlimited'),
    remove,
  }
}

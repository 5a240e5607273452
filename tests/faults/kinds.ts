import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { type Found, startLoad, verify } from './load.ts'

/** What a kind of fault came to. `notes`: figures that only this kind has. */
export type Outcome = Found & { kind: string; rounds: number; longestOutageMs: number; notes: string }

export type Run = { rounds: number; say(line: string): void }

const random = (low: number, high: number) => low + Math.random() * (high - low)

const nothingYet = (kind: string): Outcome => ({
  kind,
  rounds: 0,
  acknowledged: 0,
  found: 0,
  doubled: 0,
  persons: 0,
  longestOutageMs: 0,
  notes: '',
})

function add(outcome: Outcome, found: Found, longestOutageMs: number): void {
  outcome.rounds++
  outcome.acknowledged += found.acknowledged
  outcome.found += found.found
  outcome.doubled += found.doubled
  outcome.persons += found.persons
  outcome.longestOutageMs = Math.max(outcome.longestOutageMs, Math.round(longestOutageMs))
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'hedgerow-faults-'))

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
      server = await startServer({ dataDir })
      add(outcome, await verify(server.url, tag, load.acknowledged), 0)
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged`)
    }
  } finally {
    await server.kill()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return outcome
}

/** The engine killed, or stopped for a while, under load; capture must go on answering 200. */
export async function killEngine({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('the engine killed or stopped')
  const dataDir = newFolder()
  const server = await startServer({ dataDir })
  const others = new Set<string>()
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
      for (const status of Object.keys(load.statuses)) if (status !== '200') others.add(status)
      add(outcome, await verify(server.url, tag, load.acknowledged), outage)
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged`)
    }
  } finally {
    await server.kill()
    rmSync(dataDir, { recursive: true, force: true })
  }
  outcome.notes = others.size
    ? `capture also answered ${[...others].join(', ')}`
    : 'capture answered 200 throughout'
  return outcome
}

/** The sum of what the processes below `pid` (and it) use, in MB: shared pages are shared out (Linux's PSS). */
export function memoryMb(pid: number): number {
  const children = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
  const tree = new Set([pid])
  for (let grown = true; grown; ) {
    grown = false
    for (const [child, parent] of children) {
      if (tree.has(parent) && !tree.has(child)) {
        tree.add(child)
        grown = true
      }
    }
  }
  let kb = 0
  for (const one of tree) {
    try {
      kb += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
    } catch {
      // It has ended meanwhile.
    }
  }
  return kb / 1024
}

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
  /** Such as `200MB`. */
  bound: string
  say: Run['say']
}): Promise<Outcome & { idleMb: number; mostMb: number; refused: number; acceptsAgainMs: number }> {
  const outcome = nothingYet('backpressure')
  const dataDir = newFolder()
  const server = await startServer({ dataDir, env: { EVENT_LOG_MAX_SIZE: bound } })
  try {
    await capture(server.url, '/batch/', { batch: [event(0, 0, 0)] })
    await sleep(2000)
    const idleMb = memoryMb(server.pid)
    const acknowledged = new Map<string, number>()
    let mostMb = 0
    let refused = 0
    let withoutRetryAfter = 0
    const others = new Set<string>()
    const until = Date.now() + seconds * 1000
    const connection = async (number: number) => {
      for (let n = 1; Date.now() < until; n++) {
        const batch = Array.from({ length: 200 }, (_, at) => event(number, n, at))
        try {
          const response = await capture(server.url, '/batch/', { batch })
          await response.text()
          if (response.status === 200) acknowledged.set(`${number} ${n}`, batch.length)
          else if (response.status === 503) {
            refused++
            if (!response.headers.get('retry-after')) withoutRetryAfter++
          } else others.add(String(response.status))
        } catch {
          others.add('no answer')
        }
      }
    }
    const watch = setInterval(() => {
      mostMb = Math.max(mostMb, memoryMb(server.pid))
    }, 500)
    await Promise.all(Array.from({ length: 16 }, (_, number) => connection(number)))
    clearInterval(watch)
    const ended = Date.now()
    await eventually(
      async () => (await capture(server.url, '/batch/', { batch: [event(99, 0, 0)] })).status === 200,
      'capture accepts again',
      60_000,
    )
    const acceptsAgainMs = Date.now() - ended
    const expected = [...acknowledged.values()].reduce((sum, count) => sum + count, 0)
    say(`${expected} acknowledged, ${refused} batches refused; at most ${Math.round(mostMb)} MB`)
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
    ).catch(() => {})
    let kept = 0
    for (const [key, count] of acknowledged) kept += Math.min(count, found.get(key)?.[1] ?? 0)
    let doubled = 0
    for (const [count, distinct] of found.values()) doubled += count! - distinct!
    add(outcome, { acknowledged: expected, found: kept, doubled, persons: 0 }, 0)
    outcome.notes =
      `memory ${Math.round(idleMb)} MB idle, ${Math.round(mostMb)} MB at most; ${refused} batches refused` +
      `${withoutRetryAfter ? `, ${withoutRetryAfter} without Retry-After` : ''}; accepts again after ${acceptsAgainMs} ms` +
      `${others.size ? `; also answered ${[...others].join(', ')}` : ''}`
    return { ...outcome, idleMb, mostMb, refused, acceptsAgainMs }
  } finally {
    await server.kill()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const event = (connection: number, n: number, at: number) => ({
  event: 'pressed',
  distinct_id: `p${connection}-${at % 20}`,
  properties: { connection, n, text: 'x'.repeat(300), $current_url: `https://example.com/${n}/${at}` },
})

/**
 * The disk is full: capture refuses, nothing acknowledged is lost, and all goes on when there is room again. Needs
 * the right to mount a small file system.
 */
export async function diskFull({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('disk full')
  const mount = newFolder()
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1500m', 'tmpfs', mount])
  let server: RunningServer | null = null
  try {
    const dataDir = join(mount, 'data')
    server = await startServer({ dataDir })
    for (let round = 0; round < rounds; round++) {
      const tag = `full${round}`
      // Large enough to use up soon what the log has kept for itself.
      const load = startLoad(server.url, { tag, text: 'x'.repeat(10_000) })
      await sleep(500)
      const filler = join(mount, 'filler')
      fill(filler)
      await eventually(async () => (load.statuses['503'] ?? 0) > 0, 'capture refuses', 60_000)
      await sleep(random(500, 2000))
      for (let n = 0; n < 5; n++) rmSync(`${filler}.${n}`)
      const good = load.statuses['200'] ?? 0
      await eventually(async () => (load.statuses['200'] ?? 0) > good + 5, 'capture accepts again', 60_000)
      const outage = load.longestOutageMs()
      await load.stop()
      add(outcome, await verify(server.url, tag, load.acknowledged), outage)
      say(`round ${round + 1}: ${load.acknowledged.size} acknowledged, ${load.statuses['503']} refused`)
    }
  } catch (error) {
    console.error(server?.output().slice(-6000))
    throw error
  } finally {
    await server?.kill()
    await sleep(300)
    execFileSync('umount', ['-l', mount])
    rmSync(mount, { recursive: true, force: true })
  }
  return outcome
}

/** Takes all the room there is, also what is given back meanwhile. */
function fill(file: string): void {
  for (let n = 0; n < 5; n++)
    spawnSync('dd', ['if=/dev/zero', `of=${file}.${n}`, 'bs=256K'], { stdio: 'ignore' })
}

/**
 * Watches the system calls of the server while requests come one by one: before the bytes of each 200 there must be an
 * `fdatasync` of the event log that began after the request and has ended. Needs `strace`.
 */
export async function syncedBeforeAnswer({ rounds, say }: Run): Promise<{ answers: number; synced: number }> {
  const dataDir = newFolder()
  const server = await startServer({ dataDir })
  const trace = join(dataDir, 'trace')
  const strace = spawn(
    'strace',
    [
      '-f',
      '-y',
      '-tt',
      '-s',
      '8192',
      '-e',
      'trace=fdatasync,pwrite64,pwritev,write,writev,read',
      '-o',
      trace,
      '-p',
      String(server.pid),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  try {
    await new Promise<void>((attached) => strace.stderr.once('data', () => attached()))
    await sleep(500)
    for (let n = 0; n < rounds; n++) {
      const response = await capture(server.url, '/e/', {
        event: `traced-${n}.`,
        distinct_id: 't',
      })
      if (response.status !== 200) throw new Error(`answered ${response.status}`)
      await response.text()
    }
    await sleep(500)
    strace.kill('SIGINT')
    await new Promise((ended) => strace.once('exit', ended))
    const found = readTrace(readFileSync(trace, 'utf8'))
    say(`${found.answers} answers, ${found.synced} of them after a sync`)
    return found
  } finally {
    strace.kill('SIGKILL')
    await server.kill()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** For each answer: was its record's page written, and a sync of the log begun after that, and ended before it? */
export function readTrace(text: string): { answers: number; synced: number } {
  let answers = 0
  let synced = 0
  let asked = ''
  let written = false
  let isSynced = false
  const begun = new Set<string>()
  for (const line of text.split('\n')) {
    const [pid = ''] = line.split(' ', 1)
    const ofTheLog = line.includes('event-log')
    if (/ read\(/.test(line)) {
      const named = /traced-\d+\./.exec(line)?.[0]
      if (!named) continue
      asked = named
      written = false
      isSynced = false
      begun.clear()
    } else if (/ p?write(?:64|v)\(/.test(line) && ofTheLog && asked && line.includes(asked)) written = true
    else if (/ fdatasync\(/.test(line) && ofTheLog && written) {
      if (line.includes('<unfinished')) begun.add(pid)
      else if (/\)\s+= 0/.test(line)) isSynced = true
    } else if (line.includes('<... fdatasync resumed') && /= 0/.test(line)) {
      if (begun.delete(pid)) isSynced = true
    } else if (/ writev?\(/.test(line) && line.includes('HTTP/1.1 200') && asked) {
      answers++
      if (isSynced) synced++
      asked = ''
    }
  }
  return { answers, synced }
}

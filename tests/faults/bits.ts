import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { type Load, startLoad, verify } from './load.ts'
import { add, newFolder, nothingYet, type Outcome, type Run, random, removeFolder } from './outcome.ts'

const pageBytes = 4096

/**
 * A bit of the event log is flipped while the server is down and events wait in it. Either the record goes to the
 * dead letters with its position, and all others are stored; or the start is refused with a sentence, and with the
 * bit put right all are stored. Never does a wrong event appear, or one twice.
 */
export async function flippedBits({ rounds, say }: Run): Promise<Outcome> {
  const outcome = nothingYet('a bit flipped in the log')
  const ends = { 'set aside': 0, refused: 0, 'not noticed': 0 }
  for (let round = 0; round < rounds; round++) {
    const dataDir = newFolder()
    const file = join(dataDir, 'event-log', 'data.mdb')
    const tag = `bit${round}`
    let server: RunningServer | null = null
    try {
      const load = await leaveBacklog(dataDir, tag)
      const good = `${file}.good`
      cpSync(file, good)
      const what = flip(file, load, round)
      const started = await startServer({ dataDir }).catch((error: Error) => error)
      let set = new Set<string>()
      if (started instanceof Error) {
        const sentence = /^The event log in .* is damaged: (.*)\. Put back/m.exec(started.message)?.[1]
        if (!/ended with 1:/.test(started.message) || !sentence) throw started
        ends.refused++
        say(`round ${round + 1}: ${what}: refused, since ${sentence}`)
        cpSync(good, file)
        server = await startServer({ dataDir })
      } else {
        server = started
        set = await setAside(server, tag, load)
        ends[set.size ? 'set aside' : 'not noticed']++
        say(`round ${round + 1}: ${what}: ${set.size ? `${set.size} events set aside` : 'nothing happens'}`)
      }
      const expected = new Set([...load.acknowledged].filter((uuid) => !set.has(uuid)))
      add(outcome, await verify(server.url, tag, expected))
      outcome.broken.push(...(await strangers(server, tag, load)))
    } catch (error) {
      console.error(server?.output().slice(-3000))
      throw error
    } finally {
      await server?.kill()
      removeFolder(dataDir)
    }
  }
  outcome.notes.push(...Object.entries(ends).map(([end, times]) => `${end}: ${times}`))
  return outcome
}

/** Leaves a data folder with events that wait, the server killed. */
async function leaveBacklog(dataDir: string, tag: string): Promise<Load> {
  const server = await startServer({ dataDir })
  const load = startLoad(server.url, { tag })
  await sleep(random(100, 500))
  const engine = await eventually(async () => server.enginePid(), 'an engine')
  process.kill(engine, 'SIGSTOP')
  await sleep(random(400, 900))
  await server.kill()
  await load.stop()
  process.kill(engine, 'SIGKILL')
  return load
}

/** Flips one bit: in a record, in the page headers, in the first two pages, or anywhere in what is used. */
function flip(file: string, load: Load, round: number): string {
  const bytes = readFileSync(file)
  const place = (['record', 'header', 'record', 'first pages', 'anywhere'] as const)[round % 5]!
  const used: number[] = []
  for (let page = 2 * pageBytes; page < bytes.length; page += pageBytes) {
    if (bytes.subarray(page, page + pageBytes).some((byte) => byte !== 0)) used.push(page)
  }
  const somePage = () => used[Math.floor(Math.random() * used.length)]!
  let at: number
  if (place === 'record') {
    // The engine stood still for the second half of the load, so what came last is waiting.
    const uuids = [...load.acknowledged]
    const uuid = uuids[Math.floor(random(uuids.length * 0.9, uuids.length))]!
    at = bytes.lastIndexOf(`"uuid":"${uuid}"`) + Math.floor(random(0, 100))
  } else if (place === 'header') at = somePage() + Math.floor(random(0, 64))
  // The first 160 bytes are all that LMDB reads of them.
  else if (place === 'first pages') at = Math.floor(random(0, 160)) + (Math.random() < 0.5 ? 0 : pageBytes)
  else at = somePage() + Math.floor(random(0, pageBytes))
  const bit = Math.floor(random(0, 8))
  bytes[at]! ^= 1 << bit
  writeFileSync(file, bytes)
  return `${place}, bit ${bit} of byte ${at}`
}

/** What is among the dead letters, waiting until everything else is stored. */
async function setAside(server: RunningServer, tag: string, load: Load): Promise<Set<string>> {
  let missing = new Set<string>()
  let letters: string[] = []
  await eventually(
    async () => {
      missing = await missingOf(server, tag, load)
      letters = (
        await engineSays(server, "SELECT detail, raw FROM dead_letters WHERE reason = 'unreadable_record'")
      )
        .split('\n')
        .filter(Boolean)
      return [...missing].every((uuid) => letters.some((letter) => letter.includes(uuid)))
    },
    'all events are stored or dead letters',
    60_000,
  )
  if (letters.some((letter) => !/^position \d+: /.test(letter)))
    throw new Error(`a dead letter without position`)
  return missing
}

async function missingOf(server: RunningServer, tag: string, load: Load): Promise<Set<string>> {
  const rows = await hogql(
    server.url,
    `select toString(uuid) from events where properties.tag = '${tag}' limit 50000`,
  )
  const stored = new Set(rows.map(([uuid]) => uuid))
  return new Set([...load.acknowledged].filter((uuid) => !stored.has(uuid)))
}

/** Events that nobody sent. */
async function strangers(server: RunningServer, tag: string, load: Load): Promise<string[]> {
  const rows = await hogql(
    server.url,
    "select concat(toString(uuid), ' ', event, ' ', distinct_id, ' ', toString(ifNull(properties.n, properties.$set.n))) from events limit 50000",
  )
  const wrong = rows.map(([row]) => String(row)).filter((row) => !load.sent.has(row))
  return wrong.slice(0, 3).map((row) => `${tag}: nobody sent ${row}`)
}

/** Dead letters of no project are shown to nobody, so the engine is asked. */
function engineSays(server: RunningServer, sql: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socketPath = join(server.dataDir, 'engine.sock')
    const asked = request({ socketPath, method: 'POST', path: '/?database=hedgerow' }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))))
    })
    asked.on('error', reject)
    asked.end(sql)
  })
}

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { lmdbHome, temporaryLogFolder } from '../../test/event-log.ts'
import { eventLogSuite } from './event-log.suite.ts'
import { createLmdbEventLog } from './lmdb.ts'

eventLogSuite(lmdbHome)

const writer = fileURLToPath(new URL('../../test/event-log-writer.ts', import.meta.url))

/** Runs the writer and kills it after a while, as nothing can be caught; gives what it said. */
async function killedWriter(folder: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
  })
  await once(child.stdout, 'data')
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  child.kill('SIGKILL')
  await once(child, 'close')
  return said.slice(0, said.lastIndexOf('\n')).split('\n')
}

describe('a process killed while it writes', () => {
  it.each([150, 400, 700])(
    'leaves every acknowledged record and the exact range (after %i ms)',
    async (ms) => {
      const folder = await temporaryLogFolder()
      const said = await killedWriter(folder, ms)
      const of = (verb: string) =>
        said.filter((line) => line.startsWith(`${verb} `)).map((line) => line.slice(verb.length + 1))
      const acknowledged = of('ack').flatMap((name) => [`${name}:a`, `${name}:b`])
      const lastRead = of('read').at(-1)?.split(' ').slice(0, 2).map(Number)
      const lastCommit = Number(of('commit').at(-1) ?? 0)
      expect(acknowledged.length).toBeGreaterThan(100)

      const log = createLmdbEventLog({ folder, maxBytes: 1024 ** 3 })
      const gone = of('read').flatMap((line) => line.split(' ').slice(2))
      const left: string[] = []
      for (;;) {
        const range = await log.read({ maxBytes: 1e6, waitMs: 0 })
        if (!range) break
        if (left.length === 0 && range.replayed && lastRead && lastRead[1]! > lastCommit) {
          expect([range.first, range.last]).toEqual(lastRead)
          gone.splice(-range.records.length)
        }
        left.push(...range.records.map(({ bytes }) => Buffer.from(bytes).toString().replace(/x+$/, '')))
        await log.commit(range.last)
      }
      await log.close()
      await rm(folder, { recursive: true, force: true })

      const found = [...gone, ...left]
      expect(new Set(found).size).toBe(found.length)
      const there = new Set(found)
      expect(acknowledged.filter((name) => !there.has(name))).toEqual([])
      for (let one = 0; one < 16; one++) {
        const own = found.filter((name) => name.startsWith(`${one}:`))
        expect(own).toEqual(own.map((_, at) => `${one}:${at >> 1}:${at % 2 ? 'b' : 'a'}`))
      }
    },
  )
})

it('refuses when the disk is full, lives on, and keeps what it has accepted', async () => {
  const folder = await temporaryLogFolder()
  const script = fileURLToPath(new URL('../../test/event-log-full-disk.ts', import.meta.url))
  // No file of the process may grow beyond some 80 MB; the system says so as it says that a disk is full.
  const { stdout } = await promisify(execFile)('bash', [
    '-c',
    `trap '' XFSZ; ulimit -f 80000; exec "$0" --import tsx "$1" "$2"`,
    process.execPath,
    script,
    folder,
  ])
  const { accepted, refusals, records } = JSON.parse(stdout)
  expect(accepted).toBeGreaterThan(50)
  expect(records).toBe(accepted)
  const refusal = {
    kind: 'unavailable',
    retryAfter: expect.any(Number),
    cause: expect.stringMatching(/Error/),
  }
  expect(refusals).toEqual([refusal, refusal, refusal])

  const log = createLmdbEventLog({ folder, maxBytes: 1024 ** 3 })
  await log.append([Buffer.from('there is room again')])
  const range = await log.read({ maxBytes: 1e9, waitMs: 0 })
  expect(range!.records).toHaveLength(accepted + 1)
  await log.close()
  await rm(folder, { recursive: true, force: true })
})

it('tells a record of which a bit was flipped on the disk, and gives the others', async () => {
  const folder = await temporaryLogFolder()
  let log = createLmdbEventLog({ folder, maxBytes: 1024 ** 3 })
  await log.append(['one', 'two', 'three'].map((name) => Buffer.from(name.repeat(2000))))
  await log.close()
  const file = join(folder, 'data.mdb')
  const bytes = await readFile(file)
  const at = bytes.indexOf('twotwo')
  bytes[at + 1000]! ^= 4
  await writeFile(file, bytes)
  log = createLmdbEventLog({ folder, maxBytes: 1024 ** 3 })
  const range = await log.read({ maxBytes: 1e9, waitMs: 0 })
  expect(range!.records.map(({ position, isDamaged }) => [position, isDamaged])).toEqual([
    [1, undefined],
    [2, true],
    [3, undefined],
  ])
  await log.close()
  await rm(folder, { recursive: true, force: true })
})

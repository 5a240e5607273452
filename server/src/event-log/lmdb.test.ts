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
import { checkLmdbEventLog, DamagedEventLog } from './lmdb-check.ts'

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

      await checkLmdbEventLog(folder)
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

it('refuses when the disk is full, lives on, and keeps what it has accepted', {
  timeout: 120_000,
}, async () => {
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

describe('the look at a log before it is used', () => {
  const pageBytes = 4096
  /** A log with records that are read, waiting and forgotten, of which a change of its bytes is looked at. */
  async function changed(change: (bytes: Buffer) => void): Promise<unknown> {
    const folder = await temporaryLogFolder()
    try {
      const log = createLmdbEventLog({ folder, maxBytes: 1024 ** 3 })
      for (let n = 0; n < 30; n++) {
        await log.append([Buffer.from(`${n} `.repeat(300)), Buffer.from(`${n} `.repeat(3000))])
      }
      const range = await log.read({ maxBytes: 20_000, waitMs: 0 })
      await log.seenBefore(range!.first, ['1:01823e89-f75d-7000-8d4d-3d43e54f6de5'])
      await log.commit(range!.last)
      await log.read({ maxBytes: 20_000, waitMs: 0 })
      await log.close()
      const file = join(folder, 'data.mdb')
      const bytes = await readFile(file)
      change(bytes)
      await writeFile(file, bytes)
      return await checkLmdbEventLog(folder).then(
        () => 'fine',
        (error: unknown) => error,
      )
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  const newest = (bytes: Buffer) =>
    bytes.readBigUInt64LE(152) > bytes.readBigUInt64LE(pageBytes + 152) ? 0 : pageBytes
  /** Pages that are used no more hold older copies. */
  function everywhere(bytes: Buffer, text: string): void {
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) bytes[at]! ^= 1
  }

  it('has nothing to say about one that is as it was left, or not there', async () => {
    expect(await changed(() => {})).toBe('fine')
    await expect(checkLmdbEventLog(join(await temporaryLogFolder(), 'none'))).resolves.toBeUndefined()
  })

  it('leaves a damaged record to whoever reads it', async () => {
    expect(await changed((bytes) => (bytes[bytes.lastIndexOf('29 29 ') + 50]! ^= 1))).toBe('fine')
  })

  it.each<[string, (bytes: Buffer) => void]>([
    ['the number of the last transaction', (bytes) => (bytes[newest(bytes) + 152]! ^= 4)],
    ['where its tables begin', (bytes) => (bytes[newest(bytes) + 48 + 48 + 40]! ^= 1)],
    ['what kind of file it is', (bytes) => (bytes[newest(bytes) + 24]! ^= 1)],
    ['a table that has another name', (bytes) => everywhere(bytes, 'records')],
    ['a list of pages that is not what it was', (bytes) => (bytes[newest(bytes) + 48 + 40]! ^= 1)],
    ['its books', (bytes) => everywhere(bytes, '"bytes":')],
    ['its end', (bytes) => bytes.fill(0, 2 * pageBytes)],
  ])('refuses: %s', async (_what, change) => {
    const error = await changed(change)
    expect(error).toBeInstanceOf(DamagedEventLog)
    expect((error as Error).message).toMatch(/^The event log in .* is damaged: .+\. Put back a copy of it/)
  })
})

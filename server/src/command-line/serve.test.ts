import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
const running = new Set<ChildProcess>()
let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hedgerow-serve-'))
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(dataDir, { recursive: true, force: true })
})

function start(words: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...words], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (part) => {
    said.out += part
  })
  child.stderr.on('data', (part) => {
    said.err += part
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve)).finally(() =>
    running.delete(child),
  )
  return { child, said, ended }
}

test('a server says where it is, answers its command line, stops on SIGTERM, and starts again', {
  timeout: 120_000,
}, async () => {
  const init = {
    INIT_EMAIL: 'ann@example.com',
    INIT_PASSWORD: 'correct-horse-1',
    INIT_PROJECT_API_KEY: 'phc_init',
  }
  const first = start(['serve'], init)
  await expect.poll(() => first.said.out, { timeout: 60_000 }).toMatch(/is ready: (http:\S+)/)
  const address = /is ready: (http:\S+)/.exec(first.said.out)![1]
  expect((await fetch(`${address}/_health`)).status).toBe(200)
  const sent = await fetch(`${address}/e/`, {
    method: 'POST',
    body: JSON.stringify({ token: 'phc_init', event: 'kept', distinct_id: 'a' }),
  })
  expect(sent.status).toBe(200)

  const second = start(['serve'])
  expect(await second.ended).toBe(1)
  expect(second.said.err).toContain(`is in use by process ${first.child.pid}.`)

  const list = start(['user', 'list'])
  expect(await list.ended).toBe(0)
  expect(list.said.out).toContain('ann@example.com')

  first.child.kill('SIGTERM')
  expect(await first.ended).toBe(0)
  expect(first.said.out).toContain('Hedgerow has stopped.')
  expect(first.said.err).toBe('')

  // INIT_* may stay: on a database with a user they do nothing.
  const again = start(['serve'], init)
  await expect.poll(() => again.said.out, { timeout: 60_000 }).toMatch(/is ready/)
  again.child.kill('SIGINT')
  expect(await again.ended).toBe(0)
})

test('a port that is taken is named', { timeout: 60_000 }, async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const { said, ended } = start(['serve'], { PORT: String(port) })
  expect(await ended).toBe(1)
  expect(said.err).toBe(
    `127.0.0.1:${port} is taken by another program. Stop that one, or set PORT to another number.\n`,
  )
  other.close()
})

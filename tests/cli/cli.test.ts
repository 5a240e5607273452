import { spawn } from 'node:child_process'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, type RunningServer, startServer, temporaryFolder } from '../support/server.ts'

const cli = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url))

/** Runs the built command line to its end. No failure of these may show a stack. */
async function hedgerow(words: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [cli, ...words.split(' ')], {
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 90_000,
    killSignal: 'SIGKILL',
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (part) => (out += part))
  child.stderr.on('data', (part) => (err += part))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  expect(out + err).not.toMatch(/\n\s+at /)
  return { code, out, err }
}

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.stop())

test('users and keys are made and listed beside the running server', async () => {
  const env = { DATA_DIR: server.dataDir }
  const made = await hedgerow('user create --email bob@example.com --level admin --json', env)
  expect([made.code, made.err]).toEqual([0, ''])
  expect(JSON.parse(made.out)).toEqual({
    email: 'bob@example.com',
    level: 'admin',
    password: expect.any(String),
  })
  const users = await hedgerow('user list', env)
  expect(users.out.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'email',
    init.email,
    'bob@example.com',
    '',
  ])
  const { value } = JSON.parse(
    (await hedgerow('key create --email bob@example.com --label ci --json', env)).out,
  )
  const asked = await fetch(`${server.url}/api/users/@me/`, { headers: { authorization: `Bearer ${value}` } })
  expect([asked.status, await asked.json()]).toMatchObject([200, { email: 'bob@example.com' }])
  expect((await hedgerow('key list', env)).out).not.toContain(value)
})

test('doctor is well beside a running server, and shows no secret', async () => {
  const secrets = {
    SECRET_KEY: 'confidential-'.repeat(4),
    INIT_EMAIL: init.email,
    INIT_PASSWORD: init.password,
  }
  const { code, out } = await hedgerow('doctor', { DATA_DIR: server.dataDir, ...secrets })
  expect(out).toContain(`is in use by process ${server.pid}`)
  expect(out).not.toMatch(/PROBLEM|confidential|analytical/)
  expect(code).toBe(0)
})

test('doctor leaves a folder that is not there as it is, and names what is wrong', async () => {
  const dataDir = join(temporaryFolder(), 'none yet')
  const well = await hedgerow('doctor', { DATA_DIR: dataDir })
  expect([well.code, existsSync(dataDir)]).toEqual([0, false])
  const ill = await hedgerow('doctor', { DATA_DIR: dataDir, PORT: '99999' })
  expect([ill.code, ill.out]).toEqual([1, expect.stringContaining('PORT: must be a whole number')])
})

test('what stops a start is said in a sentence', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const dataDir = temporaryFolder()
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, 'no database')
  const starts: [Record<string, string>, string | RegExp][] = [
    [{ DATA_DIR: server.dataDir }, `is in use by process ${server.pid}. Stop that one first`],
    [{ DATA_DIR: file }, `The data folder ${file} can't be written: there is a file of that name.`],
    [{ DATA_DIR: dataDir, PORT: 'eighty', SECRET_KEY: 'short' }, /PORT: must be .*\n.*SECRET_KEY: must have/],
    [{ DATA_DIR: dataDir, GEOIP_DB: '/nowhere' }, "GEOIP_DB can't be read"],
    [{ DATA_DIR: dataDir, GEOIP_DB: file }, "GEOIP_DB is no database in MaxMind's format"],
    [{ DATA_DIR: dataDir, CLICKHOUSE_URL: 'http://127.0.0.1:1' }, 'Nothing answers at 127.0.0.1:1.'],
    [{ DATA_DIR: dataDir, PORT: String(port) }, `127.0.0.1:${port} is taken by another program.`],
    [{ DATA_DIR: dataDir, HOST: '192.0.2.1' }, 'This machine has no address 192.0.2.1.'],
  ]
  for (const [env, sentence] of starts) {
    const { code, err } = await hedgerow('serve', env)
    expect(err).toMatch(sentence)
    expect(code).toBe(1)
  }
  other.close()
  const answer = await fetch(`${server.url}/_health`)
  expect(answer.status).toBe(200)
})

test('a folder that this user may not write is named', async () => {
  // Root may write everywhere but where the kernel says no.
  const root = process.getuid?.() === 0 ? '/sys' : temporaryFolder()
  const dataDir = join(root, 'hedgerow')
  if (root !== '/sys') chmodSync(root, 0o500)
  const { code, err } = await hedgerow('serve', { DATA_DIR: dataDir })
  expect(err).toMatch(/The data folder \S+ can't be written: (?:this user may not write|its file system is)/)
  expect(code).toBe(1)
})

test('words that are not understood end with 2 and say what is', async () => {
  const env = { DATA_DIR: join(temporaryFolder(), 'none') }
  for (const [words, sentence] of [
    ['srve', '"hedgerow srve" is not a command. "hedgerow help" lists them.'],
    ['serve now', '"hedgerow serve now" is not a command.'],
    ['user create', '--email is missing.'],
    ['key create --email bob@example.com', '--label is missing.'],
    ['user list extra', '"hedgerow help" lists the options.'],
  ] as const) {
    const { code, err } = await hedgerow(words, env)
    expect(err).toContain(sentence)
    expect(code).toBe(2)
  }
  expect(existsSync(env.DATA_DIR)).toBe(false)
})

test('demo where no server runs and nobody has signed up makes an account to look at it with', {
  timeout: 120_000,
}, async () => {
  const env = { DATA_DIR: temporaryFolder() }
  const { code, out } = await hedgerow('demo --people 30', env)
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/Made an account: demo@example[.]com, password \S{20}/),
  ])
  expect(out).toMatch(/Done: [\d,]+ events in \d+ s[.] [/]project[/]2[/]dashboard/)
  const again = await hedgerow('demo', env)
  expect([again.code, again.out]).toEqual([0, expect.stringContaining('There is a demo project already')])
  expect((await hedgerow('demo --email nobody@example.com', env)).err).toBe(
    'Nobody has the e-mail address nobody@example.com.\n',
  )
})

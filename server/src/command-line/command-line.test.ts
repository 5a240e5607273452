import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../test/database.ts'
import { createTwoFactorStore } from '../accounts/two-factor.ts'
import { twoFactors, users } from '../database/schema.ts'
import { lockDataDir } from '../kit/data-dir-lock.ts'
import { totpCode, totpStep } from '../kit/totp.ts'
import { createLocalControl, localControlPath } from '../local-control.ts'
import { accountVerbs } from './account-verbs.ts'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
const running = new Set<ChildProcess>()
let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hedgerow-cli-'))
})
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(dataDir, { recursive: true, force: true })
})

async function hedgerow(words: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...words.split(' ').filter(Boolean)], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (part) => {
    out += part
  })
  child.stderr.on('data', (part) => {
    err += part
  })
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
  running.delete(child)
  return { code, out, err }
}

const json = async (words: string) => JSON.parse((await hedgerow(`${words} --json`)).out)

test('help, and words that are no command', async () => {
  expect(await hedgerow('help')).toMatchObject({ code: 0, out: expect.stringContaining('hedgerow serve') })
  expect(await hedgerow('srve')).toMatchObject({ code: 2, err: expect.stringContaining('is not a command') })
  expect(await hedgerow('key list --foo')).toMatchObject({ code: 2, err: expect.stringContaining('--foo') })
  expect(await hedgerow('user create')).toMatchObject({ code: 2, err: expect.stringContaining('--email') })
})

test('a bad configuration is named without a stack', async () => {
  const { code, err } = await hedgerow('serve', { PORT: 'eighty', INIT_EMAIL: 'a@example.com' })
  expect(code).toBe(1)
  expect(err).toContain('PORT: must be a whole number')
  expect(err).not.toMatch(/\n\s+at /)
})

test('a folder that is in use or cannot be written stops the start with a sentence', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-cli-'))
  const lock = await lockDataDir(folder)
  try {
    const { code, err } = await hedgerow('serve', { DATA_DIR: folder })
    expect({ code, err }).toEqual({
      code: 1,
      err: `The data folder ${folder} is in use by process ${process.pid}. Stop that one first, or set DATA_DIR to another folder.\n`,
    })
    await writeFile(join(folder, 'file'), '')
    expect((await hedgerow('serve', { DATA_DIR: join(folder, 'file') })).err).toContain("can't be written")
  } finally {
    await lock.release()
    await rm(folder, { recursive: true, force: true })
  }
})

test('users and keys are made, listed and deleted where no server runs', { timeout: 120_000 }, async () => {
  const made = await json('user create --email ann@example.com --name Ann')
  expect(made).toEqual({ email: 'ann@example.com', level: 'owner', password: expect.any(String) })
  expect(await json('user create --email bob@example.com --password correct-horse-battery')).toEqual({
    email: 'bob@example.com',
    level: 'member',
  })
  const taken = await hedgerow('user create --email ANN@example.com')
  expect(taken).toMatchObject({ code: 1, err: 'There is already an account with this email address.\n' })
  expect(await json('user list')).toMatchObject([
    { email: 'ann@example.com', name: 'Ann', active: true, staff: true },
    { email: 'bob@example.com', staff: false },
  ])
  const key = await json('key create --email ann@example.com --label ci')
  expect(key).toEqual({ id: expect.any(String), label: 'ci', value: expect.stringMatching(/^phx_/) })
  const listed = await hedgerow('key list')
  expect(listed.out).toContain('ann@example.com')
  expect(listed.out).not.toContain(key.value)
  expect((await hedgerow(`key delete --id ${key.id}`)).code).toBe(0)
  expect(await hedgerow(`key delete --id ${key.id}`)).toMatchObject({ code: 1 })
})

test('while a server runs, its command line asks it', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-cli-'))
  const lock = await lockDataDir(folder)
  const database = await testDatabase()
  let changes = 0
  const control = await createLocalControl({
    path: localControlPath(folder),
    verbs: accountVerbs({
      database,
      changed: async () => {
        changes++
      },
    }),
  })
  try {
    const env = { DATA_DIR: folder }
    expect((await hedgerow('user create --email ann@example.com --password abcdefgh12', env)).code).toBe(0)
    expect(changes).toBe(1)
    const again = await hedgerow('user create --email ann@example.com', env)
    expect(again).toMatchObject({ code: 1, err: 'There is already an account with this email address.\n' })
    const twoFactor = createTwoFactorStore(database)
    const [ann] = await database.db.select().from(users)
    const secret = await twoFactor.begin(ann!)
    const now = new Date()
    await twoFactor.confirm(ann!.id, totpCode(secret, totpStep(now)), now)
    expect((await database.db.select().from(users))[0]!.is2faEnabled).toBe(true)
    expect((await hedgerow('user disable-2fa --email ann@example.com', env)).code).toBe(0)
    expect((await database.db.select().from(users))[0]!.is2faEnabled).toBe(false)
    expect(await database.db.select().from(twoFactors)).toEqual([])
    expect(changes).toBe(2)
    const unknown = await hedgerow('key create --email eve@example.com --label x', env)
    expect(unknown).toMatchObject({ code: 1, err: 'Nobody has the e-mail address eve@example.com.\n' })
  } finally {
    await control.close()
    await database.close()
    await lock.release()
    await rm(folder, { recursive: true, force: true })
  }
})

test('doctor says what is wrong and what to do', { timeout: 60_000 }, async () => {
  const well = await hedgerow('doctor', { SECRET_KEY: 'x'.repeat(40) })
  expect(well.out).toMatch(/ok +warehouse: the embedded engine answers/)
  expect(well.out).not.toContain('xxxx')
  expect(well).toMatchObject({ code: 0, err: '' })
  const ill = await hedgerow('doctor', { DATABASE_URL: 'postgresql://ann:secret@127.0.0.1:1/none' })
  expect(ill.code).toBe(1)
  expect(ill.out).toMatch(/PROBLEM database: The database does not answer/)
  expect(ill.out).not.toContain('secret')
})

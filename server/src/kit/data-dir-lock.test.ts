import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { holderOf, lockDataDir } from './data-dir-lock.ts'

let folder: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedgerow-lock-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Another process that takes the lock and says what became of it. */
function contender(): Promise<{ child: ChildProcess; said: string }> {
  const script = `
    import { lockDataDir } from ${JSON.stringify(new URL('./data-dir-lock.ts', import.meta.url).href)}
    lockDataDir(${JSON.stringify(folder)}).then(() => console.log('locked'), (error) => console.log(error.message))
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  return new Promise((resolve) => {
    child.stdout!.once('data', (said) => resolve({ child, said: String(said).trim() }))
  })
}

const kill = (child: ChildProcess) =>
  new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGKILL')
  })

test('a second process is told which process has the folder', async () => {
  const first = await contender()
  expect(first.said).toBe('locked')
  await expect(lockDataDir(folder)).rejects.toThrow(
    `The data folder ${folder} is in use by process ${first.child.pid}. Stop that one first, or set DATA_DIR to another folder.`,
  )
  expect(await holderOf(folder)).toMatchObject({ pid: first.child.pid })
})

test('the same process is refused too, until it has given the folder back', async () => {
  const lock = await lockDataDir(folder)
  await expect(lockDataDir(folder)).rejects.toMatchObject({ reason: 'in use' })
  await lock.release()
  expect(await holderOf(folder)).toBeNull()
  await (await lockDataDir(folder)).release()
})

test('a lock left by kill -9 is taken over, and by one of many only', { timeout: 60_000 }, async () => {
  const first = await contender()
  await kill(first.child)
  expect(await holderOf(folder)).toBeNull()
  const said = (await Promise.all([contender(), contender(), contender()])).map((each) => each.said)
  expect(said.filter((each) => each === 'locked')).toHaveLength(1)
  expect(said.filter((each) => each.includes('is in use by process'))).toHaveLength(2)
})

test('many starts in one process at a stale lock give one holder', async () => {
  for (let round = 0; round < 20; round++) {
    await writeFile(
      join(folder, 'lock'),
      JSON.stringify({
        token: `dead-${round}`,
        pid: 2 ** 22 + 1,
        host: (await import('node:os')).hostname(),
      }),
    )
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(folder)))
    const won = tries.filter((each) => each.status === 'fulfilled')
    expect(won).toHaveLength(1)
    await won[0]!.value.release()
  }
})

test("a live process that has only inherited the dead holder's number does not keep the folder", async () => {
  const first = await contender()
  const holder = JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))
  await kill(first.child)
  await writeFile(join(folder, 'lock'), JSON.stringify({ ...holder, pid: process.ppid }))
  await (await lockDataDir(folder)).release()
})

test('a holder elsewhere counts as alive while it touches the lock', async () => {
  const file = join(folder, 'lock')
  await writeFile(file, JSON.stringify({ token: 'far', pid: 1, host: 'another-machine', started: 'x' }))
  expect(await holderOf(folder)).toMatchObject({ host: 'another-machine' })
  const long = new Date(Date.now() - 60_000)
  await utimes(file, long, long)
  expect(await holderOf(folder)).toBeNull()
  await (await lockDataDir(folder)).release()
})

test('a torn lock file does not keep the folder', async () => {
  await writeFile(join(folder, 'lock'), '{"token":"x')
  await (await lockDataDir(folder)).release()
})

test('a folder that cannot be made or written gets a sentence', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(lockDataDir(join(folder, 'file'))).rejects.toMatchObject({
    reason: 'not writable',
    message: expect.stringContaining("can't be written: there is a file of that name."),
  })
  await expect(lockDataDir(join(folder, 'file', 'below'))).rejects.toThrow(/a part of that path is a file/)
  if (process.getuid?.() !== 0) {
    await mkdir(join(folder, 'sealed'))
    await chmod(join(folder, 'sealed'), 0o500)
    await expect(lockDataDir(join(folder, 'sealed'))).rejects.toThrow(/may not write there/)
  }
})

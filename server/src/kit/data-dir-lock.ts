import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  access,
  constants,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/**
 * One process tree for each data folder: the embedded stores take no lock of their own that holds everywhere, and a
 * second process that opens them corrupts them silently.
 *
 * The lock is a small file that names its holder. A holder on this machine counts as alive when a process has its
 * number *and* its start time (numbers are reused); on another machine or in another container, when it has touched
 * the file within the last `quietMs`. The one who may follow a dead holder is whoever first makes the link
 * `lock.<token of the dead>.next`: two that see the same dead holder can't both take over.
 */
export type DataDirLock = {
  /** Gives the folder back. */
  release(): Promise<void>
}

/** The folder can't be used; the message is a sentence for the person who started the program. */
export class DataDirError extends Error {
  readonly reason: 'in use' | 'not writable'
  constructor(reason: 'in use' | 'not writable', message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DataDirError'
    this.reason = reason
  }
}

type Holder = { token: string; pid: number; host: string; started: string }

const touchMs = 5_000
const quietMs = 20_000
const forgetMs = 3_600_000

/**
 * Makes the folder if need be and locks it.
 * @param lost called when the lock turns out to be somebody else's (the file was removed by hand, say).
 * @throws DataDirError when another process has it, or it can't be written.
 */
export async function lockDataDir(dataDir: string, lost?: () => void): Promise<DataDirLock> {
  await makeWritable(dataDir)
  const path = join(dataDir, 'lock')
  const own: Holder = {
    token: randomUUID(),
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
  }
  const draft = `${path}.${own.token}`
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 })
  try {
    await succeed(path, draft, dataDir)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
  await forgetOldLinks(dataDir)

  const isOurs = async () => (await readHolder(path))?.token === own.token
  const beat = setInterval(async () => {
    if (await isOurs().catch(() => true)) await utimes(path, new Date(), new Date()).catch(() => undefined)
    else {
      clearInterval(beat)
      lost?.()
    }
  }, touchMs)
  beat.unref()
  return {
    release: async () => {
      clearInterval(beat)
      if (await isOurs()) await rm(path, { force: true })
    },
  }
}

/** Who has the folder now, if anybody: what the command line asks before it opens the stores. */
export async function holderOf(dataDir: string): Promise<{ pid: number; host: string } | null> {
  const found = await currentHolder(join(dataDir, 'lock'))
  return found && (await isAlive(found.file, found.holder)) ? found.holder : null
}

/** Makes the link that only one process can make; returns when it is ours. */
async function succeed(path: string, draft: string, dataDir: string): Promise<void> {
  for (const deadline = Date.now() + quietMs + touchMs; ; ) {
    const found = await currentHolder(path)
    if (found && (await isAlive(found.file, found.holder))) {
      const { pid, host } = found.holder
      const elsewhere = host !== hostname()
      if (elsewhere && Date.now() < deadline && !(await hasTouchedSince(found.file))) {
        await sleep(500)
        continue
      }
      throw new DataDirError(
        'in use',
        `The data folder ${dataDir} is in use by process ${pid}${elsewhere ? ` on ${host}` : ''}. Stop that one first, or set DATA_DIR to another folder.`,
      )
    }
    try {
      return await link(draft, found ? `${path}.${found.holder.token}.next` : path)
    } catch (error) {
      // Somebody else was quicker: look again who it is.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** Follows `lock` and the links of those who took over from dead holders to the latest. */
async function currentHolder(path: string): Promise<{ file: string; holder: Holder } | null> {
  let file = path
  let holder = await readHolder(file)
  if (!holder) return null
  for (;;) {
    const next = `${path}.${holder.token}.next`
    const following = await readHolder(next)
    if (!following) return { file, holder }
    file = next
    holder = following
  }
}

async function readHolder(file: string): Promise<Holder | null> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder> | null
    const { token, pid, host, started } = value ?? {}
    if (typeof token === 'string' && typeof pid === 'number' && typeof host === 'string') {
      return { token, pid, host, started: String(started) }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    if (!(error instanceof SyntaxError)) throw error
  }
  // Not a lock of ours, or a torn one after a power cut: nobody writes it in parts, so nobody holds it.
  return { token: 'unreadable', pid: 0, host: hostname(), started: '' }
}

async function isAlive(file: string, { pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return Date.now() - (await stat(file)).mtimeMs < quietMs
  if (pid <= 0) return false
  if (pid === process.pid) return started === (await startOf(pid))
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const now = await startOf(pid)
  return now === '' || started === '' || now === started
}

/** Whether a holder elsewhere shows life within the next beat. */
async function hasTouchedSince(file: string): Promise<boolean> {
  const before = (await stat(file)).mtimeMs
  await sleep(touchMs + 1_000)
  return (await stat(file)).mtimeMs !== before
}

/** When a process began, as text that differs for a later process of the same number; '' where unknown. */
async function startOf(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    try {
      const line = await readFile(`/proc/${pid}/stat`, 'utf8')
      const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
      // The second field is the name in parentheses, which may hold spaces; the start time is field 22.
      return `${boot.trim()} ${line.slice(line.lastIndexOf(')') + 2).split(' ')[19]}`
    } catch {
      return ''
    }
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], {
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' },
    })
    return stdout.trim()
  } catch {
    return ''
  }
}

async function makeWritable(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
    const probe = join(dataDir, `.probe-${randomUUID()}`)
    await writeFile(probe, 'x')
    await rm(probe)
  } catch (error) {
    const because: Record<string, string> = {
      EACCES: 'this user may not write there',
      EPERM: 'this user may not write there',
      EROFS: 'its file system is read-only',
      ENOTDIR: 'a part of that path is a file',
      EEXIST: 'there is a file of that name',
      ENOSPC: 'the disk is full',
      EDQUOT: 'the disk quota is used up',
      ENOENT: 'it could not be made',
    }
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const sentence = because[code] ?? (error instanceof Error ? error.message : String(error))
    throw new DataDirError(
      'not writable',
      `The data folder ${dataDir} can't be written: ${sentence}. Change its owner or permissions, or set DATA_DIR to another folder.`,
      { cause: error },
    )
  }
}

/** The links of take-overs long past; young ones may still be read by a start that runs at this moment. */
async function forgetOldLinks(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!/^lock\..*\.next$/.test(name)) continue
    const file = join(dataDir, name)
    const age = await stat(file).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    )
    if (age > forgetMs) await rm(file, { force: true })
  }
}

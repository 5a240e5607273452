import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { startEnvironment } from './start-environment.ts'

const root = resolve(fileURLToPath(import.meta.url), '../../..')

/** Keys that every server of these tests is started with, by its `INIT_*` settings. */
export const init = {
  email: 'ada@example.com',
  password: 'analytical engine 1843',
  personalApiKey: 'phx_BlackBoxTestsPersonalApiKey0123456789abcdef',
  projectApiKey: 'phc_black_box_tests',
}

export type RunningServer = {
  url: string
  pid: number
  dataDir: string
  /** What it has written to stdout and stderr so far. */
  output(): string
  /** Asks with SIGTERM and waits for the end; the exit code. */
  stop(): Promise<number | null>
  /** `kill -9`, without any chance to tidy up. */
  kill(): Promise<void>
  /** Process id of the embedded engine, the child that holds the warehouse. */
  enginePid(): number
}

export type StartOptions = {
  /** An existing data folder to continue with; a new temporary one where absent. */
  dataDir?: string
  env?: Record<string, string>
  /** False starts on an empty installation, as a newcomer finds it. */
  bootstrap?: boolean
  /** A command and its arguments that becomes (`exec`) the one that is put behind them. */
  through?: string[]
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts the built server (`hedgerow serve`) on a free port and waits until it is ready. */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? temporaryFolder()
  const command = [...(options.through ?? []), process.execPath, join(root, 'server/dist/cli.js'), 'serve']
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...startEnvironment,
      PORT: '0',
      DATA_DIR: dataDir,
      // Tests ask more often than any script.
      RATE_LIMITS: 'off',
      ...(options.bootstrap === false
        ? {}
        : {
            INIT_EMAIL: init.email,
            INIT_PASSWORD: init.password,
            INIT_PERSONAL_API_KEY: init.personalApiKey,
            INIT_PROJECT_API_KEY: init.projectApiKey,
          }),
      ...options.env,
    },
  })
  running.add(child)
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  void ended.then(() => running.delete(child))

  const url = await readyUrl(child, () => output)
  return {
    url,
    pid: child.pid!,
    dataDir,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    enginePid() {
      const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' })
      const pids = children.split('\n').map(Number).filter(Boolean)
      if (pids.length !== 1) throw new Error(`expected one child process, found ${pids.join(', ') || 'none'}`)
      return pids[0]!
    },
  }
}

async function readyUrl(child: ChildProcess, output: () => string): Promise<string> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline) {
    const end = child.exitCode ?? child.signalCode
    if (end !== null) throw new Error(`the server ended with ${end}:\n${output()}`)
    const url = /ready(?: at|:) (http:\/\/\S+)/.exec(output())?.[1]
    if (url) return url.replace(/\/$/, '')
    await sleep(25)
  }
  throw new Error(`the server was not ready after a minute:\n${output()}`)
}

/** A fresh folder; removed when all tests are done. */
export const temporaryFolder = () => mkdtempSync(join(inject('temporaryRoot'), 'data-'))

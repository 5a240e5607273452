import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startEnvironment } from '../tests/support/start-environment.ts'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const tsx = ['--import', 'tsx']

/** Keys of the servers under measurement. */
export const keys = {
  personal: 'phx_BenchPersonalApiKey0123456789abcdefghijk',
  project: 'phc_bench',
}

const canPin = (() => {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' })
    return cpus().length > 1
  } catch {
    return false
  }
})()

/** `command` pinned to one core where the machine lets us (Linux with taskset and two cores). */
function pinned(core: number | null, command: string[]): [string, string[]] {
  const full = core === null || !canPin ? command : ['taskset', '-c', String(core), ...command]
  return [full[0]!, full.slice(1)]
}

export type Measured = { url: string; pid: number; stop(): Promise<void> }

async function started(child: ChildProcess): Promise<Measured> {
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  for (let waited = 0; waited < 60_000; waited += 25) {
    const url = /ready(?: at|:) (http:\/\/\S+)/.exec(output)?.[1]
    if (url) {
      return {
        url: url.replace(/\/$/, ''),
        pid: child.pid!,
        async stop() {
          child.kill('SIGTERM')
          await ended
        },
      }
    }
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${output}`)
    await sleep(25)
  }
  throw new Error(`not ready after a minute: ${output}`)
}

/** The built server on a data folder of its own. */
export function startHedgerow(dataDir: string, core: number | null = null): Promise<Measured> {
  const [command, args] = pinned(core, [process.execPath, join(root, 'server/dist/cli.js'), 'serve'])
  return started(
    spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...startEnvironment,
        PORT: '0',
        DATA_DIR: dataDir,
        RATE_LIMITS: 'off',
        LOG_LEVEL: 'error',
        INIT_EMAIL: 'bench@example.com',
        INIT_PASSWORD: 'measure twice, cut once',
        INIT_PERSONAL_API_KEY: keys.personal,
        INIT_PROJECT_API_KEY: keys.project,
      },
    }),
  )
}

/** Capture without what stands behind it (capture-server.ts). */
export function startCapture(folder: string, core: number | null): Promise<Measured> {
  const script = join(root, 'bench/capture-server.ts')
  const [command, args] = pinned(core, [process.execPath, ...tsx, script, folder, keys.project])
  return started(spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** The yardsticks (bare-server.ts). @param logFolder where the durable one has its log; without it there is none */
export function startBare(core: number | null, logFolder?: string): Promise<Measured> {
  const script = [process.execPath, ...tsx, join(root, 'bench/bare-server.ts'), logFolder ?? '']
  const [command, args] = pinned(core, script)
  return started(spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] }))
}

export type Load = { perSecond: number; p50: number; p99: number; non2xx: number; errors: number }

/** Runs load.ts pinned to a core; latencies in milliseconds. */
export async function load(core: number | null, options: Record<string, unknown>): Promise<Load> {
  const [command, args] = pinned(core, [
    process.execPath,
    ...tsx,
    join(root, 'bench/load.ts'),
    JSON.stringify(options),
  ])
  const { stdout } = await promisify(execFile)(command, args, { cwd: root })
  const result = JSON.parse(stdout) as Load
  if (result.non2xx || result.errors) throw new Error(`not every request was answered with 2xx: ${stdout}`)
  return result
}

export const median = (values: number[]) => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length % 2
    ? sorted[(sorted.length - 1) / 2]!
    : (sorted[sorted.length / 2 - 1]! + sorted[sorted.length / 2]!) / 2
}

export const percentile = (values: number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * share) - 1)]!

/** What else the machine is doing, to be read beside every figure. */
export const machine = () =>
  `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), load ${loadavg()
    .map((value) => value.toFixed(1))
    .join(' ')}`

/** One line of the bench's table. `holds` is null where the row has no budget. */
export type Row = {
  what: string
  ours: string
  yardstick: string
  ratio: string
  budget: string
  holds: boolean | null
  /** Figures without a budget, by the name of their column. */
  more?: Record<string, string>
}

import { existsSync } from 'node:fs'
import { mkdtemp, rm, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { freemem, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { type Config, readConfig } from '../config.ts'
import { createDatabase } from '../database/create-database.ts'
import { openPostgres } from '../database/postgres.ts'
import { holderOf, lockDataDir } from '../kit/data-dir-lock.ts'
import { platformProblem, thisMachine } from '../kit/platform.ts'
import { connectWarehouse } from '../warehouse/create-warehouse.ts'
import { startEngine } from '../warehouse/embedded.ts'
import { sentenceFor } from './sentences.ts'

/** What a check has found; a problem says what to do. */
type Finding = { ok: boolean; text: string }
type Check = { name: string; run: () => Promise<Finding> }

const good = (text: string): Finding => ({ ok: true, text })
const bad = (text: string): Finding => ({ ok: false, text })

const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GB`

/** Prints a line for each check; 0 when all are well, else 1. Leaves the data as it is. */
export async function doctor(): Promise<number> {
  let config: Config
  try {
    config = readConfig()
  } catch (error) {
    console.log(`PROBLEM configuration: ${sentenceFor(error) ?? String(error)}`)
    return 1
  }
  let problems = 0
  for (const { name, run } of checks(config, await holderOf(config.dataDir).catch(() => null))) {
    const finding = await run().catch((error: unknown) =>
      bad(sentenceFor(error) ?? (error instanceof Error ? error.message : String(error))),
    )
    if (!finding.ok) problems++
    console.log(`${finding.ok ? 'ok     ' : 'PROBLEM'} ${name}: ${finding.text}`)
  }
  console.log(problems === 0 ? 'Everything is well.' : `${problems} problem${problems > 1 ? 's' : ''} found.`)
  return problems === 0 ? 0 : 1
}

function checks(config: Config, running: { pid: number } | null): Check[] {
  return [
    {
      name: 'Node.js and platform',
      run: async () => {
        const machine = thisMachine()
        const problem = platformProblem(machine)
        return problem ? bad(problem) : good(`${machine.nodeVersion} on ${machine.platform} ${machine.arch}`)
      },
    },
    { name: 'configuration', run: async () => good(shown(config)) },
    { name: 'data folder', run: () => dataFolder(config, running) },
    { name: 'port', run: () => port(config, running) },
    { name: 'disk', run: () => disk(config) },
    { name: 'memory', run: memory },
    { name: 'warehouse', run: () => warehouse(config) },
    { name: 'database', run: () => database(config, running) },
  ]
}

/** Every value that is set, secrets only as "set". */
function shown(config: Config): string {
  const withoutPassword = (url: string) => {
    const parsed = new URL(url)
    if (parsed.password) parsed.password = '***'
    return parsed.href
  }
  const facts: [string, unknown][] = [
    ['PORT', config.port],
    ['HOST', config.host],
    ['SITE_URL', config.siteUrl],
    ['DATA_DIR', config.dataDir],
    ['CLICKHOUSE_URL', config.clickhouseUrl && withoutPassword(config.clickhouseUrl)],
    ['DATABASE_URL', config.databaseUrl && withoutPassword(config.databaseUrl)],
    ['SECRET_KEY', config.secretKey && 'set'],
    ['SENTRY_DSN', config.sentryDsn && 'set'],
    ['GEOIP_DB', config.geoipDb],
    ['INIT_EMAIL', config.init?.email],
  ]
  return facts
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

async function dataFolder({ dataDir }: Config, running: { pid: number } | null): Promise<Finding> {
  if (running) return good(`${dataDir} is in use by process ${running.pid}`)
  if (!existsSync(dataDir)) return good(`${dataDir} is not there yet; the first start makes it`)
  await (await lockDataDir(dataDir)).release()
  return good(`${dataDir} can be written`)
}

async function port(config: Config, running: { pid: number } | null): Promise<Finding> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(config.port, config.host, resolve)
    })
    return good(`${config.host}:${config.port} is free`)
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    if (taken && running) return good(`${config.host}:${config.port} is taken, and the server is running`)
    throw error
  } finally {
    server.close()
  }
}

async function disk({ dataDir }: Config): Promise<Finding> {
  let folder = dataDir
  while (!existsSync(folder)) folder = join(folder, '..')
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  return free < 2 * 1024 ** 3
    ? bad(
        `${gigabytes(free)} free at ${folder}: free some, or set DATA_DIR to a larger disk (2 GB is little)`,
      )
    : good(`${gigabytes(free)} free at ${folder}`)
}

async function memory(): Promise<Finding> {
  const text = `${gigabytes(totalmem())}, ${gigabytes(freemem())} of it free`
  return totalmem() < 1.8 * 1024 ** 3
    ? bad(`${text}: Hedgerow needs about 1 GB, and queries more; add memory`)
    : good(text)
}

/** A real question to a real engine: in a folder of its own, so that it can be asked beside a running server. */
async function warehouse(config: Config): Promise<Finding> {
  if (config.clickhouseUrl) {
    const { origin, pathname, username, password } = new URL(config.clickhouseUrl)
    const headers = username
      ? {
          'x-clickhouse-user': decodeURIComponent(username),
          'x-clickhouse-key': decodeURIComponent(password),
        }
      : undefined
    const answer = await fetch(`${origin}${pathname}?query=${encodeURIComponent('select version()')}`, {
      headers,
    })
    const text = (await answer.text()).trim()
    return answer.ok
      ? good(`ClickHouse ${text} answers at CLICKHOUSE_URL`)
      : bad(`CLICKHOUSE_URL answers ${answer.status}: ${text.slice(0, 200)}`)
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'hedgerow-doctor-'))
  try {
    const engine = await startEngine({ ...config, dataDir, log: { info: () => {}, warn: () => {} } })
    try {
      const limits = { maxExecutionMs: 10_000, maxMemoryBytes: 1024 ** 3 }
      const connected = await connectWarehouse({ home: { engine }, ...limits })
      const { rows } = await connected.query({ sql: 'select version()' }).finally(() => connected.close())
      return good(`the embedded engine answers (ClickHouse ${rows[0]?.[0]})`)
    } finally {
      await engine.close()
    }
  } catch (error) {
    return bad(
      `the embedded engine does not start: ${error instanceof Error ? error.message : error}. Install the packages again (npm ci), on glibc 2.31 or later`,
    )
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function database(config: Config, running: { pid: number } | null): Promise<Finding> {
  if (config.databaseUrl) {
    const driver = openPostgres({ url: config.databaseUrl, connections: 1 })
    try {
      const [row] = (await driver.query({
        text: `select current_setting('server_version') as version, current_setting('server_version_num')::int as number`,
        params: [],
        rows: 'object',
      })) as { version: string; number: number }[]
      return row!.number < 150_000
        ? bad(`PostgreSQL ${row!.version} is too old: 15 or later is needed`)
        : good(`PostgreSQL ${row!.version} answers at DATABASE_URL`)
    } finally {
      await driver.close()
    }
  }
  if (running) return good(`open in process ${running.pid}`)
  const dataDir = join(config.dataDir, 'database')
  if (!existsSync(dataDir)) {
    await (await createDatabase({ dataDir: null })).close()
    return good('the embedded database can run; the first start makes its folder')
  }
  const lock = await lockDataDir(config.dataDir)
  try {
    await (await createDatabase({ dataDir })).close()
    return good(`${dataDir} opens`)
  } finally {
    await lock.release()
  }
}

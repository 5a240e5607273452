import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { createDatabase } from '../src/database/create-database.ts'
import type { Database } from '../src/database/database.ts'

const run = promisify(execFile)

/** A real PostgreSQL of our own, in a temporary folder, reached over a socket in it. */
export type TestPostgres = {
  /** The address of a new database, a copy of one that has been migrated. */
  freshUrl(): Promise<string>
  /** The same, opened. */
  freshDatabase(): Promise<Database>
  /** Breaks off every connection, as a restart of the server does. */
  dropConnections(): Promise<void>
  /** Takes the server away until `comeBack`. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

/** The folder of `initdb` and `postgres`: on the PATH or where Debian keeps them (15 if there, else the newest). */
function binaries(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    join(debian, '15', 'bin'),
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ]
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')))
  if (!found) throw new Error('PostgreSQL is not installed: apt-get install postgresql-15')
  return found
}

/** PostgreSQL refuses to run as root; Debian's package has made the user that may. */
const asUser = (command: string, args: string[]): [string, string[]] =>
  process.getuid?.() === 0
    ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args]]
    : [command, args]

export async function startPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-postgres-'))
  const data = join(folder, 'data')
  let server: ChildProcess | undefined
  const goAway = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server?.once('exit', resolve))
    server.kill('SIGQUIT')
    await ended
  }
  const stop = async () => {
    await goAway()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const bin = binaries()
    await chmod(folder, 0o777)
    await run(
      ...asUser(join(bin, 'initdb'), [
        '-D',
        data,
        '-U',
        'postgres',
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--no-sync',
        '--locale=C',
      ]),
      { cwd: folder },
    )
    const settings = {
      fsync: 'off',
      listen_addresses: '',
      unix_socket_directories: folder,
      max_connections: '60',
    }
    const [command, args] = asUser(join(bin, 'postgres'), [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    const urlOf = (name: string) =>
      `postgresql://postgres@localhost/${name}?host=${encodeURIComponent(folder)}`
    const admin = async (text: string) => {
      const client = new pg.Client({ connectionString: urlOf('postgres') })
      await client.connect()
      await client.query(text).finally(() => client.end())
    }
    const comeBack = async () => {
      server = spawn(command, args, { cwd: folder, stdio: 'ignore' })
      await answers(() => admin('select 1'), server)
    }
    await comeBack()
    await admin('create database migrated')
    await (await createDatabase({ url: urlOf('migrated'), connections: 1 })).close()
    const freshUrl = async () => {
      const name = `test_${randomBytes(6).toString('hex')}`
      await admin(`create database ${name} template migrated`)
      return urlOf(name)
    }
    return {
      freshUrl,
      freshDatabase: async () => createDatabase({ url: await freshUrl(), connections: 5 }),
      dropConnections: () =>
        admin('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()'),
      goAway,
      comeBack,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function answers(ask: () => Promise<void>, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 20_000; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

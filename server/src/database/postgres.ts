import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Driver, type Session, statementTimeoutMs } from './driver.ts'
import { unavailableIfAway } from './errors.ts'
import { decoderOf } from './values.ts'

const types = { getTypeParser: (oid: number) => decoderOf(oid) }
const setUp = `SET TIME ZONE 'UTC'; SET datestyle = 'ISO'; SET statement_timeout = ${statementTimeoutMs}`

/** The scaled-out home: PostgreSQL 15 or later. Connects when first asked. */
export function openPostgres(options: { url: string; connections?: number }): Driver {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections ?? 10,
    connectionTimeoutMillis: 5_000,
    application_name: 'hedgerow',
    keepAlive: true,
    onConnect: async (client) => {
      // One that breaks while a transaction has it and asks nothing would end the process; the next statement fails.
      client.on('error', () => {})
      await client.query(setUp)
    },
  })
  // An idle connection that breaks is replaced at the next use; whoever asks then hears of it.
  pool.on('error', () => {})
  const listening = createListening(options.url)
  return {
    ...session(pool),
    transaction: async (work) => {
      const client = await pool.connect().catch(rethrow)
      let broken = false
      try {
        await client.query('BEGIN')
        const result = await work(session(client))
        await client.query('COMMIT')
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {
          broken = true
        })
        throw unavailableIfAway(error)
      } finally {
        client.release(broken)
      }
    },
    listen: listening.listen,
    close: async () => {
      await listening.close()
      await pool.end()
    },
  }
}

const session = (on: pg.Pool | pg.PoolClient): Session => ({
  query: async ({ text, params, rows }) => {
    const query = { text, values: params, types, ...(rows === 'array' ? { rowMode: 'array' as const } : {}) }
    return (await on.query(query).catch(rethrow)).rows
  },
  exec: async (text) => {
    await on.query(text).catch(rethrow)
  },
})

function rethrow(error: unknown): never {
  throw unavailableIfAway(error)
}

type Listener = (payload: string | null) => void

/** One connection for all channels, made when first needed, made again when it breaks. */
function createListening(url: string) {
  const channels = new Map<string, Set<Listener>>()
  let client: Promise<pg.Client> | null = null
  let closed = false

  async function connect(): Promise<pg.Client> {
    const connection = new pg.Client({
      connectionString: url,
      application_name: 'hedgerow (notifications)',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    })
    let usable = false
    connection.on('notification', ({ channel, payload }) => {
      for (const listener of channels.get(channel) ?? []) listener(payload ?? '')
    })
    connection.on('error', () => {})
    connection.on('end', () => {
      if (usable && !closed) client = reconnect()
    })
    await connection.connect()
    for (const channel of channels.keys()) await connection.query(listenTo(channel))
    usable = true
    return connection
  }

  async function reconnect(): Promise<pg.Client> {
    for (let pause = 100; !closed; pause = Math.min(pause * 2, 5_000)) {
      await sleep(pause, undefined, { ref: false })
      try {
        const connection = await connect()
        for (const listeners of channels.values()) for (const listener of listeners) listener(null)
        return connection
      } catch {
        // Still away: whoever waits for a statement is told so; here the next attempt follows.
      }
    }
    throw new Error('the database was closed')
  }

  return {
    async listen(channel: string, listener: Listener) {
      const listeners = channels.get(channel)
      if (listeners) {
        listeners.add(listener)
      } else {
        channels.set(channel, new Set([listener]))
        client ??= connect()
        try {
          await (await client).query(listenTo(channel))
        } catch (error) {
          channels.delete(channel)
          client = null
          throw unavailableIfAway(error)
        }
      }
      return async () => {
        const left = channels.get(channel)
        left?.delete(listener)
        if (left?.size !== 0) return
        channels.delete(channel)
        const connection = await client
        await connection?.query(`UN${listenTo(channel)}`)
      }
    },
    async close() {
      closed = true
      channels.clear()
      const connection = await client?.catch(() => null)
      await connection?.end()
    },
  }
}

const listenTo = (channel: string) => `LISTEN ${pg.escapeIdentifier(channel)}`

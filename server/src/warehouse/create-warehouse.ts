import { Agent } from 'node:http'
import { Readable } from 'node:stream'
import {
  type ClickHouseClient,
  ClickHouseError,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client'
import { HedgerowError, unavailable } from '../model/errors.ts'
import { type Engine, type EngineDeps, startEngine, tablesOfHogQL } from './embedded.ts'
import { questionRole } from './engine/configuration.ts'
import { isDisconnected, toWarehouseError } from './failures.ts'
import { migrate } from './migrate.ts'
import {
  type Warehouse,
  type WarehouseAnswer,
  WarehouseError,
  type WarehouseInsert,
  type WarehouseProgress,
  type WarehouseQuery,
} from './warehouse.ts'

/** Where ClickHouse is. */
export type WarehouseHome =
  | { engine: Pick<Engine, 'socketPath'> & Partial<Pick<Engine, 'ready' | 'health'>> }
  | { url: string }

export type ConnectionDeps = {
  home: WarehouseHome
  /** Made when it is not there, and migrated. Default `hedgerow`. */
  database?: string
  /** Default limit of a read, milliseconds. */
  maxExecutionMs: number
  /** Default limit of a read, bytes. */
  maxMemoryBytes: number
}

/**
 * The warehouse as the configuration wants it: the server at `clickhouseUrl`, else an engine of our own in `dataDir`.
 * Its database is there and migrated when this resolves.
 */
export async function createWarehouse(
  deps: EngineDeps & { clickhouseUrl: string | null; database?: string },
): Promise<Warehouse> {
  const { database = 'hedgerow' } = deps
  const engine =
    deps.clickhouseUrl === null ? await startEngine({ readable: tablesOfHogQL(database), ...deps }) : null
  const home: WarehouseHome = engine ? { engine } : { url: deps.clickhouseUrl! }
  try {
    const warehouse = await connectWarehouse({
      home,
      database,
      maxExecutionMs: deps.queryMaxExecutionMs,
      maxMemoryBytes: deps.queryMemoryBytes,
    })
    const close = async () => {
      await warehouse.close()
      await engine?.close()
    }
    return { ...warehouse, close }
  } catch (error) {
    await engine?.close()
    throw error
  }
}

// What answers look like, the same in both homes whatever a server's own defaults are.
const answerSettings: ClickHouseSettings = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_decimals: 1,
  output_format_json_quote_denormals: 0,
  result_overflow_mode: 'throw',
  timeout_overflow_mode: 'throw',
}

const insertSettings: ClickHouseSettings = {
  // the default since 26.x is 1, which deduplicates nothing
  async_insert: 0,
  insert_deduplicate: 1,
  // one thread and one block for a batch of any usual size: a repeated insert makes the same parts
  max_insert_threads: '1',
  // A batch may span every month there is: parts are made one after the other, and a limit would refuse the batch.
  max_partitions_per_insert_block: '0',
  date_time_input_format: 'best_effort',
  input_format_skip_unknown_fields: 0,
  // a text that looks like a date stays a text: a property's type is String in every row
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
  max_execution_time: 0,
}

/** How long a request may go unanswered on top of its limit: its turn in the queue, and a restart of the engine. */
const waitMs = 60_000
const insertAttempts = 4

/** Connects to a home that runs already and brings its database up to date. */
export async function connectWarehouse(deps: ConnectionDeps): Promise<Warehouse> {
  const { home, database = 'hedgerow' } = deps
  const client = openClient(home, database)
  const reach = watchReach(home, client)

  /** Runs `attempt`, again after a lost connection up to `attempts` times in all. */
  async function persist<T>(
    attempts: number,
    signal: AbortSignal | undefined,
    attempt: () => Promise<T>,
  ): Promise<T> {
    for (let made = 1; ; made++) {
      try {
        // the client only listens for what is still to come
        signal?.throwIfAborted()
        const result = await attempt()
        reach.note(true)
        return result
      } catch (error) {
        if (!isDisconnected(error)) throw toWarehouseError(error, signal)
        reach.note(false)
        if (made >= attempts || signal?.aborted) {
          throw unavailable('The warehouse is away for a moment.', { cause: error })
        }
        await reach.wait(made)
      }
    }
  }

  async function query(asked: WarehouseQuery): Promise<WarehouseAnswer> {
    const { params, limits, question, signal } = asked
    // the engine gives its statements ids of its own; both homes keep the text
    const sql = asked.name ? `/* ${asked.name} */ ${asked.sql}` : asked.sql
    const maxExecutionMs = limits?.maxExecutionMs ?? deps.maxExecutionMs
    const startedAt = performance.now()
    return persist(2, signal, async () => {
      const queryId = crypto.randomUUID()
      const patience = AbortSignal.timeout(maxExecutionMs + waitMs)
      const stop = signal ? AbortSignal.any([signal, patience]) : patience
      const kill = () => {
        if ('url' in home) void killQuery(client, queryId)
      }
      stop.addEventListener('abort', kill, { once: true })
      try {
        const answer = await client.query({
          query: sql,
          query_params: params,
          query_id: queryId,
          format: 'JSONCompact',
          abort_signal: stop,
          ...(question && 'engine' in home ? { role: questionRole } : {}),
          clickhouse_settings: {
            ...answerSettings,
            max_execution_time: maxExecutionMs / 1000,
            max_memory_usage: String(limits?.maxMemoryBytes ?? deps.maxMemoryBytes),
            // the engine's connections outlive a statement, and what is set could not be unset; there it is the role
            ...(question && 'url' in home ? { readonly: '1' } : {}),
            ...(limits?.maxResultRows === undefined ? {} : { max_result_rows: String(limits.maxResultRows) }),
          },
        })
        const { meta, data, statistics } = await answer.json<unknown[]>()
        return {
          columns: (meta ?? []).map(({ name, type }) => ({ name, type })),
          rows: data,
          stats: {
            rowsRead: statistics?.rows_read ?? 0,
            bytesRead: statistics?.bytes_read ?? 0,
            elapsedMs: performance.now() - startedAt,
          },
        }
      } catch (error) {
        if (!patience.aborted || signal?.aborted) throw error
        throw unavailable('The warehouse does not answer.', { cause: error })
      } finally {
        stop.removeEventListener('abort', kill)
      }
    })
  }

  async function progress(name: string): Promise<WarehouseProgress | null> {
    if (!/^[0-9a-f-]{36}$/.test(name)) throw new TypeError('the name of a query must be a UUID')
    try {
      const { rows } = await query({
        sql: `SELECT read_rows, read_bytes, total_rows_approx FROM system.processes
          WHERE startsWith(query, {name:String})`,
        params: { name: `/* ${name} */` },
        signal: AbortSignal.timeout(500),
      })
      const [row] = rows
      return row ? { rowsRead: Number(row[0]), bytesRead: Number(row[1]), rowsTotal: Number(row[2]) } : null
    } catch (error) {
      // what only shows how far something is must not make it fail
      if (error instanceof WarehouseError || error instanceof HedgerowError) return null
      throw error
    }
  }

  async function insert({ table, rows, token }: WarehouseInsert): Promise<void> {
    if (!rows.length) return
    const bytes = typeof rows[0] === 'string' ? [Buffer.from(`${rows.join('\n')}\n`)] : rows
    await persist(insertAttempts, undefined, async () => {
      const { stream } = await client.exec({
        query: `INSERT INTO ${table} FORMAT JSONEachRow`,
        values: Readable.from(bytes, { objectMode: false }),
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: `${token}:${table}` },
      })
      stream.resume()
    })
  }

  async function command(sql: string, params?: Record<string, unknown>): Promise<void> {
    await persist(1, undefined, async () => {
      await client.command({
        query: sql,
        query_params: params,
        clickhouse_settings: { max_execution_time: 0 },
      })
    })
  }

  async function close(): Promise<void> {
    reach.close()
    await client.close()
  }

  const warehouse: Warehouse = { query, progress, insert, command, health: reach.health, close }
  try {
    const admin = openClient(home, 'default')
    await admin.command({ query: `CREATE DATABASE IF NOT EXISTS "${database.replaceAll('"', '""')}"` })
    await admin.close()
    await migrate(warehouse)
  } catch (error) {
    await close()
    throw toWarehouseError(error)
  }
  return warehouse
}

function openClient(home: WarehouseHome, database: string): ClickHouseClient {
  const local = 'engine' in home
  return createClient({
    url: local ? 'http://engine' : home.url,
    database,
    application: 'hedgerow',
    // an insert of a large batch on a slow disk; reads have their own, shorter patience
    request_timeout: 600_000,
    max_open_connections: 64,
    // a URL holds no more than 1 MB on a server, an `IN` list easily does
    use_multipart_params_auto: true,
    compression: { request: !local, response: !local },
    log: { level: 127 as never },
    // `socketPath` is an option of each request; an agent passes its own on
    ...(local
      ? { http_agent: new Agent({ keepAlive: true, socketPath: home.engine.socketPath } as object) }
      : {}),
  })
}

/** Frees a server's cores of a query that nobody waits for; when it fails, the query ends at its limit. */
async function killQuery(client: ClickHouseClient, queryId: string): Promise<void> {
  try {
    await client.command({
      query: 'KILL QUERY WHERE query_id = {id:String} ASYNC',
      query_params: { id: queryId },
    })
  } catch (error) {
    if (!(error instanceof ClickHouseError) && !isDisconnected(error)) throw error
  }
}

/** Whether the home answers: what the engine's supervisor says, else what the last requests saw. */
function watchReach(home: WarehouseHome, client: ClickHouseClient) {
  const engine = 'engine' in home ? home.engine : null
  let state = { up: true, since: new Date() }
  let timer: NodeJS.Timeout | null = null

  const note = (up: boolean) => {
    if (state.up !== up) state = { up, since: new Date() }
    if (up && timer) {
      clearInterval(timer)
      timer = null
    }
    if (!up) timer ??= setInterval(probe, 1000).unref()
  }
  const probe = async () => {
    if ((await client.ping({ select: false })).success) note(true)
  }
  return {
    note,
    health: () => engine?.health?.() ?? state,
    /** Until another attempt makes sense. */
    async wait(attemptsMade: number): Promise<void> {
      // a moment first: the connection is often lost before the process is known to be gone
      await new Promise((resolve) => setTimeout(resolve, 50 * 4 ** attemptsMade))
      // when it does not come up, the next attempt says so
      await engine?.ready?.(waitMs).catch(() => {})
    },
    close: () => {
      if (timer) clearInterval(timer)
    },
  }
}

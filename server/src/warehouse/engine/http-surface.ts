import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { createGzip, gunzip, gzip } from 'node:zlib'
import type { Admission } from './admission.ts'
import { EngineError, toEngineError } from './engine-error.ts'
import { expandParameters } from './parameters.ts'
import type { EngineSession, QueryOutcome } from './sessions.ts'
import { type InsertTarget, readStatement } from './statement.ts'
import { fingerprintOf, type Job, refusal } from './watch.ts'

const inflate = promisify(gunzip)
const deflate = promisify(gzip)

type Deps = {
  reads: Admission<EngineSession>
  writes: Admission<EngineSession>
  /** Reads that run now; the surface adds and removes them. */
  jobs: Set<Job>
  settings: Readonly<Record<string, string>>
  isRefused(fingerprint: string): boolean
  /** A statement ended that somebody waited for. */
  onEnd(): void
  /** chDB has given up and answers nothing but this any more. */
  onFatal(message: string): void
  now(): number
}

/** Formats whose rows stand alone, so that an answer can be sent while it is being made. */
const streamable = new Set([
  'jsoneachrow',
  'jsoncompacteachrow',
  'jsonstringseachrow',
  'jsoncompactstringseachrow',
  'tsv',
  'tabseparated',
  'csv',
])

const contentTypes: [RegExp, string][] = [
  [/^json.*eachrow/i, 'application/x-ndjson; charset=UTF-8'],
  [/^json/i, 'application/json; charset=UTF-8'],
  [/^csv/i, 'text/csv; charset=UTF-8; header=absent'],
  [/^(tsv|tabseparated)/i, 'text/tab-separated-values; charset=UTF-8'],
]

// Parameters of ClickHouse's HTTP interface that are not settings, or mean nothing here: one user, no sessions.
const notSettings = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'session_id',
  'session_timeout',
  'session_check',
  'user',
  'password',
  'role',
  'quota_key',
  'compress',
  'decompress',
  'enable_http_compression',
  'wait_end_of_query',
  'buffer_size',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'cancel_http_readonly_queries_on_client_close',
])

const settingName = /^[A-Za-z_][A-Za-z0-9_]*$/

type Request = {
  queryId: string
  sql: string
  body: Uint8Array
  database: string
  defaultFormat: string
  settings: Record<string, string>
  gzip: boolean
  readonly: boolean
}

/** ClickHouse's HTTP interface, as much of it as a client needs: `/ping`, and `/` with everything around a query. */
export function createHttpSurface(deps: Deps): Server {
  // as long an address as ClickHouse takes
  const options = { keepAliveTimeout: 60_000, requestTimeout: 0, maxHeaderSize: 1024 ** 2 }
  const server = createServer(options, (request, response) => {
    handle(request, response, deps).catch((error) => {
      // ABORTED: the engine is shutting down by itself
      if (toEngineError(error).code === 236) {
        response.destroy()
        deps.onFatal(String(error))
      } else answerError(response, error)
    })
  })
  return server
}

async function handle(request: IncomingMessage, response: ServerResponse, deps: Deps): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine')
  if (url.pathname !== '/' && url.pathname !== '/ping') {
    response.writeHead(404).end(`There is no handle ${url.pathname}\n`)
    return
  }
  if (url.pathname === '/ping' || (request.method === 'GET' && !url.searchParams.has('query'))) {
    response.end('Ok.\n')
    return
  }
  const read = await readRequest(request, url, deps.settings)
  response.setHeader('X-ClickHouse-Query-Id', read.queryId)
  const gone = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const statement = readStatement(read.sql)
  if (read.readonly && statement.kind !== 'read') {
    throw new EngineError(164, 'READONLY', 'A GET request may only read')
  }
  if (statement.kind === 'read') {
    await answerRead(read, statement.sql, statement.format ?? read.defaultFormat, response, gone.signal, deps)
  } else if (statement.kind === 'insert' && statement.target) {
    await answerInsert(read, statement.target, response, deps)
  } else {
    const outcome = await deps.writes.run((session) =>
      session.query(statement.sql, {
        format: read.defaultFormat,
        database: read.database,
        settings: read.settings,
      }),
    )
    send(response, read, read.defaultFormat, outcome)
  }
}

async function readRequest(
  request: IncomingMessage,
  url: URL,
  defaults: Readonly<Record<string, string>>,
): Promise<Request> {
  const settings: Record<string, string> = { ...defaults }
  const parameters = new Map<string, string>()
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value)
    else if (notSettings.has(name)) continue
    else if (settingName.test(name)) settings[name] = value
    else throw new EngineError(115, 'UNKNOWN_SETTING', `Unknown setting '${name}'`)
  }
  let body: Buffer = await readBody(request)
  const encoding = request.headers['content-encoding']
  if (encoding === 'gzip') body = await inflate(body)
  else if (encoding) throw new EngineError(89, 'UNKNOWN_COMPRESSION_METHOD', `Can't read ${encoding}`, 415)
  let given = url.searchParams.get('query')
  const contentType = request.headers['content-type']
  if (contentType?.startsWith('multipart/form-data')) {
    for (const [name, value] of await readForm(body, contentType)) {
      if (name === 'query') given = value
      else if (name.startsWith('param_')) parameters.set(name.slice('param_'.length), value)
    }
    body = Buffer.alloc(0)
  }
  const header = (name: string) => {
    const value = request.headers[name]
    return typeof value === 'string' && value ? value : null
  }
  // the statement may begin in `query` and go on in the body; with rows to insert the body is those rows
  const separate = given !== null && /^\s*insert\b/i.test(given)
  const text = separate ? given! : [given, body.toString('utf8')].filter(Boolean).join('\n')
  return {
    queryId: url.searchParams.get('query_id') ?? crypto.randomUUID(),
    sql: expandParameters(text, parameters),
    body: separate ? body : new Uint8Array(0),
    database: url.searchParams.get('database') ?? header('x-clickhouse-database') ?? 'default',
    defaultFormat: url.searchParams.get('default_format') ?? header('x-clickhouse-format') ?? 'TabSeparated',
    settings,
    gzip:
      url.searchParams.get('enable_http_compression') === '1' &&
      /\bgzip\b/.test(header('accept-encoding') ?? ''),
    readonly: request.method === 'GET',
  }
}

/** What did not fit into the address: clients send long parameters, and then the query, as form fields. */
async function readForm(body: Buffer, contentType: string): Promise<[name: string, value: string][]> {
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData()
  return [...form].map(([name, value]) => [name, String(value)])
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

async function answerRead(
  read: Request,
  sql: string,
  format: string,
  response: ServerResponse,
  gone: AbortSignal,
  deps: Deps,
): Promise<void> {
  const fingerprint = fingerprintOf(`${read.database}\n${sql}`)
  if (deps.isRefused(fingerprint)) throw refusal()
  const streamed = streamable.has(format.toLowerCase())
  await deps.reads.run(async (session) => {
    const job: Job = {
      fingerprint,
      startedAt: deps.now(),
      // a stream can be stopped between its pieces, and may last as long as its reader takes
      limitMs: streamed ? 0 : Number(read.settings.max_execution_time ?? 0) * 1000,
      abandonedAt: gone.aborted ? deps.now() : null,
      giveUp: (error) => answerError(response, error),
    }
    const onGone = () => {
      job.abandonedAt = deps.now()
    }
    gone.addEventListener('abort', onGone, { once: true })
    deps.jobs.add(job)
    try {
      const options = { format, database: read.database, settings: read.settings }
      if (streamed) await stream(session, sql, options, read, response, gone)
      else {
        const outcome = await session.query(sql, options)
        send(response, read, format, outcome)
      }
    } finally {
      deps.jobs.delete(job)
      if (job.abandonedAt === null) deps.onEnd()
      gone.removeEventListener('abort', onGone)
    }
  }, gone)
}

async function stream(
  session: EngineSession,
  sql: string,
  options: { format: string; database: string; settings: Readonly<Record<string, string>> },
  read: Request,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const exceptionTag = crypto.randomUUID().replaceAll('-', '').slice(0, 16)
  const begin = () => {
    writeHead(response, read, options.format, { 'X-ClickHouse-Exception-Tag': exceptionTag })
    const compressed = read.gzip ? createGzip() : null
    compressed?.pipe(response)
    return compressed ?? response
  }
  let out: ReturnType<typeof begin> | null = null
  try {
    for await (const chunk of session.stream(sql, options)) {
      out ??= begin()
      if (gone.aborted || response.writableEnded) return
      if (chunk.bytes.length && !out.write(chunk.bytes)) {
        await once(out, 'drain', { signal: gone }).catch(() => {})
      }
    }
    out ??= begin()
    out.end()
  } catch (error) {
    // nothing is out yet: an ordinary error answer
    if (!out) throw error
    const { message } = toEngineError(error)
    const text = `${message}\n`
    out.end(
      `\r\n__exception__\r\n${exceptionTag}\r\n${text}${Buffer.byteLength(text)} ${exceptionTag}\r\n__exception__\r\n`,
    )
  }
}

async function answerInsert(
  read: Request,
  target: InsertTarget,
  response: ServerResponse,
  deps: Deps,
): Promise<void> {
  const outcome = await deps.writes.run((session) =>
    session.insert(target, read.body, { database: read.database, settings: read.settings }),
  )
  response.setHeader(
    'X-ClickHouse-Summary',
    summary({
      rowsRead: 0,
      bytesRead: 0,
      rowsWritten: outcome.rowsWritten,
      bytesWritten: outcome.bytesWritten,
      seconds: outcome.seconds,
    }),
  )
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=UTF-8' }).end()
}

type Cost = {
  rowsRead: number
  bytesRead: number
  resultRows?: number
  resultBytes?: number
  rowsWritten?: number
  bytesWritten?: number
  seconds: number
}

/** chDB itself tells only the size of a result; what was read for it stands at the end of the JSON formats. */
function costOf(outcome: QueryOutcome): Cost {
  const end = Buffer.from(outcome.bytes.subarray(-200)).toString()
  const read = (name: string) => Number(new RegExp(`"${name}": (\\d+)\\s*[,}]`).exec(end)?.[1] ?? 0)
  return {
    rowsRead: read('rows_read'),
    bytesRead: read('bytes_read'),
    resultRows: outcome.resultRows,
    resultBytes: outcome.bytes.length,
    seconds: outcome.seconds,
  }
}

function summary(cost: Cost): string {
  return JSON.stringify({
    read_rows: String(cost.rowsRead),
    read_bytes: String(cost.bytesRead),
    written_rows: String(cost.rowsWritten ?? 0),
    written_bytes: String(cost.bytesWritten ?? 0),
    total_rows_to_read: '0',
    result_rows: String(cost.resultRows ?? cost.rowsWritten ?? 0),
    result_bytes: String(cost.resultBytes ?? cost.bytesWritten ?? 0),
    elapsed_ns: String(Math.round(cost.seconds * 1e9)),
  })
}

function writeHead(
  response: ServerResponse,
  read: Request,
  format: string,
  headers: Record<string, string>,
): void {
  response.writeHead(200, {
    'Content-Type': contentTypes.find(([pattern]) => pattern.test(format))?.[1] ?? 'application/octet-stream',
    'X-ClickHouse-Format': format,
    ...(read.gzip ? { 'Content-Encoding': 'gzip' } : {}),
    ...headers,
  })
}

function send(response: ServerResponse, read: Request, format: string, outcome: QueryOutcome): void {
  if (response.writableEnded || response.destroyed) return
  const finish = (body: Uint8Array) => {
    writeHead(response, read, format, {
      'X-ClickHouse-Summary': summary(costOf(outcome)),
      'Content-Length': String(body.length),
    })
    response.end(body)
  }
  if (read.gzip) deflate(outcome.bytes).then(finish, (error) => answerError(response, error))
  else finish(outcome.bytes)
}

function answerError(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const { code, status, message } = toEngineError(error)
  response
    .writeHead(status, {
      'Content-Type': 'text/plain; charset=UTF-8',
      'X-ClickHouse-Exception-Code': String(code),
    })
    .end(`${message}\n`)
}

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import type { Admission } from './admission.ts'
import { EngineError, toEngineError } from './engine-error.ts'
import { checkQuestion } from './question.ts'
import { type EngineRequest, readRequest } from './request.ts'
import { answerError, send, summary, writeHead } from './response.ts'
import type { EngineSession } from './sessions.ts'
import { type InsertTarget, readStatement } from './statement.ts'
import { fingerprintOf, type Job, refusal } from './watch.ts'

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
  if (read.question) {
    if (statement.kind !== 'read') throw new EngineError(164, 'READONLY', 'A question may only read')
    checkQuestion(statement.sql)
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
        question: false,
      }),
    )
    send(response, read, read.defaultFormat, outcome)
  }
}

async function answerRead(
  read: EngineRequest,
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
      const { database, settings, question } = read
      const options = { format, database, settings, question }
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
  options: Parameters<EngineSession['stream']>[1],
  read: EngineRequest,
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
  read: EngineRequest,
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

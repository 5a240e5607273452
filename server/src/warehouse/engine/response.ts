import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { toEngineError } from './engine-error.ts'
import type { EngineRequest } from './request.ts'
import type { QueryOutcome } from './sessions.ts'

const deflate = promisify(gzip)

const contentTypes: [RegExp, string][] = [
  [/^json.*eachrow/i, 'application/x-ndjson; charset=UTF-8'],
  [/^json/i, 'application/json; charset=UTF-8'],
  [/^csv/i, 'text/csv; charset=UTF-8; header=absent'],
  [/^(tsv|tabseparated)/i, 'text/tab-separated-values; charset=UTF-8'],
]

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

/** `X-ClickHouse-Summary`. */
export function summary(cost: Cost): string {
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

/** Status 200 and what the client has to know to read the answer. */
export function writeHead(
  response: ServerResponse,
  read: Pick<EngineRequest, 'gzip'>,
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

/** A whole answer; nothing when nobody waits for it any more. */
export function send(
  response: ServerResponse,
  read: Pick<EngineRequest, 'gzip'>,
  format: string,
  outcome: QueryOutcome,
): void {
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

/** An error as ClickHouse words it; where an answer has begun, its connection is cut. */
export function answerError(response: ServerResponse, error: unknown): void {
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

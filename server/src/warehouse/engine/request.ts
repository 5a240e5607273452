import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { questionRole } from './configuration.ts'
import { EngineError } from './engine-error.ts'
import { expandParameters } from './parameters.ts'

const inflate = promisify(gunzip)

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

/** What one HTTP request asks of the engine. */
export type EngineRequest = {
  queryId: string
  /** The statement, its parameters put in. */
  sql: string
  /** Rows of an INSERT. */
  body: Uint8Array
  database: string
  defaultFormat: string
  settings: Record<string, string>
  /** Asked for somebody (`role=question`): with few rights, and looked at once more. */
  question: boolean
  /** The answer is to be compressed. */
  gzip: boolean
  readonly: boolean
}

/**
 * Reads a request: address, headers and body, in each of the places where ClickHouse takes them.
 * @throws EngineError for a setting's name that can't be one, a missing or bad parameter, an unknown compression.
 */
export async function readRequest(
  request: IncomingMessage,
  url: URL,
  defaults: Readonly<Record<string, string>>,
): Promise<EngineRequest> {
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
    question: url.searchParams.get('role') === questionRole,
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

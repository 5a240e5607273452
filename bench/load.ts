/**
 * One run of load in a process of its own: reads its options as JSON from the first argument, prints the result as JSON.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import autocannon from 'autocannon'
import { type Load, percentile } from './processes.ts'

type Options = {
  url: string
  /** Posted; without it the address is read. */
  body?: string
  headers?: Record<string, string>
  connections: number
  seconds: number
  /** Requests a second over all connections; as many as possible where absent. */
  rate?: number
}

const options = JSON.parse(process.argv[2]!) as Options
console.log(JSON.stringify(options.rate ? await paced(options, options.rate) : await flatOut(options)))

/** As many requests as the connections can carry, each sent when the one before it was answered. */
async function flatOut({ url, body, headers, connections, seconds }: Options): Promise<Load> {
  const result = await autocannon({
    url,
    ...(body === undefined ? { method: 'GET', headers } : { method: 'POST', headers: posted(headers), body }),
    connections,
    duration: seconds,
  })
  return {
    perSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    non2xx: result.non2xx,
    errors: result.errors,
  }
}

/**
 * So many a second, evenly spaced, whether or not those before have been answered. (autocannon's `overallRate` sends a
 * second's worth at once and then waits, which measures its own queue.) Latencies count from when a request was due. On
 * bare sockets: node's HTTP client needs a core of its own for 5,000 requests a second, and would be what is measured. For
 * the same reason a first second is not counted: the compiler of this process is at work in it.
 */
async function paced({ url, body, headers, connections, seconds }: Options, rate: number): Promise<Load> {
  const message = messageOf(url, body, headers)
  const times: number[] = []
  let non2xx = 0
  let errors = 0
  const due: number[] = []
  const idle: Line[] = []
  const warmup = Math.floor(rate)
  const total = warmup + Math.floor(rate * seconds)
  let sent = 0
  let answers = 0
  let countedFrom = 0
  let ended = () => {}
  const allDone = new Promise<void>((resolve) => {
    ended = resolve
  })
  const next = (line: Line) => {
    const at = due.shift()
    if (at === undefined) return void idle.push(line)
    line.ask(message, at)
  }
  const answered = (line: Line, dueAt: number, status: number) => {
    answers++
    if (dueAt >= countedFrom) times.push(performance.now() - dueAt)
    if (status < 200 || status >= 300) non2xx++
    next(line)
    if (answers + errors === total) ended()
  }
  const failed = (hadAsked: boolean) => {
    if (hadAsked) errors++
    if (answers + errors === total) ended()
  }
  const lines = await Promise.all(
    Array.from({ length: connections }, () => openLine(new URL(url), answered, failed)),
  )
  idle.push(...lines)
  const started = performance.now()
  countedFrom = started + 1000
  while (sent < total) {
    const now = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate) + 1)
    for (; sent < now; sent++) {
      due.push(started + (sent * 1000) / rate)
      const line = idle.pop()
      if (line) next(line)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const patience = setTimeout(ended, 10_000)
  await allDone
  clearTimeout(patience)
  const took = (performance.now() - countedFrom) / 1000
  for (const line of lines) line.close()
  const rounded = (ms: number) => Math.round(ms * 10) / 10
  return {
    perSecond: times.length / took,
    p50: rounded(percentile(times, 0.5)),
    p99: rounded(percentile(times, 0.99)),
    non2xx,
    errors: total - answers,
  }
}

type Line = { ask(message: Buffer, at: number): void; close(): void }

/** A connection that carries one request at a time, to a server that says how long its answers are. */
async function openLine(
  { hostname, port }: URL,
  answered: (line: Line, askedAt: number, status: number) => void,
  failed: (hadAsked: boolean) => void,
): Promise<Line> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  let askedAt: number | null = null
  let read = ''
  const line: Line = {
    ask(message, at) {
      askedAt = at
      socket.write(message)
    },
    close: () => socket.destroy(),
  }
  // One character is one byte.
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    read += chunk
    const headEnd = read.indexOf('\r\n\r\n')
    if (headEnd < 0 || askedAt === null) return
    const length = /\r\ncontent-length: *(\d+)/i.exec(read.slice(0, headEnd + 2))
    if (!length) throw new Error(`an answer without a length: ${read.slice(0, headEnd)}`)
    if (read.length < headEnd + 4 + Number(length[1])) return
    const status = Number(read.slice(9, 12))
    const at = askedAt
    read = ''
    askedAt = null
    answered(line, at, status)
  })
  socket.on('error', () => {})
  socket.on('close', () => failed(askedAt !== null))
  return line
}

function messageOf(
  url: string,
  body: string | undefined,
  headers: Record<string, string> | undefined,
): Buffer {
  const { host, pathname, search } = new URL(url)
  const all: Record<string, string> = {
    host,
    ...(body === undefined
      ? headers
      : { ...posted(headers), 'content-length': String(Buffer.byteLength(body)) }),
  }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const method = body === undefined ? 'GET' : 'POST'
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${head.join('')}\r\n${body ?? ''}`)
}

function posted(headers: Record<string, string> | undefined) {
  return { 'content-type': 'application/json', ...headers }
}

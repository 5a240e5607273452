/**
 * One run of load in a process of its own: reads its options as JSON from the first argument, prints the result as JSON.
 */
import { Agent, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
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
 * second's worth at once and then waits, which measures its own queue.) Latencies count from when a request was due.
 */
async function paced({ url, body, headers, connections, seconds }: Options, rate: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  let non2xx = 0
  let errors = 0
  const ask = (due: number) =>
    new Promise<void>((resolve) => {
      const failed = () => {
        errors++
        resolve()
      }
      const sent = request(
        url,
        {
          agent,
          method: body === undefined ? 'GET' : 'POST',
          headers: body === undefined ? headers : posted(headers),
        },
        (response) => {
          buffer(response).then(() => {
            times.push(performance.now() - due)
            if (!response.statusCode || response.statusCode >= 300) non2xx++
            resolve()
          }, failed)
        },
      )
      sent.on('error', failed)
      sent.end(body)
    })
  const waiting: Promise<void>[] = []
  const started = performance.now()
  const total = Math.floor(rate * seconds)
  while (waiting.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate) + 1)
    while (waiting.length < due) waiting.push(ask(started + (waiting.length * 1000) / rate))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(waiting)
  agent.destroy()
  const rounded = (ms: number) => Math.round(ms * 10) / 10
  return {
    perSecond: times.length / ((performance.now() - started) / 1000),
    p50: rounded(percentile(times, 0.5)),
    p99: rounded(percentile(times, 0.99)),
    non2xx,
    errors,
  }
}

function posted(headers: Record<string, string> | undefined) {
  return { 'content-type': 'application/json', ...headers }
}

/**
 * One run of autocannon in a process of its own: reads its options as JSON from the first argument, prints the result
 * as JSON.
 */
import autocannon from 'autocannon'

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
const result = await autocannon({
  url: options.url,
  ...(options.body === undefined
    ? { method: 'GET', headers: options.headers }
    : {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...options.headers },
        body: options.body,
      }),
  connections: options.connections,
  duration: options.seconds,
  ...(options.rate ? { overallRate: options.rate } : {}),
})
console.log(
  JSON.stringify({
    perSecond: result.requests.total / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    non2xx: result.non2xx,
    errors: result.errors,
  }),
)

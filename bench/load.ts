/**
 * One run of autocannon in a process of its own: reads its options as JSON from the first argument, prints the result
 * as JSON. `unique` puts a counter into the body, so that no two requests are the same.
 */
import autocannon from 'autocannon'

type Options = {
  url: string
  body: string
  connections: number
  seconds: number
  /** Requests a second over all connections; as many as possible where absent. */
  rate?: number
}

const options = JSON.parse(process.argv[2]!) as Options
const result = await autocannon({
  url: options.url,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: options.body,
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

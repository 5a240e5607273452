/**
 * Capture and its log without what stands behind them: the same routes, the same app, a log on disk. What one request
 * costs by itself, where the whole server also processes what it has taken. Prints its port.
 */
import { pino } from 'pino'

// As it is built and shipped: tsx names every function when it is made, which closures on a hot path pay for.
const built = (path: string) => import(new URL(`../server/dist/${path}.js`, import.meta.url).href)
const { createLmdbEventLog } = (await built(
  'event-log/lmdb',
)) as typeof import('../server/src/event-log/lmdb.ts')
const { createApp } = (await built('http/app')) as typeof import('../server/src/http/app.ts')
const { defaultWebCapture } = (await built(
  'model/project',
)) as typeof import('../server/src/model/project.ts')
const { captureRoutes } = (await built(
  'public-api/capture/routes',
)) as typeof import('../server/src/public-api/capture/routes.ts')

const [folder, projectApiKey] = process.argv.slice(2) as [string, string]
const maxBodyBytes = 20 * 1024 ** 2
const project = {
  id: 1,
  organizationId: '',
  apiToken: projectApiKey,
  name: 'bench',
  timezone: 'UTC',
  weekStartDay: 0,
  anonymizeIps: false,
  ingestedEvent: true,
  testAccountFilters: [],
  botFilter: 'off' as const,
  dropEventsOlderThan: null,
  webCapture: defaultWebCapture,
}
/** Stands for stores that capture never asks. */
const untouched = new Proxy(
  {},
  {
    get: (_target, name) => {
      if (name === 'db') return untouched
      throw new Error(`capture asked a store for ${String(name)}`)
    },
  },
) as never

const log = createLmdbEventLog({ folder, maxBytes: 10 * 1024 ** 3 })
const app = await createApp({
  database: untouched,
  directory: { changed: async () => {}, version: () => 0 },
  siteUrl: null,
  maxBodyBytes,
  trustProxy: false,
  rateLimits: null,
  logger: pino({ level: 'error' }),
  onMismatch: () => {},
})
await app.register(
  captureRoutes({
    log,
    directory: {
      projectByToken: (token) => (token === projectApiKey ? project : undefined),
      projectByPersonalKey: () => undefined,
    },
    maxBodyBytes,
  }),
)
console.log(`ready at ${await app.listen({ port: 0, host: '127.0.0.1' })}`)
process.once(
  'SIGTERM',
  () =>
    void app
      .close()
      .then(() => log.close())
      .then(() => process.exit(0)),
)

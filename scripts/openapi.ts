/**
 * Writes openapi.json from the contracts of every route, without starting a store.
 *
 *   node --import tsx scripts/openapi.ts           writes it
 *   node --import tsx scripts/openapi.ts --check   fails when it is stale
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createApp } from '../server/src/http/app.ts'
import { privateApi } from '../server/src/private-api/private-api.ts'
import { captureRoutes } from '../server/src/public-api/capture/routes.ts'
import { captureV1Routes } from '../server/src/public-api/capture/v1-routes.ts'
import { flagDefinitionRoutes } from '../server/src/public-api/flags/definition-routes.ts'
import { sdkListRoutes } from '../server/src/public-api/flags/list-routes.ts'
import { flagsRoutes } from '../server/src/public-api/flags/routes.ts'

const file = fileURLToPath(new URL('../openapi.json', import.meta.url))

/** Stands for a part that registering routes passes on but never uses. */
function unused<T>(): T {
  return new Proxy(() => {}, {
    get: (_target, name) => (name === 'then' ? undefined : unused()),
    apply: () => {
      throw new Error('a store was used while the routes were described')
    },
  }) as T
}

const app = await createApp({
  database: unused(),
  directory: unused(),
  siteUrl: null,
  maxBodyBytes: 1,
  trustProxy: false,
  rateLimits: null,
  logger: false,
  onMismatch: 'throw',
})
await app.register(captureRoutes({ log: unused(), directory: unused(), maxBodyBytes: 1 }))
await app.register(captureV1Routes({ log: unused(), directory: unused(), maxBodyBytes: 1 }))
await app.register(flagsRoutes(unused()))
await app.register(flagDefinitionRoutes(unused()))
await app.register(sdkListRoutes(unused()))
await app.register(privateApi(unused()))
await app.ready()
const current = `${JSON.stringify(app.swagger(), null, 2)}\n`
await app.close()

if (!process.argv.includes('--check')) {
  writeFileSync(file, current)
} else if (read() !== current) {
  console.error(
    'openapi.json is stale: run node --import tsx scripts/openapi.ts, and npm run api-types -w web',
  )
  process.exitCode = 1
} else {
  console.log('openapi.json: as the contracts say')
}

function read(): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

import { createApp } from '../server/src/http/app.ts'
import { privateApi } from '../server/src/private-api/private-api.ts'
import { captureRoutes } from '../server/src/public-api/capture/routes.ts'
import { captureV1Routes } from '../server/src/public-api/capture/v1-routes.ts'
import { flagDefinitionRoutes } from '../server/src/public-api/flags/definition-routes.ts'
import { sdkListRoutes } from '../server/src/public-api/flags/list-routes.ts'
import { flagsRoutes } from '../server/src/public-api/flags/routes.ts'

/** Stands for a part that registering routes passes on but never uses. */
function unused<T>(): T {
  return new Proxy(() => {}, {
    get: (_target, name) => (name === 'then' ? undefined : unused()),
    apply: () => {
      throw new Error('a store was used while the routes were described')
    },
  }) as T
}

/** The whole API without any store behind it: it can be described, and answers nothing. */
export async function describedApi() {
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
  return app
}

import { createApp } from '../server/src/http/app.ts'
import { privateApi } from '../server/src/private-api/private-api.ts'
import { publicApi } from '../server/src/public-api/public-api.ts'

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
  await app.register(publicApi(unused()))
  await app.register(privateApi(unused()))
  await app.ready()
  return app
}

import { startNats, type TestNats } from '../../server/test/nats.ts'
import { startPostgres, type TestPostgres } from '../../server/test/postgres.ts'
import { startEngineProxy } from './engine-proxy.ts'
import { startServer } from './server.ts'

/** Stores that several processes share: PostgreSQL, three NATS servers, and an engine that is reached by an address. */
export type SharedStores = {
  /** What a process is started with to use them. */
  env: Record<string, string>
  nats: TestNats
  postgres: TestPostgres
  close(): Promise<void>
}

/** The engine is that of a server of its own, of which nothing else is used. */
export async function startSharedStores(dataDir?: string): Promise<SharedStores> {
  const [nats, postgres, holder] = await Promise.all([
    startNats(3),
    startPostgres(),
    startServer(dataDir === undefined ? {} : { dataDir }),
  ])
  const proxy = await startEngineProxy(holder.dataDir)
  return {
    env: {
      CLICKHOUSE_URL: proxy.url,
      DATABASE_URL: await postgres.freshUrl(),
      NATS_URL: nats.urls.join(),
    },
    nats,
    postgres,
    async close() {
      proxy.close()
      await Promise.all([holder.kill(), nats.stop(), postgres.stop()])
    },
  }
}

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { startNats, type TestNats } from '../../server/test/nats.ts'
import { startPostgres, type TestPostgres } from '../../server/test/postgres.ts'
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
  const proxy = createServer((client) => {
    const engine = connect(join(holder.dataDir, 'engine.sock'))
    client.pipe(engine).pipe(client)
    for (const [one, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    env: {
      CLICKHOUSE_URL: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
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

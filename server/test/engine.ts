import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { type Engine, type EngineDeps, startEngine } from '../src/warehouse/embedded.ts'

/** An engine of the test's own, for what the shared one must not suffer, and a client of the official kind. */
export async function testEngine(
  options: Partial<EngineDeps> = {},
): Promise<{ engine: Engine; dataDir: string; client: ClickHouseClient; cleanup(): Promise<void> }> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'hedgerow-engine-')))
  const engine = await startEngine({
    dataDir,
    queryConcurrency: 2,
    queryMaxExecutionMs: 10_000,
    queryMemoryBytes: 1024 ** 3,
    log: { info: () => {}, warn: () => {} },
    ...options,
  })
  const client = connect(engine.socketPath)
  return {
    engine,
    dataDir,
    client,
    async cleanup() {
      await client.close()
      await engine.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** ClickHouse's own client on the engine's socket. */
export const connect = (socketPath: string, compression = false): ClickHouseClient =>
  createClient({
    url: 'http://engine',
    http_agent: new Agent({ keepAlive: true, socketPath } as object),
    use_multipart_params_auto: true,
    compression: { request: compression, response: compression },
    log: { level: 127 as never },
  })

import { inject } from 'vitest'
import { connectWarehouse } from '../src/warehouse/create-warehouse.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'

/** A warehouse with a fresh, migrated database of its own on the engine that all test files share. */
export async function testWarehouse(): Promise<{
  warehouse: Warehouse
  database: string
  /** Drops the database and closes the connection. */
  cleanup(): Promise<void>
}> {
  const database = `test_${crypto.randomUUID().replaceAll('-', '')}`
  const warehouse = await connectWarehouse({
    home: { engine: { socketPath: inject('engineSocket') } },
    database,
    maxExecutionMs: 30_000,
    maxMemoryBytes: 1024 ** 3,
  })
  return {
    warehouse,
    database,
    async cleanup() {
      await warehouse.command(`DROP DATABASE ${database} SYNC`)
      await warehouse.close()
    },
  }
}

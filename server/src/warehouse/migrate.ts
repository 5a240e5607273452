import { readdir, readFile } from 'node:fs/promises'
import type { Warehouse } from './warehouse.ts'

const folder = new URL('./migrations/', import.meta.url)

/**
 * Brings a database up to date: runs the numbered files of `migrations/` that it has not seen, in order. A file's
 * statements are separated by a line that holds only `--;`; each must bear being run again, as ClickHouse has no
 * transaction to undo half a file with.
 */
export async function migrate(warehouse: Pick<Warehouse, 'command' | 'query'>): Promise<void> {
  await warehouse.command(
    `CREATE TABLE IF NOT EXISTS schema_migrations (name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
    ENGINE = ReplacingMergeTree ORDER BY name`,
  )
  const { rows } = await warehouse.query({ sql: 'SELECT name FROM schema_migrations' })
  const applied = new Set(rows.map(([name]) => name))
  const files = (await readdir(folder)).filter((file) => /^\d{4}_.*\.sql$/.test(file)).sort()
  for (const file of files) {
    if (applied.has(file)) continue
    for (const statement of statementsOf(await readFile(new URL(file, folder), 'utf8'))) {
      await warehouse.command(statement)
    }
    await warehouse.command('INSERT INTO schema_migrations (name) SELECT {name:String}', { name: file })
  }
}

function statementsOf(text: string): string[] {
  return text
    .split(/^--;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replace(/^--.*$/gm, '').trim())
}

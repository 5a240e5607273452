import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type {
  generateDrizzleJson as GenerateJson,
  generateMigration as GenerateMigration,
} from 'drizzle-kit/api'
import { expect, test } from 'vitest'
import { MigrationError, missing, readMigrations } from './migrate.ts'
import * as schema from './schema.ts'

const { generateDrizzleJson, generateMigration } = createRequire(import.meta.url)('drizzle-kit/api') as {
  generateDrizzleJson: typeof GenerateJson
  generateMigration: typeof GenerateMigration
}

test('the migrations make the very schema that the code says (else: npm run migrations -w server)', async () => {
  const meta = (name: string) => readFile(new URL(`./migrations/meta/${name}`, import.meta.url), 'utf8')
  const { entries } = JSON.parse(await meta('_journal.json')) as { entries: { tag: string }[] }
  const names = (await readMigrations()).map(({ name }) => name)
  expect(names).toEqual(entries.map(({ tag }) => tag))
  const number = names.at(-1)!.slice(0, 4)
  const last = JSON.parse(await meta(`${number}_snapshot.json`))
  expect(await generateMigration(last, generateDrizzleJson(schema, last.id))).toEqual([])
})

test('what is applied is not applied again', () => {
  const all = ['0000_a', '0001_b'].map((name) => ({ name, sql: '', hash: name }))
  expect(missing(all, [])).toEqual(all)
  expect(missing(all, [{ name: '0000_a', hash: '0000_a' }])).toEqual([all[1]])
  expect(missing(all, all)).toEqual([])
})

test('a migration that was changed after it had been applied is refused', () => {
  const ours = [{ name: '0000_a', sql: '', hash: 'new' }]
  expect(() => missing(ours, [{ name: '0000_a', hash: 'old' }])).toThrow(MigrationError)
})

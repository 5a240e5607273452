/**
 * Writes openapi.json from the contracts of every route, without starting a store.
 *
 *   node --import tsx scripts/openapi.ts           writes it
 *   node --import tsx scripts/openapi.ts --check   fails when it is stale
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describedApi } from './described-api.ts'

const file = fileURLToPath(new URL('../openapi.json', import.meta.url))

const app = await describedApi()
const current = `${JSON.stringify(app.swagger(), null, 2)}\n`
await app.close()

if (!process.argv.includes('--check')) {
  writeFileSync(file, current)
} else if (read() !== current) {
  console.error('openapi.json is stale: run node --import tsx scripts/openapi.ts, and npm run api-types')
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

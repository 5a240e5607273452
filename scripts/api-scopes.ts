/**
 * Writes client/src/scopes.ts, what personal API keys can be held to, from openapi.json: every scope that an operation
 * asks for.
 *
 *   node --import tsx scripts/api-scopes.ts           writes it
 *   node --import tsx scripts/api-scopes.ts --check   fails when it is stale
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Described = { paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>> }

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const file = at('../client/src/scopes.ts')
const { paths } = JSON.parse(readFileSync(at('../openapi.json'), 'utf8')) as Described

const asked = Object.values(paths)
  .flatMap((methods) => Object.values(methods))
  .flatMap(({ security = [] }) => security)
  .flatMap(({ personal_api_key: scopes = [] }) => scopes)
const current = `/** Made of openapi.json by scripts/api-scopes.ts. */

/** Every scope that an operation asks of a personal API key which is held to some. */
export const scopes = [
${[...new Set(asked)]
  .sort()
  .map((scope) => `  '${scope}',\n`)
  .join('')}] as const
export type Scope = (typeof scopes)[number]
`

if (!process.argv.includes('--check')) writeFileSync(file, current)
else if (readFileSync(file, 'utf8') !== current) {
  console.error('client/src/scopes.ts is stale: run npm run api-types')
  process.exitCode = 1
} else console.log('client/src/scopes.ts: as openapi.json says')

/**
 * Reads a project with 10,000 flags and 1,000 cohorts from an embedded database and makes it ready for evaluation. Prints
 * as JSON how long that took when every flag had changed, and by how much the process grew at most, the first time included.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFirstUser } from '../server/src/accounts/first-user.ts'
import { createDatabase } from '../server/src/database/create-database.ts'
import { cohorts, featureFlags } from '../server/src/database/schema.ts'
import { createFlagDefinitions } from '../server/src/directory/flag-definitions.ts'
import { createEvaluator } from '../server/src/flags/evaluator.ts'
import { parseDefinition, shownFilters } from '../server/src/insights/cohort-definition.ts'

const FLAGS = 10_000
const COHORTS = 1_000

const folder = mkdtempSync(join(tmpdir(), 'hedgerow-bench-'))
const database = await createDatabase({ dataDir: join(folder, 'database') })
try {
  const first = await createFirstUser(database, {
    email: 'a@example.com',
    password: 'measure twice, cut once',
  })
  const projectId = first!.project.id
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => n)
  const person = (key: string, operator: string, value: unknown) => ({ key, type: 'person', operator, value })
  const made: number[] = []
  for (let from = 0; from < COHORTS; from += 500) {
    const rows = numbered(500).map((n) => ({
      projectId,
      name: `cohort ${from + n}`,
      filters: {
        properties: {
          type: 'OR',
          values: [
            { type: 'AND', values: [person('seats', 'gt', n), person('plan', 'exact', ['pro', 'team'])] },
            { type: 'AND', values: [person('email', 'regex', `@(example|shop-${n})\\.com$`)] },
          ],
        },
      },
    }))
    made.push(...(await database.db.insert(cohorts).values(rows).returning()).map(({ id }) => id))
  }
  for (let from = 0; from < FLAGS; from += 500) {
    const rows = numbered(500).map((n) => ({
      projectId,
      key: `flag-${from + n}`,
      filters: {
        groups: [
          { properties: [person('email', 'icontains', `@shop-${n}`)], rollout_percentage: 50 },
          { properties: [{ key: 'id', type: 'cohort', value: made[(from + n) % made.length] }] },
        ],
      },
    }))
    await database.db.insert(featureFlags).values(rows)
  }
  global.gc!()
  const before = process.memoryUsage().rss
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 10)
  const definitions = await createFlagDefinitions({ database, folder: join(folder, 'feature-flags') })
  const evaluator = createEvaluator({
    definitionsOf: definitions.of,
    cohorts: { read: parseDefinition, show: shownFilters },
    lookUp: async () => ({ person: null, memberOf: new Set(), hashKeys: {}, groups: new Map() }),
  })
  const ready = () => evaluator.flagsOf(projectId)!.flags.length
  ready()
  await database.db.update(featureFlags).set({ version: 2 })
  const started = performance.now()
  await definitions.changed(projectId)
  if (ready() !== FLAGS) throw new Error('not every flag was read')
  const ms = performance.now() - started
  most = Math.max(most, process.memoryUsage().rss)
  clearInterval(watch)
  process.stdout.write(JSON.stringify({ ms, mb: (most - before) / 1e6 }))
  await definitions.close()
} finally {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
}

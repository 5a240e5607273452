import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../src/database/database.ts'
import { createFlagDefinitions, type FlagDefinitions } from '../src/directory/flag-definitions.ts'
import { createEvaluator, type Evaluator } from '../src/flags/evaluator.ts'
import { parseDefinition, shownFilters } from '../src/insights/cohort-definition.ts'
import { createFlagLookUps } from '../src/persons/flag-look-ups.ts'

export type TestFlags = {
  definitions: FlagDefinitions
  evaluator: Evaluator
  /** As `compose.ts` has it, but without copies of cohorts. */
  changed(projectId: number): Promise<void>
}

/** What evaluates flags, over a database and a folder of its own. */
export async function testFlags(
  database: Database,
  whenDone: (close: () => Promise<void>) => void,
): Promise<TestFlags> {
  const folder = await mkdtemp(join(tmpdir(), 'hedgerow-flags-'))
  const definitions = await createFlagDefinitions({ database, folder })
  whenDone(async () => {
    await definitions.close()
    await rm(folder, { recursive: true, force: true })
  })
  const evaluator = createEvaluator({
    definitionsOf: definitions.of,
    cohorts: { read: parseDefinition, show: shownFilters },
    lookUp: createFlagLookUps({ database }).lookUp,
  })
  return { definitions, evaluator, changed: definitions.changed }
}

import type { CohortFinder } from '../src/insights/cohorts.ts'
import type { Warehouse } from '../src/warehouse/warehouse.ts'

/**
 * Cohorts of project 1 for tests of insights, without all that calculates them: by id, their name and which of the
 * project's events (a condition in ClickHouse's words) their people have.
 */
export async function testCohorts(
  warehouse: Warehouse,
  cohorts: Record<number, { name: string; whose: string }>,
): Promise<CohortFinder> {
  for (const [id, { whose }] of Object.entries(cohorts)) {
    await warehouse.command(`INSERT INTO cohort_people (team_id, cohort_id, version, person_id)
      SELECT DISTINCT 1, ${id}, ${id}, person_id FROM events WHERE team_id = 1 AND ${whose}`)
  }
  return {
    find: async (_project, id) => {
      const cohort = cohorts[Number(id)]
      return cohort && { id: Number(id), name: cohort.name, deleted: false, version: Number(id) }
    },
    versions: async () =>
      Object.keys(cohorts).map((id) => ({ id: Number(id), version: Number(id), isStatic: false })),
  }
}

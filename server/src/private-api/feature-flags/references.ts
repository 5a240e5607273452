import { cohortsOf, type FlagFilters, flagsOf, readFilters } from '../../flags/flag-filters.ts'
import { invalid } from '../../model/errors.ts'
import { isId } from './search.ts'

export type ReferenceDeps = {
  /** The cohorts of these ids that are there, with whether they were deleted. */
  findCohorts(projectId: number, ids: number[]): Promise<{ id: number; deleted: boolean }[]>
  /** The flags of these ids that are live. */
  liveFlags(projectId: number, ids: number[]): Promise<NamedFlag[]>
}
type NamedFlag = { id: number; key: string; active: boolean; filters: Record<string, unknown> }
type Self = { id: number | null; key: string }

/** Checks the cohorts and flags that a flag's filters name. */
export function createReferenceCheck({ findCohorts, liveFlags }: ReferenceDeps) {
  /** @throws HedgerowError for cohorts and flags that can't be named, and for circles. */
  async function check(
    projectId: number,
    self: Self,
    filters: FlagFilters,
    before: FlagFilters | null,
  ): Promise<void> {
    await checkCohorts(projectId, cohortsOf(filters))
    const known = new Set(before ? flagsOf(before) : [])
    await checkDependencies(projectId, self, flagsOf(filters), known)
  }

  async function checkCohorts(projectId: number, ids: number[]): Promise<void> {
    if (!ids.length) return
    const found = await findCohorts(projectId, ids.filter(isId))
    const live = new Set(found.filter(({ deleted }) => !deleted).map(({ id }) => id))
    const missing = ids.find((id) => !live.has(id))
    if (missing === undefined) return
    throw invalid(`Cohort with id ${missing} does not exist`, {
      attr: 'filters',
      code: 'cohort_does_not_exist',
    })
  }

  async function checkDependencies(
    projectId: number,
    self: Self,
    named: number[],
    known: Set<number>,
  ): Promise<void> {
    const wrong = (detail: string) => invalid(detail, { attr: 'filters' })
    if (self.id !== null && named.includes(self.id)) {
      throw wrong(`Feature flag '${self.key}' cannot depend on itself`)
    }
    /** By the id of each flag on the way: the keys that lead to it. */
    let ways = new Map(named.map((id) => [id, [self.key]]))
    const seen = new Set<number>()
    for (let round = 0; ways.size; round++) {
      const ids = [...ways.keys()]
      const found = new Map((await liveFlags(projectId, ids)).map((flag) => [flag.id, flag]))
      const next = new Map<number, string[]>()
      for (const id of ids) {
        seen.add(id)
        const flag = found.get(id)
        if (round === 0) {
          if (!flag) throw wrong(`Flag dependency references non-existent flag with ID ${id}`)
          if (!flag.active && !known.has(id)) {
            throw wrong(
              `Cannot create dependency on disabled flag '${flag.key}' (ID: ${id}). ` +
                'Flag dependencies must reference active flags only.',
            )
          }
        }
        if (!flag) continue
        const way = [...ways.get(id)!, flag.key]
        for (const further of flagsOf(readFilters(flag.filters))) {
          if (further === self.id)
            throw wrong(`Circular dependency detected: ${[...way, self.key].join(' → ')}`)
          if (!seen.has(further)) next.set(further, way)
        }
      }
      ways = next
    }
  }

  return check
}

import { cohortsOf, flagsOf, readFilters } from '../../flags/flag-filters.ts'
import type { StoredFlag } from '../../flags/flag-writes.ts'
import { cohortsNamedBy, parseDefinition, shownFilters } from '../../insights/cohort-definition.ts'
import { isObject } from '../../kit/is-object.ts'
import { asNumber } from '../../kit/scalars.ts'
import { invalid } from '../../model/errors.ts'
import type { FlagRow } from './search.ts'
import type { FlagProject, FlagStore } from './store.ts'

export type CopiedCohort = {
  id: number
  name: string | null
  description: string
  isStatic: boolean
  filters: Record<string, unknown> | null
  groups: unknown[]
}

export type CopyDeps = {
  flags: FlagStore
  /** The cohorts of these ids that are there. */
  findCohorts(projectId: number, ids: number[]): Promise<CopiedCohort[]>
  /** The live cohort of a name, the newest where there are several. */
  findCohortByName(projectId: number, name: string): Promise<{ id: number } | undefined>
  createCohort(
    project: FlagProject,
    userId: number,
    given: Pick<CopiedCohort, 'name' | 'description' | 'isStatic' | 'filters'>,
  ): Promise<{ id: number }>
}

/**
 * Makes a project's flag another's too, with the cohorts that it names: the other project's of the same name, else
 * copies of them. A flag of the same key is changed.
 * @throws HedgerowError `invalid` where it can't be, as when it depends on a flag that is not there; 403 where the
 *   user may not edit the other project's flag
 */
export async function copyFlag(
  deps: CopyDeps,
  userId: number,
  flag: StoredFlag,
  project: FlagProject,
): Promise<FlagRow> {
  const { flags } = deps
  const filters = readFilters(flag.filters)
  const cohorts = await copyCohorts(deps, userId, flag.projectId, cohortsOf(filters), project)
  const others = await sameFlags(deps, flag.projectId, flagsOf(filters), project.id)
  const existing = await flags.byKey(project.id, flag.key)
  // a holdout is of the experiments of its own project
  const { holdout: _, ...filtersThere } = withConditions(flag.filters, (property) => {
    if (property.type === 'cohort') return { ...property, value: cohorts.get(asNumber(property.value)) }
    if (property.type === 'flag') return { ...property, key: String(others.get(asNumber(property.key))) }
    return property
  })
  const holdout = existing?.flag.filters.holdout
  const copy = {
    key: flag.key,
    name: flag.name,
    filters: holdout ? { ...filtersThere, holdout } : filtersThere,
    active: flag.active,
    ensureExperienceContinuity: flag.ensureExperienceContinuity,
    bucketingIdentifier: flag.bucketingIdentifier,
    evaluationRuntime: flag.evaluationRuntime,
    isRemoteConfiguration: flag.isRemoteConfiguration,
  }
  if (!existing) return flags.create(project, userId, copy)
  return flags.update(project, existing.flag.id, userId, copy)
}

/** By the id of each of these cohorts, and of those that they name: the id that it has in the other project. */
async function copyCohorts(
  deps: CopyDeps,
  userId: number,
  from: number,
  ids: number[],
  to: FlagProject,
): Promise<Map<number, number>> {
  const copies = new Map<number, number>()
  const under = new Set<number>()
  const copyOf = async (id: number): Promise<void> => {
    if (copies.has(id) || under.has(id)) return
    under.add(id)
    const [cohort] = await deps.findCohorts(from, [id])
    if (!cohort) throw invalid(`Cohort with id ${id} does not exist`, { code: 'cohort_does_not_exist' })
    const there = cohort.name ? await deps.findCohortByName(to.id, cohort.name) : undefined
    if (!there) for (const named of cohortsNamedBy(parseDefinition(cohort))) await copyOf(named)
    const { name, description, isStatic } = cohort
    const filters = isStatic ? null : replaced(shownFilters(cohort), renumbered)
    const made = there ?? (await deps.createCohort(to, userId, { name, description, isStatic, filters }))
    copies.set(id, made.id)
  }
  const renumbered = (leaf: Record<string, unknown>) =>
    leaf.type === 'cohort' ? { ...leaf, value: copies.get(asNumber(leaf.value)) } : leaf
  for (const id of ids) await copyOf(id)
  return copies
}

/** By the id of each of these flags: the id of the other project's flag of the same key. */
async function sameFlags({ flags }: CopyDeps, from: number, ids: number[], to: number) {
  const same = new Map<number, number>()
  for (const { id, key } of await flags.liveFlags(from, ids)) {
    const other = await flags.byKey(to, key)
    if (!other) throw invalid(`It depends on the flag '${key}', which the project does not have.`)
    same.set(id, other.flag.id)
  }
  return same
}

/** Filters with the properties of their conditions replaced; payloads and all else stay as they are. */
function withConditions(
  filters: Record<string, unknown>,
  replace: (property: Record<string, unknown>) => unknown,
): Record<string, unknown> {
  const places = ['groups', 'super_groups', 'properties'].filter((place) => place in filters)
  return {
    ...filters,
    ...Object.fromEntries(places.map((place) => [place, replaced(filters[place], replace)])),
  }
}

/** A JSON value with every dictionary that has a type in it replaced. */
function replaced<T>(value: T, replace: (one: Record<string, unknown>) => unknown): T {
  if (Array.isArray(value)) return value.map((one) => replaced(one, replace)) as T
  if (!isObject(value)) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, replace)]))
  return ('type' in inner ? replace(inner) : inner) as T
}

import { isObject } from '../kit/is-object.ts'
import { asNumber } from '../kit/scalars.ts'
import type { CohortRecord } from '../model/flags.ts'
import { cohortsOf, flagsOf, readFilters, upgraded } from './flag-filters.ts'
import type { CompiledFlag, ProjectFlags } from './project-flags.ts'

type Json = Record<string, unknown>

/** A cohort's filters as its API shows them. */
export type ShowCohort = (cohort: CohortRecord) => Json

/**
 * The flags of a project as SDKs need them to evaluate on their own. Inactive flags are among them (SDKs say false
 * then), flags that are there for their payload are not. Cohorts that SDKs can't evaluate are left out: then they ask
 * the server. Reference: PostHog's flag service.
 * @param sendCohorts whether the SDK knows cohorts; for older ones conditions on one plain cohort are written out
 */
export function localEvaluation(project: ProjectFlags, sendCohorts: boolean, show: ShowCohort) {
  const { definitions } = project
  const flags = project.flags.filter(({ isRemoteConfiguration }) => !isRemoteConfiguration)
  const trees = new Map(
    definitions.cohorts.flatMap((cohort) => {
      const { properties } = project.cohorts.get(cohort.id)?.by === 'properties' ? show(cohort) : {}
      return isObject(properties) && !hasEmptyGroup(properties) ? [[cohort.id, properties] as const] : []
    }),
  )
  return {
    flags: flags.map((flag) => shown(project, flag, sendCohorts ? null : trees)),
    group_type_mapping: Object.fromEntries(
      definitions.groupTypes.map((one) => [String(one.groupTypeIndex), one.groupType]),
    ),
    cohorts: sendCohorts ? Object.fromEntries(cohortsFor(project, flags, trees)) : {},
  }
}

/** Nobody is in what has no conditions; SDKs would say everybody. */
const hasEmptyGroup = (tree: unknown): boolean =>
  !isObject(tree) ||
  (Array.isArray(tree.values)
    ? tree.values.length === 0 || tree.values.some(hasEmptyGroup)
    : Object.keys(tree).length === 0)

/** @param trees the conditions of cohorts, where they are to be written out */
function shown(project: ProjectFlags, flag: CompiledFlag, trees: Map<number, Json> | null): Json {
  const filters = upgraded(flag.filters)
  const [only, ...others] = new Set(cohortsOf(readFilters(flag.filters)))
  const tree = trees && only !== undefined && !others.length ? trees.get(only) : undefined
  const groups = Array.isArray(filters.groups) ? filters.groups : []
  return {
    id: flag.id,
    team_id: project.definitions.projectId,
    name: flag.name,
    key: flag.key,
    filters: {
      ...filters,
      groups: groups
        .flatMap((group) => (tree && isObject(group) ? writtenOut(group, tree) : [group]))
        .map((group) => withFlagKeys(project, withoutNegation(group))),
    },
    deleted: false,
    active: flag.active,
    ensure_experience_continuity: flag.ensureExperienceContinuity,
    version: flag.version,
    has_encrypted_payloads: false,
    bucketing_identifier: flag.bucketingIdentifier,
    evaluation_runtime: flag.evaluationRuntime,
    evaluation_tags: flag.evaluationContexts,
    has_experiment: flag.hasExperiment,
  }
}

/** SDKs know one way to say that somebody is not in a cohort. */
function withoutNegation(group: unknown): unknown {
  if (!isObject(group) || !Array.isArray(group.properties)) return group
  const isNegated = (one: unknown) => isObject(one) && one.type === 'cohort' && one.negation === true
  if (!group.properties.some(isNegated)) return group
  return {
    ...group,
    properties: group.properties.map((property: unknown) => {
      if (!isObject(property) || !isNegated(property)) return property
      const { negation: _, operator, ...rest } = property
      return { ...rest, operator: operator === 'not_in' ? 'in' : 'not_in' }
    }),
  }
}

/** SDKs know flags by their keys, and want those first that a flag's value depends on. */
function withFlagKeys(project: ProjectFlags, group: unknown): unknown {
  if (!isObject(group) || !Array.isArray(group.properties)) return group
  if (!group.properties.some((one) => isObject(one) && one.type === 'flag')) return group
  return {
    ...group,
    properties: group.properties.map((property: unknown) => {
      if (!isObject(property) || property.type !== 'flag') return property
      const flag = project.byId.get(asNumber(property.key))
      if (!flag) return { ...property, dependency_chain: [] }
      return { ...property, key: flag.key, dependency_chain: chainOf(project, flag) }
    }),
  }
}

/** The flags that a flag depends on, in an order in which they can be evaluated, and itself; empty where it can't be. */
function chainOf(project: ProjectFlags, flag: CompiledFlag): string[] {
  if (flag.isBroken) return []
  const chain = new Set<string>()
  const add = (one: CompiledFlag) => {
    if (chain.has(one.key)) return
    for (const id of flagsOf(readFilters(one.filters))) add(project.byId.get(id)!)
    chain.add(one.key)
  }
  add(flag)
  return [...chain]
}

/** The cohorts that flags name, and those that these name. */
function cohortsFor(
  project: ProjectFlags,
  flags: CompiledFlag[],
  trees: Map<number, Json>,
): Map<string, Json> {
  const found = new Map<string, Json>()
  const add = (id: number) => {
    const tree = trees.get(id)
    if (!tree || found.has(String(id))) return
    found.set(String(id), tree)
    const cohort = project.cohorts.get(id)
    if (cohort?.by === 'properties') for (const named of cohort.names) add(named)
  }
  for (const flag of flags) for (const id of cohortsOf(readFilters(flag.filters))) add(id)
  return found
}

const mostConditions = 50

/**
 * A condition on one cohort as conditions on its people's properties, any of which may hold: the percentage and the
 * variant are drawn as before. As it was where that can't be said.
 */
function writtenOut(group: Json, tree: Json): unknown[] {
  const properties = Array.isArray(group.properties) ? group.properties.filter(isObject) : []
  const [cohort, ...others] = properties.filter(({ type }) => type === 'cohort')
  if (!cohort || others.length || (cohort.operator ?? 'in') !== 'in' || cohort.negation === true)
    return [group]
  const ways = waysToFulfil(tree)
  if (!ways?.length || ways.length > mostConditions) return [group]
  const rest = properties.filter((one) => one !== cohort)
  return ways.map((way) => ({ ...group, properties: [...rest, ...way] }))
}

/** The conditions as lists, all of any of which must hold; null where there is more to them than a person's properties. */
function waysToFulfil(tree: unknown): Json[][] | null {
  if (!isObject(tree)) return null
  if (!Array.isArray(tree.values)) {
    const isPlain = (tree.type ?? 'person') === 'person' && tree.negation !== true
    return isPlain ? [[tree]] : null
  }
  const parts = tree.values.map(waysToFulfil)
  if (parts.some((part) => part === null)) return null
  const known = parts as Json[][][]
  if (tree.type === 'OR') return known.flat()
  let ways: Json[][] = known.length ? [[]] : []
  for (const part of known) {
    ways = ways.flatMap((way) => part.map((more) => [...way, ...more]))
    if (ways.length > mostConditions) return null
  }
  return ways
}

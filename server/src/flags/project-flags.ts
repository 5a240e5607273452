import { asNumber } from '../kit/scalars.ts'
import type { FlagRecord, ProjectDefinitions } from '../model/flags.ts'
import type { ReadCohort } from './cohort-tree.ts'
import { type CompiledCohort, compileCohorts } from './cohorts.ts'
import {
  enrollmentKey,
  type FlagCondition,
  type FlagFilters,
  type FlagProperty,
  flagsOf,
  readFilters,
} from './flag-filters.ts'
import { type Matcher, matcherOf, matcherOfProblem } from './matchers.ts'

/** One thing that a condition asks. */
export type Test =
  | { kind: 'person'; key: string; matches: Matcher; property: FlagProperty }
  | { kind: 'created_at'; matches: Matcher; property: FlagProperty }
  | { kind: 'group'; index: number | null; key: string; matches: Matcher; property: FlagProperty }
  | { kind: 'cohort'; id: number; negated: boolean; property: FlagProperty }
  | { kind: 'flag'; id: number; wanted: unknown; property: FlagProperty }
  | { kind: 'nothing'; property: FlagProperty }

export type CompiledCondition = Omit<FlagCondition, 'properties'> & { tests: Test[] }

/** What must be known of whoever asks before a flag can be evaluated. */
export type Needs = {
  personKeys: Set<string>
  /** When the person was first seen. */
  createdAt: boolean
  /** Cohorts whose people are looked up. */
  members: Set<number>
  /** By group type index, the properties of that group. */
  groups: Map<number, Set<string>>
  continuity: boolean
}

export type CompiledFlag = FlagRecord & {
  parsed: Omit<FlagFilters, 'conditions' | 'superCondition'>
  conditions: CompiledCondition[]
  superCondition: CompiledCondition | null
  /** Whether one that it asks for is not there, or asks for it in turn. */
  isBroken: boolean
  /** Whether another flag asks for it. */
  isAskedFor: boolean
  /** Its own, and those of the flags that it asks for. */
  needs: Needs
}

/** A project's flags, ready to be evaluated. */
export type ProjectFlags = {
  definitions: ProjectDefinitions
  flags: CompiledFlag[]
  byId: Map<number, CompiledFlag>
  byKey: Map<string, CompiledFlag>
  cohorts: Map<number, CompiledCohort>
  groupIndexes: Map<string, number>
  /** Of all active flags together: what most requests ask for. */
  needs: Needs
}

/** Compiles every flag of a project; flags that make no sense become flags that match nobody. */
export function compileProject(definitions: ProjectDefinitions, readCohort: ReadCohort): ProjectFlags {
  const cohorts = compileCohorts(definitions.cohorts, readCohort)
  const flags = definitions.flags.map((record) => compileFlag(record, cohorts))
  const byId = new Map(flags.map((flag) => [flag.id, flag]))
  joinDependencies(flags, byId)
  const needs = noNeeds()
  for (const flag of flags) if (flag.active) addNeeds(needs, flag.needs)
  return {
    definitions,
    flags,
    byId,
    byKey: new Map(flags.map((flag) => [flag.key, flag])),
    cohorts,
    groupIndexes: new Map(definitions.groupTypes.map((one) => [one.groupType, one.groupTypeIndex])),
    needs,
  }
}

export const noNeeds = (): Needs => ({
  personKeys: new Set(),
  createdAt: false,
  members: new Set(),
  groups: new Map(),
  continuity: false,
})

export function addNeeds(to: Needs, more: Needs): void {
  for (const key of more.personKeys) to.personKeys.add(key)
  for (const id of more.members) to.members.add(id)
  for (const [index, keys] of more.groups) {
    const known = to.groups.get(index) ?? new Set()
    for (const key of keys) known.add(key)
    to.groups.set(index, known)
  }
  to.createdAt ||= more.createdAt
  to.continuity ||= more.continuity
}

function compileFlag(record: FlagRecord, cohorts: Map<number, CompiledCohort>): CompiledFlag {
  const { conditions, superCondition, ...parsed } = readFilters(record.filters)
  const compiled = conditions.map(compileCondition)
  const first = superCondition && compileCondition(superCondition)
  const needs = noNeeds()
  for (const condition of first ? [first, ...compiled] : compiled) {
    for (const test of condition.tests) noteNeed(needs, test, condition, cohorts)
  }
  if (parsed.featureEnrollment) needs.personKeys.add(enrollmentKey(record.key))
  needs.continuity = record.ensureExperienceContinuity
  return {
    ...record,
    parsed,
    conditions: compiled,
    superCondition: first,
    isBroken: false,
    isAskedFor: false,
    needs,
  }
}

function compileCondition({ properties, ...condition }: FlagCondition): CompiledCondition {
  const tests = properties.map((property) => compileTest(property, condition.groupTypeIndex))
  // Cohorts are asked last: they may take the longest.
  return {
    ...condition,
    tests: [
      ...tests.filter(({ kind }) => kind !== 'cohort'),
      ...tests.filter(({ kind }) => kind === 'cohort'),
    ],
  }
}

function compileTest(property: FlagProperty, groupTypeIndex: number | null): Test {
  const { type, key, value, operator } = property
  if (type === 'cohort')
    return { kind: 'cohort', id: asNumber(value), negated: isNegated(property), property }
  if (type === 'flag') return { kind: 'flag', id: asNumber(key), wanted: value, property }
  const matcher = matcherOf(operator, value)
  const matches = typeof matcher === 'function' ? matcher : matcherOfProblem(operator)
  if (type === 'group') {
    return { kind: 'group', index: property.groupTypeIndex ?? groupTypeIndex, key, matches, property }
  }
  if (type === 'person_metadata' && key === 'created_at') return { kind: 'created_at', matches, property }
  return type === 'person' ? { kind: 'person', key, matches, property } : { kind: 'nothing', property }
}

const isNegated = ({ operator, negation }: FlagProperty) =>
  (operator === 'not_in' || operator === 'is_not') !== negation

function noteNeed(
  needs: Needs,
  test: Test,
  condition: Pick<FlagCondition, 'groupTypeIndex'>,
  cohorts: Map<number, CompiledCohort>,
): void {
  if (test.kind === 'person') needs.personKeys.add(test.key)
  else if (test.kind === 'created_at') needs.createdAt = true
  else if (test.kind === 'cohort') {
    const cohort = cohorts.get(test.id)
    if (cohort?.by === 'members') needs.members.add(test.id)
    if (cohort?.by !== 'properties') return
    for (const key of cohort.personKeys) needs.personKeys.add(key)
    for (const id of cohort.members) needs.members.add(id)
  } else if (test.kind === 'group') {
    const index = test.index ?? condition.groupTypeIndex
    if (index === null) return
    const keys = needs.groups.get(index) ?? new Set()
    keys.add(test.key)
    needs.groups.set(index, keys)
  }
}

/** Finds flags whose dependencies are broken, and adds to each flag's needs those of the flags that it asks for. */
function joinDependencies(flags: CompiledFlag[], byId: Map<number, CompiledFlag>): void {
  const done = new Set<CompiledFlag>()
  const under = new Set<CompiledFlag>()
  function join(flag: CompiledFlag): boolean {
    if (done.has(flag)) return !flag.isBroken
    if (under.has(flag)) return false
    under.add(flag)
    for (const id of flagsOf(readFilters(flag.filters))) {
      const other = byId.get(id)
      if (other) other.isAskedFor = true
      if (!other || !join(other)) flag.isBroken = true
      else addNeeds(flag.needs, other.needs)
    }
    under.delete(flag)
    done.add(flag)
    return !flag.isBroken
  }
  for (const flag of flags) join(flag)
}

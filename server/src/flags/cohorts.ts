import type { CohortRecord } from '../model/flags.ts'
import type { CohortTree, ReadCohort } from './cohort-tree.ts'
import { type Matcher, matcherOf, matcherOfProblem } from './matchers.ts'

/**
 * How a person's being in a cohort is found out: by what is known of the person, or, for lists and for what people have
 * done, by looking up whether they are one of its people.
 */
export type CompiledCohort =
  | {
      by: 'properties'
      rule: CohortRule
      /** Of the person, and of cohorts that are looked up: what it depends on, also by those that it names. */
      personKeys: Set<string>
      members: Set<number>
      /** The cohorts that it names itself. */
      names: number[]
    }
  | { by: 'members'; isCopied: boolean }
  /** It is not there, or refers to one that is not; it refers to itself; its definition makes no sense. */
  | { by: 'nothing'; problem: CohortProblem }

export type CohortProblem =
  | 'dependency_not_found_cohort'
  | 'dependency_cycle_cohort'
  | 'cohort_invalid'
  /** Its people are not where they could be looked up, yet. */
  | 'cohort_not_calculated'

export type CohortRule =
  | { kind: 'all' | 'any'; rules: CohortRule[] }
  | { kind: 'property'; key: string; matches: Matcher; negated: boolean }
  | { kind: 'cohort'; id: number; negated: boolean }

/** Reads all cohorts of a project; those that flags name, and those that these name, count. */
export function compileCohorts(cohorts: CohortRecord[], read: ReadCohort): Map<number, CompiledCohort> {
  const records = new Map(cohorts.map((cohort) => [cohort.id, cohort]))
  const compiled = new Map<number, CompiledCohort>()
  const under = new Set<number>()

  function compile(id: number): CompiledCohort {
    const known = compiled.get(id)
    if (known) return known
    if (under.has(id)) return { by: 'nothing', problem: 'dependency_cycle_cohort' }
    under.add(id)
    const found = compileOne(records.get(id))
    under.delete(id)
    compiled.set(id, found)
    return found
  }

  function compileOne(cohort: CohortRecord | undefined): CompiledCohort {
    if (!cohort) return { by: 'nothing', problem: 'dependency_not_found_cohort' }
    const members = { by: 'members', isCopied: cohort.isCopied } as const
    if (cohort.isStatic) return members
    let tree: CohortTree
    try {
      tree = read(cohort)
    } catch {
      // It can't be calculated either: its row says why.
      return { by: 'nothing', problem: 'cohort_invalid' }
    }
    const leaves = leavesOf(tree)
    if (leaves.some(({ type }) => type === 'behavioral')) return members
    const personKeys = new Set<string>()
    const inner = new Set<number>()
    for (const leaf of leaves) {
      if (leaf.type === 'person') personKeys.add(leaf.filter.key)
      if (leaf.type !== 'cohort') continue
      const other = compile(leaf.id)
      if (other.by === 'nothing') return other
      if (other.by === 'members') inner.add(leaf.id)
      else {
        for (const key of other.personKeys) personKeys.add(key)
        for (const member of other.members) inner.add(member)
      }
    }
    const names = leaves.flatMap((leaf) => (leaf.type === 'cohort' ? [leaf.id] : []))
    return { by: 'properties', rule: ruleOf(tree), personKeys, members: inner, names }
  }

  for (const { id } of cohorts) compile(id)
  return compiled
}

type Leaf = Exclude<CohortTree, { type: 'AND' | 'OR' }>

const leavesOf = (tree: CohortTree): Leaf[] => ('values' in tree ? tree.values.flatMap(leavesOf) : [tree])

function ruleOf(tree: CohortTree): CohortRule {
  if ('values' in tree) {
    return { kind: tree.type === 'AND' && tree.values.length ? 'all' : 'any', rules: tree.values.map(ruleOf) }
  }
  if (tree.type === 'cohort') return { kind: 'cohort', id: tree.id, negated: tree.negated }
  if (tree.type === 'behavioral') throw new Error('what people have done is looked up')
  const { key, operator, value } = tree.filter
  const matcher = matcherOf(operator, value)
  const matches = typeof matcher === 'function' ? matcher : matcherOfProblem(operator)
  return { kind: 'property', key, matches, negated: tree.negated }
}

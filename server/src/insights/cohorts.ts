import { compare, constant, type Expr, field, from, type Query, select } from '../hogql/ast.ts'
import type { CohortVersion, Schema } from '../hogql/context.ts'
import { cohortTables } from '../hogql/tables.ts'
import { childrenOf } from '../hogql/visit.ts'
import { invalid } from '../model/errors.ts'

/** What questions must know of a cohort; who is in it, the warehouse knows. */
export type FoundCohort = {
  id: number
  name: string
  deleted: boolean
  /** The version of its people that counts; null while there is none. */
  version: number | null
}

/** How questions look up cohorts. */
export type CohortFinder = {
  /** By id, or by the name of one that is not deleted. @throws HedgerowError when several have the name. */
  find(projectId: number, idOrName: number | string): Promise<FoundCohort | undefined>
  /** Those that are not deleted and have been calculated. */
  versions(projectId: number): Promise<CohortVersion[]>
}

/** The ids of a cohort's people: those of one version, whoever they are after all merges so far. */
export const membersOf = (id: number, version: number): Query =>
  select({
    select: [field('person_id')],
    from: from('raw_cohort_people'),
    where: {
      kind: 'and',
      exprs: [
        compare(field('cohort_id'), '=', constant(id)),
        compare(field('version'), '=', constant(version)),
      ],
    },
  })

/** Versions begin at 1: this one has nobody. */
const noVersion = 0

/**
 * What the compiler must know of the cohorts that a tree names. Their versions are looked up before the question is
 * asked, so that a question reads one complete version even while the next is being written.
 * @throws HedgerowError for a cohort that was deleted. One that never was is the compiler's to refuse.
 */
export async function cohortsIn(
  tree: Query,
  projectId: number,
  cohorts: CohortFinder | undefined,
): Promise<Pick<Schema, 'cohort' | 'cohortVersions'>> {
  const { named, asTable } = namesIn(tree)
  const found = new Map<number | string, Query>()
  for (const name of named) {
    const cohort = await cohorts?.find(projectId, name)
    if (!cohort) continue
    if (cohort.deleted) throw invalid(`Cohort ${cohort.id} ("${cohort.name}") was deleted.`)
    found.set(name, membersOf(cohort.id, cohort.version ?? noVersion))
  }
  return {
    cohort: (idOrName) => found.get(idOrName) ?? null,
    ...(asTable && { cohortVersions: await cohorts?.versions(projectId) }),
  }
}

/** The cohorts of `in cohort`, and whether their people are read as a table. */
function namesIn(tree: Query) {
  const named = new Set<number | string>()
  let asTable = false
  const waiting: Expr[] = [tree]
  for (let expr = waiting.pop(); expr; expr = waiting.pop()) {
    if (expr.kind === 'compare' && /in cohort$/.test(expr.op) && expr.right.kind === 'constant') {
      const { value } = expr.right
      if (typeof value === 'number' || typeof value === 'string') named.add(value)
    }
    if (expr.kind === 'field' && cohortTables.includes(String(expr.chain[0]))) asTable = true
    for (const child of childrenOf(expr)) waiting.push(child)
  }
  return { named, asTable }
}

import { parseSelect } from '../hogql/parse.ts'
import { hogqlLimits } from './answer-rows.ts'
import type { AnswerLimit } from './answers.ts'
import { otherValue } from './breakdown.ts'
import { defaultEdges } from './paths.ts'
import type { RunnableQuery } from './queries.ts'
import type { Answer } from './run.ts'

/**
 * Which limit cut an answer. Of SQL, what its own LIMIT cut is what was asked for. SQL and paths are not asked for one row more
 * than they may have: an answer with exactly so many counts as cut.
 */
export function limitOf(query: RunnableQuery, { results, hasMore }: Answer): AnswerLimit | null {
  if (hasMore === true) return 'limit'
  if (!Array.isArray(results)) return null
  if (query.kind === 'HogQLQuery') {
    if (results.length === hogqlLimits.max) return 'max_limit'
    const mayBeCut = results.length === hogqlLimits.default && hasNoLimit(query.query)
    return mayBeCut ? 'default_limit' : null
  }
  if (query.kind === 'PathsQuery') {
    const asked = query.pathsFilter?.edgeLimit
    if (results.length < (asked ?? defaultEdges)) return null
    return asked ? 'limit' : 'default_limit'
  }
  return results.some(isOthers) ? 'breakdown_limit' : null
}

function hasNoLimit(text: string): boolean {
  const query = parseSelect(text)
  return query.kind !== 'select' || !query.limit
}

/** A series of all values that have none of their own; of a funnel, its steps. */
function isOthers(result: unknown): boolean {
  const one = Array.isArray(result) ? result[0] : result
  if (typeof one !== 'object' || one === null || !('breakdown_value' in one)) return false
  return [one.breakdown_value].flat().includes(otherValue)
}

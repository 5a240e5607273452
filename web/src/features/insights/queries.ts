import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask } from '../../api/ask.ts'
import { dimensionsOf } from '../../api/breakdowns.ts'
import { letter, needsProperty, type Question } from '../../api/questions.ts'
import type {
  FunnelAnswer,
  LifecycleAnswer,
  PathsAnswer,
  RetentionAnswer,
  StickinessAnswer,
  TrendsAnswer,
} from '../../api/types.ts'
import { finished } from '../../ui/filter-tree.ts'
import { isComplete } from '../../ui/operators.ts'

/** The query as it is asked: without filters that are still being written, wherever they stand in it. */
export const asked = <T extends Question>(query: T): T => withoutUnfinished(query) as T

function withoutUnfinished(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(withoutUnfinished)
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      if (value === undefined) return []
      if (name !== 'properties' || !value) return [[name, withoutUnfinished(value)]]
      const complete = finished(value, isComplete)
      return complete ? [[name, complete]] : []
    }),
  )
}

/** What is still missing before a question can be asked; null where nothing is. */
export function whatIsMissing(query: Question): string | null {
  if (query.kind === 'FunnelsQuery') {
    if (query.series.length === 0) return 'Pick the first step of a funnel.'
    if (query.series.length === 1) return 'Add a second step to see conversion.'
  }
  if ('series' in query && query.series.length === 0) return 'Pick an event to see a chart.'
  if (query.kind === 'TrendsQuery') {
    const at = query.series.findIndex((node) => needsProperty(node.math) && !node.math_property)
    if (query.trendsFilter?.display === 'WorldMap' && dimensionsOf(query.breakdownFilter).length !== 1) {
      return 'Break down by one property that holds countries, such as $geoip_country_code, to see a map.'
    }
    if (at >= 0) return `Choose the property that series ${letter(at)} counts.`
  }
  return null
}

export type Answers = {
  TrendsQuery: TrendsAnswer
  FunnelsQuery: FunnelAnswer
  RetentionQuery: RetentionAnswer
  LifecycleQuery: LifecycleAnswer
  StickinessQuery: StickinessAnswer
  PathsQuery: PathsAnswer
}
/** An answer, how long it took, and when it came. */
export type Timed<A> = A & { tookMs: number; receivedAt: number }

/** `anew`: calculated, whatever was answered before. */
export const answerQuery = <Q extends Question>(projectId: number, query: Q, anew = false) =>
  queryOptions({
    queryKey: ['project', projectId, 'answer', query.kind, asked(query)],
    queryFn: async ({ signal }): Promise<Timed<Answers[Q['kind']]>> => {
      const began = performance.now()
      const answer = await ask<Answers[Q['kind']]>(
        projectId,
        asked(query),
        signal,
        anew ? 'force_blocking' : undefined,
      )
      return { ...answer, tookMs: Math.round(performance.now() - began), receivedAt: Date.now() }
    },
    enabled: whatIsMissing(query) === null,
    staleTime: 30_000,
    // The old chart stays, dimmed, while the new one is worked out; what another kind answered can't be drawn.
    placeholderData: (previous, before) =>
      before?.queryKey[3] === query.kind ? keepPreviousData(previous) : undefined,
  })

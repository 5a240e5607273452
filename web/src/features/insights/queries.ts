import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask } from '../../api/ask.ts'
import type { TrendsAnswer, TrendsQuery } from '../../api/types.ts'
import { isComplete } from '../../ui/operators.ts'

/** The query as it is asked: without filters that are still being written. */
export function asked(query: TrendsQuery): TrendsQuery {
  const properties = query.properties?.filter(isComplete)
  return { ...query, properties: properties?.length ? properties : undefined }
}

/** `anew`: calculated, whatever was answered before. */
export const trendsQuery = (projectId: number, query: TrendsQuery, anew = false) =>
  queryOptions({
    queryKey: ['project', projectId, 'trends', asked(query)],
    queryFn: async ({ signal }) => {
      const began = performance.now()
      const answer = await ask<TrendsAnswer>(
        projectId,
        asked(query),
        signal,
        anew ? 'force_blocking' : undefined,
      )
      return { ...answer, tookMs: Math.round(performance.now() - began), at: Date.now() }
    },
    enabled: query.series.length > 0,
    staleTime: 30_000,
    // The old chart stays, dimmed, while the new one is worked out.
    placeholderData: keepPreviousData,
  })

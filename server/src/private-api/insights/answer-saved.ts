import { type AnswerSaved, noAnswer, type ShownAnswer } from '../../http/insight-shapes.ts'
import { type ActorReader, showActors } from '../../http/show-actors.ts'
import type { Answers, LivingAnswer, Outcome } from '../../insights/answer-life.ts'
import { parseSavedQuery } from '../../insights/saved-question.ts'
import { HedgerowError } from '../../model/errors.ts'
import { legacyQuestion } from './legacy-questions.ts'

/**
 * Answers saved questions: those of legacy filters as their own addresses do, typed queries as `query/` does. So each
 * door is served what was calculated for the other.
 */
export function createAnswerSaved({ answers, ...actors }: { answers: Answers } & ActorReader): AnswerSaved {
  return async (project, { filters, query }, { refresh, clientQueryId, asker, origin }) => {
    // who has waited for an event wants an answer that knows of it
    const mode = refresh ?? (asker.mustBeNew ? 'blocking' : 'force_cache')
    const how = { refresh: mode, clientQueryId }
    try {
      if (query) {
        const outcome = await answers.request(project.id, parseSavedQuery(query), {
          ...asker,
          ...how,
          showActors: showActors(actors, project),
        })
        return shown(outcome, ({ results }) => results)
      }
      const { refresh: _, client_query_id: __, ...asked } = filters
      const legacy = legacyQuestion(asked, { projectId: project.id, asker, origin })
      const outcome = await answers.request(project.id, legacy.query, { ...legacy.asked, ...how })
      return shown(outcome, legacy.resultOf)
    } catch (error) {
      // Nothing was asked for: that the question can't be answered is told to who asks it.
      if (mode === 'force_cache' && error instanceof HedgerowError) return noAnswer
      throw error
    }
  }
}

function shown({ answer, status }: Outcome, resultOf: (answer: LivingAnswer) => unknown): ShownAnswer {
  if (!answer) return { ...noAnswer, query_status: status ?? null }
  const { columns, types, hasMore } = answer as { columns?: string[]; types?: unknown[]; hasMore?: boolean }
  return {
    result: resultOf(answer),
    columns: columns ?? null,
    types: types ?? null,
    hasMore: hasMore ?? null,
    last_refresh: answer.last_refresh,
    is_cached: answer.is_cached,
    cache_target_age: answer.cache_target_age,
    next_allowed_client_refresh: answer.next_allowed_client_refresh,
    query_status: status ?? null,
  }
}

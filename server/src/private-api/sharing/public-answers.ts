import { createHash } from 'node:crypto'
import type { Answers } from '../../insights/answer-life.ts'
import { type SavedQuestion, typedQuery } from '../../insights/saved-question.ts'
import { createMemory } from '../../kit/memory.ts'
import { HedgerowError } from '../../model/errors.ts'
import { publicResult } from './public-shapes.ts'

export type PublicAnswer = {
  result: unknown
  columns: string[] | null
  hasMore: boolean
  last_refresh: string | null
  is_cached: boolean
  timezone: string | null
  /** Why there is no answer. */
  error: string | null
}

const none = {
  result: null,
  columns: null,
  hasMore: false,
  last_refresh: null,
  is_cached: false,
  timezone: null,
}

/** How long an answer is shown again whatever is asked of it, so that visitors can't make a project's engine work. */
const keptMs = 60_000
const mostKept = 500

/** Questions whose rows are people or their events: who made them may see those, not anybody. */
const membersOnly = new Set(['ActorsQuery', 'EventsQuery'])

/**
 * Answers the questions of shared insights for visitors: from what is kept while that is fresh, and each at most once a
 * minute, also those that are empty or can't be answered. What is wrong with a question is told to members only.
 */
export function createPublicAnswers({ answers }: { answers: Pick<Answers, 'ask'> }) {
  const memory = createMemory({ version: () => 0, maxMs: keptMs, most: mostKept })

  async function answer(projectId: number, question: SavedQuestion): Promise<PublicAnswer> {
    try {
      const query = typedQuery(question)
      if (membersOnly.has(query.kind)) {
        return { ...none, error: 'Lists of people and their events are shown to members only.' }
      }
      const answered = await answers.ask(projectId, query, { refresh: 'blocking' })
      const { columns, hasMore } = answered as { columns?: string[]; hasMore?: boolean }
      const { result, isCut } = publicResult(answered.results)
      return {
        result,
        columns: columns ?? null,
        hasMore: isCut || hasMore === true,
        last_refresh: answered.last_refresh,
        is_cached: answered.is_cached,
        timezone: answered.timezone,
        error: null,
      }
    } catch (error) {
      if (!(error instanceof HedgerowError) || error.kind === 'unavailable') throw error
      return { ...none, error: 'This could not be answered.' }
    }
  }

  return (projectId: number, { filters, query }: SavedQuestion): Promise<PublicAnswer> => {
    const asked = JSON.stringify([projectId, query ?? filters])
    const key = createHash('sha256').update(asked).digest('base64url')
    return memory(key, () => answer(projectId, { filters, query }))
  }
}

export type AnswerPublic = ReturnType<typeof createPublicAnswers>

import type { z } from 'zod'
import type { Asker } from '../../http/operation.ts'
import type { Page } from '../../http/paging.ts'
import type { Answers } from '../../insights/answer-life.ts'
import type { HogQLQuery } from '../../insights/queries.ts'
import { invalid } from '../../model/errors.ts'
import type { surveyResponses, surveyStats, surveysStats } from './contract.ts'
import type { StoredSurvey } from './present.ts'

/**
 * What surveys came to, from the events `survey shown`, `survey dismissed` and `survey sent`. Answers that were sent
 * question by question are events with one `$survey_submission_id`, and count as one.
 */

/** Which events: of these surveys, between two instants (ISO 8601). */
type Which = { surveyIds: string[]; since: string; until: string }
type Bounds = { date_from?: string; date_to?: string }
type Stats = z.input<typeof surveysStats.answer>
type Counts = Stats['stats']['survey shown']
type QuestionStats = z.input<typeof surveyStats.answer>['questions'][number]
type Responses = z.input<typeof surveyResponses.answer>['results']
/** A question as results need it. */
type Question = { id: string; index: number; text: string; type: string; choices: string[] }

const submission = `if(coalesce(properties.$survey_submission_id, '') = '', toString(uuid), properties.$survey_submission_id)`
const events = `from events where properties.$survey_id in {surveyIds}
  and timestamp >= toDateTime64({since}, 6, 'UTC') and timestamp <= toDateTime64({until}, 6, 'UTC')`
const other = '<other>'
const mostRows = 10_000
const mostResponses = 1000

/** Beyond all times at which something was sent. */
const forEver = '2100-01-01T00:00:00Z'

export function createSurveyResults({ answers }: { answers: Pick<Answers, 'ask'> }) {
  async function rows(
    projectId: number,
    query: string,
    values: Record<string, unknown>,
    asker: Partial<Asker>,
  ): Promise<unknown[][]> {
    const asked: HogQLQuery = { kind: 'HogQLQuery', query, values }
    const { results } = await answers.ask(projectId, asked, asker)
    return results as unknown[][]
  }

  /** How often, and to how many, surveys were shown, and so on; a number for each person and kind of event first. */
  async function stats(projectId: number, which: Which, asker: Asker): Promise<Stats> {
    const [row = []] = await rows(
      projectId,
      `select sum(shown), countIf(shown > 0), min(firstShown), max(lastShown),
        sum(dismissed), countIf(dismissed > 0 and sent = 0), min(firstDismissed), max(lastDismissed),
        sum(sent), countIf(sent > 0), min(firstSent), max(lastSent)
      from (
        select countIf(event = 'survey shown') as shown, countIf(isDismissed) as dismissed,
          count(distinct if(event = 'survey sent', submission, null)) as sent,
          min(if(event = 'survey shown', at, null)) as firstShown, max(if(event = 'survey shown', at, null)) as lastShown,
          min(if(isDismissed, at, null)) as firstDismissed, max(if(isDismissed, at, null)) as lastDismissed,
          min(if(event = 'survey sent', at, null)) as firstSent, max(if(event = 'survey sent', at, null)) as lastSent
        from (
          select person_id, event, toUnixTimestamp64Milli(timestamp) as at, ${submission} as submission,
            event = 'survey dismissed' and coalesce(toString(properties.$survey_partially_completed), '') != 'true'
              as isDismissed
          ${events} and event in ('survey shown', 'survey dismissed', 'survey sent')
        ) group by person_id
      ) limit 1`,
      which,
      asker,
    )
    const counts = (at: number): Counts => ({
      total_count: Number(row[at] ?? 0),
      unique_persons: Number(row[at + 1] ?? 0),
      first_seen: instantOf(row[at + 2]),
      last_seen: instantOf(row[at + 3]),
      total_count_only_seen: 0,
      unique_persons_only_seen: 0,
    })
    const [shown, dismissed, sent] = [counts(0), counts(4), counts(8)]
    const left = (all: number, ...others: number[]) =>
      Math.max(
        0,
        others.reduce((rest, one) => rest - one, all),
      )
    shown.total_count_only_seen = left(shown.total_count, dismissed.total_count, sent.total_count)
    shown.unique_persons_only_seen = left(shown.unique_persons, dismissed.unique_persons, sent.unique_persons)
    const rate = (part: number, all: number) => (all ? Math.round((part / all) * 10_000) / 100 : 0)
    return {
      stats: { 'survey shown': shown, 'survey dismissed': dismissed, 'survey sent': sent },
      rates: {
        response_rate: rate(sent.total_count, shown.total_count),
        dismissal_rate: rate(dismissed.total_count, shown.total_count),
        unique_users_response_rate: rate(sent.unique_persons, shown.unique_persons),
        unique_users_dismissal_rate: rate(dismissed.unique_persons, shown.unique_persons),
      },
    }
  }

  /** What was answered to each question, all by one query: rows are (question, 0, how many) and (question, 1, answer). */
  async function questionStats(survey: StoredSurvey, which: Which, asker: Asker): Promise<QuestionStats[]> {
    const questions = questionsOf(survey)
    if (!questions.length) return []
    const values: Record<string, unknown> = { ...which, other }
    const parts = questions.map((question) => {
      const { index, type, choices } = question
      const list = type === 'multiple_choice' ? `JSONExtract(a${index}, 'Array(String)')` : `[a${index}]`
      values[`choices${index}`] = choices
      const told = choices.length
        ? `arrayMap(x -> if(has({choices${index}}, x), x, {other}), ${list})`
        : type === 'open'
          ? '[]'
          : list
      return `if(a${index} = '', [], arrayConcat([(${index}, 0, '')], arrayMap(x -> (${index}, 1, x), ${told})))`
    })
    const found = await rows(
      survey.projectId,
      `select answer.1, answer.2, answer.3, count() as n
      from (select arrayJoin(arrayConcat(${parts.join(', ')})) as answer
        from (select ${questions.map(merged).join(', ')} from (${answersOf(questions)}) group by submission))
      group by answer order by n desc limit ${mostRows}`,
      values,
      asker,
    )
    return questions.map(({ id, index, text, type }) => {
      const mine = found.filter(([question]) => Number(question) === index)
      const told = mine.filter(([, kind]) => Number(kind) === 1)
      const ratings = told.flatMap(([, , answer, n]) =>
        Number.isFinite(Number(answer)) ? [[Number(answer), Number(n)] as const] : [],
      )
      const rated = ratings.reduce((sum, [, n]) => sum + n, 0)
      return {
        question_id: id,
        question_index: index,
        question_text: text,
        question_type: type,
        response_count: Number(mine.find(([, kind]) => Number(kind) === 0)?.[3] ?? 0),
        distribution: Object.fromEntries(told.map(([, , answer, n]) => [String(answer), Number(n)])),
        average:
          type === 'rating' && rated ? ratings.reduce((sum, [value, n]) => sum + value * n, 0) / rated : null,
      }
    })
  }

  return {
    stats: (projectId: number, surveyIds: string[], bounds: Bounds, asker: Asker) =>
      stats(projectId, within(surveyIds, bounds), asker),

    /** @throws HedgerowError `invalid` for a range that ends before it begins */
    async statsOf(survey: StoredSurvey, bounds: Bounds, asker: Asker) {
      const which = of(survey, bounds)
      const [counts, questions] = await Promise.all([
        stats(survey.projectId, which, asker),
        questionStats(survey, which, asker),
      ])
      return { ...counts, questions }
    },

    /** By the ids of those that have any. @param from since when */
    async counts(projectId: number, surveyIds: string[], from: string, asker: Partial<Asker> = {}) {
      const found = await rows(
        projectId,
        `select id, count(distinct submission) from (
          select properties.$survey_id as id, ${submission} as submission ${events} and event = 'survey sent'
        ) group by id limit ${mostRows}`,
        { surveyIds, since: sqlTime(from), until: sqlTime(forEver) },
        asker,
      )
      return Object.fromEntries(found.map(([id, count]) => [String(id), Number(count)]))
    },

    /** Newest first. @throws HedgerowError `invalid` for a question that it does not have */
    async responses(
      survey: StoredSurvey,
      asked: Bounds & Page & { question_id?: string },
      asker: Asker,
    ): Promise<{ results: Responses; hasMore: boolean }> {
      const { question_id: only, offset } = asked
      const limit = Math.min(asked.limit, mostResponses)
      const questions = questionsOf(survey).filter(({ id }) => only === undefined || id === only)
      if (only !== undefined && !questions.length) {
        throw invalid('The survey has no such question.', { attr: 'question_id' })
      }
      const which = of(survey, asked)
      const found = await rows(
        survey.projectId,
        `select argMax(id, at), argMax(distinct_id, at), argMax(session, at), max(at) as sentAt
          ${questions.map((question) => `, ${merged(question)}`).join('')}
        from (${answersOf(questions)}) group by submission
        ${only === undefined ? '' : `having a${questions[0]!.index} != ''`}
        order by sentAt desc, submission limit ${limit + 1} offset ${offset}`,
        which,
        asker,
      )
      const results = found.slice(0, limit).map(([uuid, distinctId, session, at, ...given]) => ({
        uuid: String(uuid),
        distinct_id: String(distinctId),
        session_id: session ? String(session) : null,
        submitted_at: instantOf(at)!,
        answers: questions.flatMap(({ id, index, text, type }, n) =>
          given[n]
            ? [
                {
                  question_id: id,
                  question_index: index,
                  question_text: text,
                  question_type: type,
                  answer: type === 'multiple_choice' ? listIn(String(given[n])) : String(given[n]),
                },
              ]
            : [],
        ),
      }))
      return { results, hasMore: found.length > limit }
    },
  }
}

export type SurveyResults = ReturnType<typeof createSurveyResults>

/** Ids are made of letters, digits, `-` and `_` (`contract.ts`): they can be in a query as they are. */
function questionsOf({ questions }: StoredSurvey): Question[] {
  return (questions ?? []).map((question, index) => ({
    id: String(question.id),
    index,
    text: String(question.question),
    type: String(question.type),
    choices: Array.isArray(question.choices) ? question.choices.map(String) : [],
  }))
}

/** The answers of each event, as texts; those of older SDKs are by the question's place. */
const answersOf = (
  questions: Question[],
) => `select uuid as id, distinct_id, properties.$session_id as session,
    toUnixTimestamp64Milli(timestamp) as at, ${submission} as submission
    ${questions
      .map(({ id, index }) => {
        const place = index === 0 ? '$survey_response' : `$survey_response_${index}`
        return `, trim(coalesce(nullIf(toString(properties.\`$survey_response_${id}\`), ''), toString(properties.${place}), '')) as r${index}`
      })
      .join('')}
  ${events} and event = 'survey sent'`

/** The last answer of a submission that says something. */
const merged = ({ index }: Question) => `argMaxIf(r${index}, at, r${index} != '') as a${index}`

/** While a survey ran, and within the bounds. */
function of(survey: StoredSurvey, { date_from: from, date_to: to }: Bounds): Which {
  const start = survey.startDate ?? survey.createdAt
  const later = from && Date.parse(from) > Date.parse(start) ? from : start
  const end = survey.endDate ?? forEver
  return within([survey.id], {
    date_from: later,
    date_to: to && Date.parse(to) < Date.parse(end) ? to : end,
  })
}

function within(surveyIds: string[], { date_from: from, date_to: to }: Bounds): Which {
  if (from && to && Date.parse(from) > Date.parse(to)) throw invalid('date_from must be before date_to')
  return { surveyIds, since: sqlTime(from ?? '1980-01-01T00:00:00Z'), until: sqlTime(to ?? forEver) }
}

/** An instant as ClickHouse reads it. */
const sqlTime = (iso: string) => new Date(iso).toISOString().replace('T', ' ').replace('Z', '')

/** @param ms milliseconds since 1970; null for none */
const instantOf = (ms: unknown) =>
  ms === null || ms === undefined ? null : `${new Date(Number(ms)).toISOString().slice(0, -1)}000Z`

function listIn(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text)
    return Array.isArray(list) ? list.map(String) : [text]
  } catch {
    return [text]
  }
}

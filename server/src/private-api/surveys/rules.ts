import { harmIn } from '../../kit/html.ts'
import { isObject } from '../../kit/is-object.ts'
import { createUuid7 } from '../../kit/uuid7.ts'
import { invalid } from '../../model/errors.ts'
import type { GivenQuestion } from './contract.ts'

/** What a survey must be, and what follows from it. Texts are PostHog's where it has them. */

type Json = Record<string, unknown>

const newId = createUuid7()
const scales = { emoji: [2, 3, 5], number: [5, 7, 10] }

/**
 * Questions with an id each.
 * @throws HedgerowError `invalid` (`questions`) for what SDKs can't show, or should not
 */
export function checkedQuestions(given: GivenQuestion[]): Json[] {
  checkHtml(given, 'questions')
  const ids = given.flatMap(({ id }) => id ?? [])
  if (new Set(ids).size < ids.length) throw wrong('Question ids must be unique.')
  for (const question of given) {
    if (!question.question.trim()) throw wrong('Question text is required')
    if (question.link) checkLink(question.link)
    if (question.type === 'rating') checkRating(question)
    if (question.type === 'single_choice' || question.type === 'multiple_choice') checkChoices(question)
    checkBranching(question, given.length)
  }
  return given.map((question) => ({ ...question, id: question.id || newId() }))
}

const wrong = (detail: string) => invalid(detail, { attr: 'questions' })

function checkLink(link: string): void {
  const [scheme] = /^[a-z][a-z+.-]*(?=:)/i.exec(link) ?? ['']
  if (!['https', 'http', 'mailto'].includes(scheme.toLowerCase())) {
    throw wrong('Link must be a URL with one of these schemes: [https, http, mailto]')
  }
  if (scheme.toLowerCase() === 'mailto') {
    if (/^mailto:[\w.%+-]+@[a-z\d.-]+\.[a-z]{2,}$/i.test(link)) return
    throw wrong('Invalid mailto link. Please enter a valid mailto link (e.g., mailto:example@domain.com).')
  }
  if (!URL.canParse(link) || !new URL(link).host) {
    throw wrong('Invalid HTTPS URL. Please enter a valid HTTPS link.')
  }
}

function checkRating({ display, scale }: GivenQuestion): void {
  if (!display || !scale) throw wrong('A rating needs a display and a scale.')
  const known = scales[display]
  if (!known.includes(scale)) throw wrong(`The scale of ${display} ratings is one of: ${known.join(', ')}`)
}

function checkChoices({ choices }: GivenQuestion): void {
  if (!choices?.length) throw wrong('Question choices must be a list of strings')
  if (choices.some((choice) => !choice.trim())) throw wrong('Question choices cannot be empty')
}

function checkBranching({ branching }: GivenQuestion, count: number): void {
  if (!branching) return
  const { type, index, responseValues } = branching
  if (type === 'specific_question' && index === undefined)
    throw wrong('Branching needs the index of a question.')
  if (type === 'response_based' && !responseValues) throw wrong('Branching needs its responseValues.')
  const targets = [...(index === undefined ? [] : [index]), ...Object.values(responseValues ?? {})]
  for (const target of targets) {
    if (typeof target === 'number' ? target < count : target === 'end' || target === 'next_question') continue
    throw wrong(`Branching leads to "${target}", which is no question.`)
  }
}

/** @throws HedgerowError `invalid` for a text, however deep, that holds harmful HTML */
export function checkHtml(value: unknown, attr: string): void {
  if (typeof value === 'string') {
    const harm = harmIn(value)
    if (harm !== null) throw invalid(`HTML may not hold ${harm}`, { attr })
  } else if (Array.isArray(value)) for (const one of value) checkHtml(one, attr)
  else if (isObject(value)) for (const one of Object.values(value)) checkHtml(one, attr)
}

/** Ids of the actions that conditions name. */
export function actionsIn(conditions: Json | null | undefined): number[] {
  const { actions } = conditions ?? {}
  const values = isObject(actions) && Array.isArray(actions.values) ? actions.values : []
  return [...new Set(values.map(({ id }: { id: number }) => id))]
}

/** @throws HedgerowError `invalid` for targeting that leaves nobody out */
export function checkTargeting({ groups }: Json): void {
  const leavesNobodyOut = (group: unknown) =>
    isObject(group) &&
    (group.rollout_percentage ?? 100) === 100 &&
    !(Array.isArray(group.properties) && group.properties.length)
  if (!Array.isArray(groups) || !groups.some(leavesNobodyOut)) return
  throw invalid(
    'Invalid operation: User targeting rolls out to everyone. If you want to roll out to everyone, delete this targeting',
  )
}

export type Scheduled = {
  startDate: string | null
  endDate: string | null
  iterationCount: number | null
  iterationFrequencyDays: number | null
}

export const isRunning = ({ startDate, endDate }: Pick<Scheduled, 'startDate' | 'endDate'>) =>
  startDate !== null && endDate === null

const dayMs = 86_400_000

/** When each time of a recurring survey begins; null for a draft, empty for one that is not repeated. */
export function iterationStarts(survey: Scheduled): string[] | null {
  const { startDate, iterationCount, iterationFrequencyDays: days } = survey
  if (!iterationCount || !days) return []
  if (startDate === null) return null
  // Microseconds stay as they are.
  const [at, micros] = [Date.parse(startDate), startDate.slice(-4)]
  return Array.from({ length: iterationCount }, (_, n) =>
    new Date(at + n * days * dayMs).toISOString().replace('Z', micros),
  )
}

/** Which time of a recurring survey it is, from 1; nulls where it is none, or has not begun. */
export function iterationAt(survey: Scheduled, now: Date) {
  const starts = iterationStarts(survey) ?? []
  if (!starts.length) return { currentIteration: null, currentIterationStartDate: null }
  const begun = starts.filter((start) => Date.parse(start) <= now.getTime()).length
  const currentIteration = Math.max(1, begun)
  return { currentIteration, currentIterationStartDate: starts[currentIteration - 1]! }
}

/** Filters of the flag of everybody who has neither answered a survey nor dismissed it, this time. */
export function unaskedFilters(surveyId: string, iteration: number | null): Json {
  const key = iteration === null ? surveyId : `${surveyId}/${iteration}`
  const properties = ['$survey_dismissed', '$survey_responded'].map((answer) => ({
    key: `${answer}/${key}`,
    value: 'is_not_set',
    operator: 'is_not_set',
    type: 'person',
  }))
  return { groups: [{ variant: '', rollout_percentage: 100, properties }] }
}

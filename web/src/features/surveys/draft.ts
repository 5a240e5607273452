import type { components } from '@hedgerow/client'
import { type FlagFilters, readFilters, rolloutOf } from '../../ui/flag/filters.ts'
import { isComplete } from '../../ui/operators.ts'

type Schemas = components['schemas']
export type Survey = Schemas['Survey']
export type Question = Schemas['SurveyQuestion']
export type Branching = Schemas['SurveyBranching']
export type Conditions = Schemas['SurveyConditions']
export type Schedule = NonNullable<Survey['schedule']>

/** What SDKs know of a survey's look; what the page does not know is kept. */
export type Appearance = Schemas['SurveyAppearance'] & {
  position?: string | null
  backgroundColor?: string | null
  textColor?: string | null
  submitButtonColor?: string | null
  submitButtonTextColor?: string | null
  borderColor?: string | null
  ratingButtonColor?: string | null
  ratingButtonActiveColor?: string | null
  placeholder?: string | null
  shuffleQuestions?: boolean | null
  displayThankYouMessage?: boolean | null
  thankYouMessageHeader?: string | null
  thankYouMessageDescription?: string | null
  thankYouMessageCloseButtonText?: string | null
  autoDisappear?: boolean | null
  widgetType?: 'tab' | 'selector' | null
  widgetLabel?: string | null
  widgetColor?: string | null
  widgetSelector?: string | null
}

/** What of a survey the editor changes. */
export type Draft = {
  name: string
  description: string
  type: Survey['type']
  questions: Question[]
  appearance: Appearance
  conditions: Conditions
  linked_flag_id: number | null
  /** Who is asked; null for everybody. */
  targeting: FlagFilters | null
  schedule: Schedule
  iteration_count: number | null
  iteration_frequency_days: number | null
  responses_limit: number | null
  enable_partial_responses: boolean
}

export const newDraft: Draft = {
  name: '',
  description: '',
  type: 'popover',
  questions: [{ type: 'open', question: '' }],
  appearance: { displayThankYouMessage: true, thankYouMessageHeader: 'Thank you for your feedback!' },
  conditions: {},
  linked_flag_id: null,
  targeting: null,
  schedule: 'once',
  iteration_count: null,
  iteration_frequency_days: null,
  responses_limit: null,
  enable_partial_responses: false,
}

/** The questions; the API tells them as it takes them. */
export const questionsOf = ({ questions }: Pick<Survey, 'questions'>): Question[] =>
  (questions ?? []) as Question[]

export const draftOf = (survey: Survey): Draft => ({
  name: survey.name,
  description: survey.description,
  type: survey.type,
  questions: questionsOf(survey),
  appearance: survey.appearance ?? {},
  conditions: survey.conditions ?? {},
  linked_flag_id: survey.linked_flag_id,
  targeting: survey.targeting_flag && readFilters(survey.targeting_flag.filters),
  schedule: survey.schedule ?? (survey.iteration_count ? 'recurring' : 'once'),
  iteration_count: survey.iteration_count,
  iteration_frequency_days: survey.iteration_frequency_days,
  responses_limit: survey.responses_limit || null,
  enable_partial_responses: survey.enable_partial_responses ?? false,
})

/** A new survey like another one; its questions are asked anew, so they get ids of their own. */
export const copyOf = (survey: Survey): Draft => ({
  ...draftOf(survey),
  name: `${survey.name} (copy)`.slice(0, 400),
  questions: questionsOf(survey).map(({ id: _, ...question }) => question as Question),
})

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The fields of a draft that are other than they were. */
export const changesOf = (draft: Draft, before: Draft): Partial<Draft> =>
  Object.fromEntries(
    Object.entries(draft).filter(([field, value]) => !same(value, before[field as keyof Draft])),
  )

/** What a draft says, as the API takes it. */
export function bodyOf({ targeting, ...rest }: Partial<Draft>): Schemas['SurveyChanges'] {
  return {
    ...rest,
    ...(rest.schedule !== undefined &&
      rest.schedule !== 'recurring' && { iteration_count: null, iteration_frequency_days: null }),
    ...(targeting && { targeting_flag_filters: targeting }),
    ...(targeting === null && { remove_targeting_flag: true }),
  }
}

export type State = 'draft' | 'running' | 'stopped'
export const stateOf = ({ start_date: start, end_date: end }: Survey): State =>
  end ? 'stopped' : start ? 'running' : 'draft'
export const stateColors: Record<State, string> = { draft: 'gray', running: 'blue', stopped: 'gray' }

/** Where a survey goes on: at the question of an index, at the next, or at the end. */
export type Target = number | 'next_question' | 'end'

/**
 * Questions in another order, or without some: what led to one that stays still does, what led to one that is gone goes
 * on at the next.
 * @param order each question by the index that it had, or a new one
 */
export function rearranged(questions: Question[], order: (number | Question)[]): Question[] {
  const places = new Map(order.flatMap((one, at) => (typeof one === 'number' ? [[one, at] as const] : [])))
  const led = (branching: Branching): Branching => {
    const { index, responseValues } = branching
    const now = index === undefined ? undefined : places.get(index)
    if (branching.type === 'specific_question' && now === undefined) return { type: 'next_question' }
    return {
      ...branching,
      ...(now !== undefined && { index: now }),
      ...(responseValues && {
        responseValues: Object.fromEntries(
          Object.entries(responseValues).flatMap(([answer, target]) => {
            const moved = typeof target === 'number' ? places.get(target) : target
            return moved === undefined ? [] : [[answer, moved]]
          }),
        ),
      }),
    }
  }
  return order.map((one) => {
    const question = typeof one === 'number' ? questions[one]! : one
    return question.branching ? { ...question, branching: led(question.branching) } : question
  })
}

/** Choices in another order, or without some: what follows from one goes with it. */
export function withChoices(question: Question, choices: string[], order: number[]): Question {
  const { branching } = question
  if (branching?.type !== 'response_based') return { ...question, choices }
  const values = Object.entries(branching.responseValues ?? {}).flatMap(([answer, target]) => {
    const at = order.indexOf(Number(answer))
    return at < 0 ? [] : [[String(at), target] as const]
  })
  return { ...question, choices, branching: { ...branching, responseValues: Object.fromEntries(values) } }
}

/** The answers that can lead to different questions: the API's name for each, and ours. Empty where none can. */
export function answersOf({ type, scale, choices }: Question): { value: string; label: string }[] {
  if (type === 'single_choice') {
    return (choices ?? []).map((choice, at) => ({ value: String(at), label: choice || `Choice ${at + 1}` }))
  }
  if (type !== 'rating') return []
  const named = (ranges: [string, string][]) => ranges.map(([value, label]) => ({ value, label }))
  switch (scale) {
    case 2:
      return named([
        ['positive', 'Thumbs up'],
        ['negative', 'Thumbs down'],
      ])
    case 10:
      return named([
        ['detractors', '0 to 6 (detractors)'],
        ['passives', '7 or 8 (passives)'],
        ['promoters', '9 or 10 (promoters)'],
      ])
    default: {
      const middle = ((scale ?? 5) + 1) / 2
      const below = middle === 2 ? '1' : middle === 3 ? '1 or 2' : `1 to ${middle - 1}`
      const above = middle === 2 ? '3' : middle === 3 ? '4 or 5' : `${middle + 1} to ${scale}`
      return named([
        ['negative', `${below} (negative)`],
        ['neutral', `${middle} (neutral)`],
        ['positive', `${above} (positive)`],
      ])
    }
  }
}

/** A question of another type: what both have stays. */
export function withType(question: Question, type: Question['type']): Question {
  const { id, question: text, description, descriptionContentType, optional, buttonText } = question
  const common = { id, type, question: text, description, descriptionContentType, optional, buttonText }
  // an answer that another answer was possible to before is another answer: it gets another id
  const fresh = { ...common, id: undefined }
  if (type === 'rating')
    return { ...fresh, display: 'number', scale: 5, lowerBoundLabel: '', upperBoundLabel: '' }
  if (type === 'link') return { ...fresh, link: 'https://' }
  if (type === 'single_choice' || type === 'multiple_choice') {
    const { choices = ['', ''], shuffleOptions, hasOpenChoice } = question
    return { ...fresh, choices, shuffleOptions, hasOpenChoice }
  }
  return fresh
}

/** What keeps a draft from being saved, by the place that it belongs to; questions are `question-0` and so on. */
export type Problems = Partial<Record<string, string>>

export function problemsOf(draft: Draft): Problems {
  const found: Problems = {
    name: draft.name.trim() ? undefined : 'A survey needs a name.',
    questions: draft.questions.length ? undefined : 'A survey needs a question.',
    targeting: draft.targeting ? targetingProblem(draft.targeting) : undefined,
    schedule:
      draft.schedule === 'recurring' && !(draft.iteration_count && draft.iteration_frequency_days)
        ? 'Say how often, and how many days lie between.'
        : undefined,
    widget:
      draft.type === 'widget' &&
      draft.appearance.widgetType === 'selector' &&
      !draft.appearance.widgetSelector?.trim()
        ? 'Say which element opens it.'
        : undefined,
  }
  draft.questions.forEach((question, at) => {
    found[`question-${at}`] = questionProblem(question)
  })
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text !== undefined))
}

function questionProblem({ type, question, link, choices }: Question): string | undefined {
  if (!question.trim()) return 'Say what is asked.'
  if (type === 'link' && !isLink(link ?? '')) return 'A link begins with https://, http:// or mailto:.'
  if (type !== 'single_choice' && type !== 'multiple_choice') return undefined
  if (!choices?.length || choices.some((choice) => !choice.trim())) return 'Every choice needs a text.'
  return new Set(choices).size < choices.length ? 'Two choices are the same.' : undefined
}

function isLink(link: string): boolean {
  if (/^mailto:[^@\s]+@[^@\s]+$/i.test(link)) return true
  return /^https?:/i.test(link) && URL.canParse(link)
}

function targetingProblem({ groups }: FlagFilters): string | undefined {
  const unfinished = groups.findIndex(({ properties }) => !properties.every(isComplete))
  if (unfinished >= 0) return `Set ${unfinished + 1} has a filter without a value.`
  return groups.some((set) => set.properties.length === 0 && rolloutOf(set) === 100)
    ? 'A set without filters at 100 % is everybody: choose “Everybody”, or narrow it.'
    : undefined
}

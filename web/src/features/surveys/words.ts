import type { Conditions, Draft, Question } from './draft.ts'

export const questionTypes: Record<Question['type'], string> = {
  open: 'Open text',
  rating: 'Rating',
  single_choice: 'Single choice',
  multiple_choice: 'Multiple choice',
  link: 'Link',
}

export const typeNames: Record<Draft['type'], string> = {
  popover: 'Popover',
  widget: 'Feedback button',
  api: 'API',
  button: 'Button',
  email: 'E-mail',
  full_screen: 'Full screen',
}

export const urlMatches = {
  icontains: 'contains',
  not_icontains: "doesn't contain",
  exact: 'is',
  is_not: 'is not',
  regex: 'matches regex',
  not_regex: "doesn't match regex",
} as const

/** Where and when it is shown, a sentence for each condition; empty for everywhere. */
export function conditionWords(conditions: Conditions, appearance: Draft['appearance']): string[] {
  const { url, urlMatchType, selector, deviceTypes, events, actions, seenSurveyWaitPeriodInDays } = conditions
  const wait = appearance.surveyPopupDelaySeconds
  const actionNames = (actions?.values ?? []).map((action) =>
    typeof action.name === 'string' && action.name ? action.name : `action ${action.id}`,
  )
  const triggers = [...(events?.values ?? []).map(({ name }) => name), ...actionNames]
  return [
    ...(url ? [`On pages whose address ${urlMatches[urlMatchType ?? 'icontains']} “${url}”`] : []),
    ...(selector ? [`Where the page has “${selector}”`] : []),
    ...(deviceTypes?.length ? [`On ${deviceTypes.join(', ')}`] : []),
    ...(triggers.length ? [`After ${triggers.map((name) => `“${name}”`).join(' or ')}`] : []),
    ...(seenSurveyWaitPeriodInDays
      ? [`Not within ${days(seenSurveyWaitPeriodInDays)} after any other survey`]
      : []),
    ...(wait ? [`${wait} s after its conditions hold`] : []),
  ]
}

const days = (count: number) => (count === 1 ? 'a day' : `${count} days`)

/** How often people are asked. */
export function scheduleWords({
  schedule,
  iteration_count: count,
  iteration_frequency_days: every,
}: Pick<Draft, 'schedule' | 'iteration_count' | 'iteration_frequency_days'>): string {
  if (schedule === 'always') return 'Whenever its conditions hold'
  if (schedule !== 'recurring' || !count || !every) return 'Once'
  return `${count} times, every ${days(every)}`
}

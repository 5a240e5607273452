import type { z } from 'zod'
import type { PublicUser } from '../../accounts/users.ts'
import type { surveys } from '../../database/schema.ts'
import { withActions } from '../../directory/survey-actions.ts'
import type { StoredFlag } from '../../flags/flag-writes.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { minimalFlag } from '../../http/flag-shapes.ts'
import type { SurveyAction } from '../../model/flags.ts'
import type { retrieveSurvey } from './contract.ts'
import { iterationStarts } from './rules.ts'

export type StoredSurvey = typeof surveys.$inferSelect
/** A survey with its flags, the actions that show it, and who made it. */
export type SurveyRow = {
  survey: StoredSurvey
  linked: StoredFlag | null
  targeting: StoredFlag | null
  internal: StoredFlag | null
  actions: SurveyAction[]
  creator: PublicUser | null
}

type ShownSurvey = z.input<typeof retrieveSurvey.answer>

/** A survey as the API shows it. */
export const presentSurvey = ({
  survey,
  linked,
  targeting,
  internal,
  actions,
  creator,
}: SurveyRow): ShownSurvey => ({
  id: survey.id,
  name: survey.name,
  description: survey.description,
  type: survey.type as ShownSurvey['type'],
  schedule: survey.schedule as ShownSurvey['schedule'],
  linked_flag: linked && minimalFlag(linked),
  linked_flag_id: survey.linkedFlagId,
  targeting_flag: targeting && minimalFlag(targeting),
  internal_targeting_flag: internal && minimalFlag(internal),
  feature_flag_keys: [
    { key: 'linked_flag_key', value: linked?.key ?? null },
    { key: 'targeting_flag_key', value: targeting?.key ?? null },
    { key: 'internal_targeting_flag_key', value: internal?.key ?? null },
  ],
  questions: survey.questions,
  conditions: withActions(survey.conditions, actions),
  appearance: survey.appearance,
  created_at: survey.createdAt,
  created_by: creator && userBasic(creator),
  start_date: survey.startDate,
  end_date: survey.endDate,
  archived: survey.archived,
  responses_limit: survey.responsesLimit,
  iteration_count: survey.iterationCount,
  iteration_frequency_days: survey.iterationFrequencyDays,
  iteration_start_dates: iterationStarts(survey),
  current_iteration: survey.currentIteration,
  current_iteration_start_date: survey.currentIterationStartDate,
  enable_partial_responses: survey.enablePartialResponses,
})

/** Feature flags as they are kept in memory, for paths that may not wait. */

/** A flag as evaluation must know it. */
export type FlagRecord = {
  id: number
  key: string
  name: string
  /** As stored. */
  filters: Record<string, unknown>
  active: boolean
  version: number
  ensureExperienceContinuity: boolean
  bucketingIdentifier: string | null
  evaluationRuntime: string
  evaluationContexts: string[]
  isRemoteConfiguration: boolean
  /** Whether an experiment compares its variants. */
  hasExperiment: boolean
}

/** A cohort that flags may name, as stored. */
export type CohortRecord = {
  id: number
  isStatic: boolean
  /** Whether its people can be looked up. */
  isCopied: boolean
  filters: Record<string, unknown> | null
  groups: unknown[]
}

/** A feature that people may turn on for themselves before others have it, as SDKs are told of it. */
export type EarlyAccessRecord = {
  /** A UUID. */
  id: string
  name: string
  description: string
  /** `draft`, `concept`, `alpha`, `beta`, `general-availability` or `archived`. */
  stage: string
  documentationUrl: string
  payload: Record<string, unknown>
  flagKey: string
}

/** An action that shows a survey, as SDKs look for its events. */
export type SurveyAction = { id: number; name: string | null; steps: unknown[] }

/** A survey as SDKs are told of it, by PostHog's names. Archived ones are not told of. */
export type SurveyRecord = {
  /** A UUID. */
  id: string
  name: string
  type: string
  linked_flag_key: string | null
  targeting_flag_key: string | null
  internal_targeting_flag_key: string | null
  questions: unknown[] | null
  conditions: Record<string, unknown> | null
  appearance: Record<string, unknown> | null
  /** Times are ISO 8601. Running is what has a start and no end. */
  start_date: string | null
  end_date: string | null
  current_iteration: number | null
  current_iteration_start_date: string | null
  schedule: string | null
  enable_partial_responses: boolean | null
}

/** All that SDKs may ask of one project's flags, and of what has flags. Deleted flags and cohorts are not in it. */
export type ProjectDefinitions = {
  projectId: number
  flags: FlagRecord[]
  earlyAccessFeatures: EarlyAccessRecord[]
  surveys: SurveyRecord[]
  cohorts: CohortRecord[]
  groupTypes: { groupType: string; groupTypeIndex: number }[]
}

/** What is to be looked up of whoever asks for flags; what is not asked for is answered empty. */
export type FlagLookUp = {
  projectId: number
  distinctId: string
  /** The one that the person had before, for flags with experience continuity; null for none. */
  anonDistinctId: string | null
  person: boolean
  /** Cohorts of which it is asked whether the person is in them. */
  members: number[]
  /** Keys of the active flags with experience continuity, or null where hash keys don't matter. */
  continuity: string[] | null
  groups: { groupTypeIndex: number; groupKey: string }[]
}

/** Why something could not be looked up; codes are PostHog's. */
export type LookUpFailure = 'timeout' | 'database_unavailable'

/** What the database knows of a person: properties, and when they were first seen (ISO 8601). */
export type KnownPerson = { properties: Record<string, unknown>; createdAt: string }

/** What was looked up; a failure where it could not be found out. */
export type LookedUp = {
  /** Null where nobody has the distinct id. */
  person: KnownPerson | null | LookUpFailure
  /** Of the cohorts that were asked for, those that the person is in. */
  memberOf: Set<number> | LookUpFailure
  /** By flag key, what decides in the place of the distinct id. */
  hashKeys: Record<string, string> | LookUpFailure
  /** By group type index. */
  groups: Map<number, Record<string, unknown>> | LookUpFailure
}

/** What is done to a flag at a later time. */
export type ScheduledFlagPayload =
  | { operation: 'update_status'; value: boolean }
  | { operation: 'add_release_condition'; value: { groups: Record<string, unknown>[] } }
  | {
      operation: 'update_variants'
      value: { variants: Record<string, unknown>[]; payloads?: Record<string, unknown> }
    }

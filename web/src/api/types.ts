/** The API's things, as the pages use them. Field names are the API's. */

export type UserBasic = {
  id?: number
  uuid: string
  distinct_id: string
  first_name: string
  email: string
}

export type ProjectBasic = {
  id: number
  uuid: string
  organization: string
  api_token: string
  name: string
  ingested_event: boolean
  timezone: string
}

export type Project = ProjectBasic & { anonymize_ips: boolean; created_at: string }

export type OrganizationBasic = { id: string; name: string; slug: string; membership_level: number | null }

export type Organization = OrganizationBasic & { teams: ProjectBasic[] }

export type Me = {
  uuid: string
  distinct_id: string
  first_name: string
  email: string
  team: ProjectBasic | null
  organization: Organization | null
  organizations: OrganizationBasic[]
}

export type PersonalApiKey = {
  id: string
  label: string
  created_at: string
  last_used_at: string | null
  mask_value?: string | null
  /** Only in the answer to its creation. */
  value?: string
}

export type Properties = Record<string, unknown>

export type EventRow = {
  id: string
  distinct_id: string
  properties: Properties
  event: string
  timestamp: string
  person: { is_identified?: boolean; distinct_ids: string[]; properties: Properties } | null
  elements_chain?: string | null
}

export type PersonRow = {
  id: string | number
  uuid: string
  name: string
  distinct_ids: string[]
  properties: Properties
  created_at: string
  is_identified?: boolean
}

export type EventDefinition = {
  id: string
  name: string
  description?: string | null
  created_at?: string | null
  last_seen_at?: string | null
}

export type PropertyDefinition = {
  id: string
  name: string
  description?: string | null
  property_type: 'DateTime' | 'String' | 'Numeric' | 'Boolean' | null
  is_numerical: boolean
  is_seen_on_filtered_events?: boolean | null
}

/** A counted page. */
export type Page<T> = { count: number; next: string | null; previous: string | null; results: T[] }

export type PropertyFilter = {
  key: string
  type: 'event' | 'person'
  operator: string
  value?: string | number | boolean | (string | number)[] | null
}

/** How events are counted: each one, the people behind them, or the sessions they fell into. */
export type SeriesMath = 'total' | 'dau' | 'weekly_active' | 'monthly_active' | 'unique_session'

export type TrendsQuery = {
  kind: 'TrendsQuery'
  series: { kind: 'EventsNode'; event: string | null; math: SeriesMath }[]
  interval: 'hour' | 'day' | 'week' | 'month'
  dateRange: { date_from: string; date_to?: string | null }
  properties?: PropertyFilter[]
  breakdownFilter?: { breakdown: string; breakdown_type: 'event' | 'person' }
  trendsFilter?: { display: Display }
  compareFilter?: { compare: boolean }
}

export type Display = 'ActionsLineGraph' | 'ActionsBar' | 'ActionsTable' | 'BoldNumber'

export type TrendsSeries = {
  label: string
  count: number
  data: number[]
  days: string[]
  aggregated_value?: number
  breakdown_value?: string | number | (string | number)[] | null
  compare_label?: 'current' | 'previous'
  action?: { order?: number; id?: string | null; math?: string | null } | null
}

/** What a query answers beside its rows: how old, how dear. */
export type AnswerFacts = { last_refresh?: string | null; is_cached?: boolean; timezone?: string | null }

export type TrendsAnswer = AnswerFacts & { results: TrendsSeries[] }

export type HogQLAnswer = AnswerFacts & {
  columns: string[]
  types: ([string, string] | string)[]
  results: unknown[][]
  hasMore?: boolean
}

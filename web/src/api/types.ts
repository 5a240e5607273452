import type { components } from './schema.d.ts'

/** The API's things, by the names that the pages use. */
type Schemas = components['schemas']

export type Me = Schemas['User']
export type Project = Schemas['Team']
export type ProjectBasic = Schemas['TeamBasic']
export type RateLimitUse = Schemas['RateLimitUse']
export type PersonalApiKey = Schemas['PersonalAPIKey']
export type Member = Schemas['OrganizationMember']
export type Invite = Schemas['OrganizationInvite']
export type OpenInvite = Schemas['OpenInvite']
export type Role = Schemas['Role']
export type OrganizationDomain = Schemas['OrganizationDomain']
export type EventRow = Schemas['ClickhouseEvent']
export type EventReceipt = Schemas['EventReceipt']
export type PersonRow = Schemas['ListedPerson']
/** What a picker shows of an event or a property. */
export type EventName = Pick<Schemas['EventDefinition'], 'name' | 'description'>
export type PropertyName = Pick<Schemas['PropertyDefinition'], 'name' | 'property_type'>

export type Properties = Record<string, unknown>

export type PropertyFilter = {
  /** `id` of a cohort, whose id is the value; the id of a flag. */
  key: string
  type: 'event' | 'person' | 'person_metadata' | 'group' | 'cohort' | 'flag'
  operator: string
  value?: string | number | boolean | (string | number)[] | null
  group_type_index?: number
  negation?: boolean
}

/** How events are counted: each one, the people behind them, or the sessions they fell into. */
export type SeriesMath = 'total' | 'dau' | 'weekly_active' | 'monthly_active' | 'unique_session'

export type Display = 'ActionsLineGraph' | 'ActionsBar' | 'ActionsTable' | 'BoldNumber'

/** The part of the API's `TrendsQuery` that the trends page can show and change. */
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

/** What every question that reads data is answered; only the questions of editors are without. */
type Answer<Result> = Required<
  Pick<Schemas['QueryAnswer'], 'timezone' | 'last_refresh' | 'is_cached' | 'statistics'>
> &
  Pick<Schemas['QueryAnswer'], 'hasMore'> & { results: Result[] }

/** One line of a trend. The API's description leaves open what `results` holds, as it depends on the question. */
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
export type TrendsAnswer = Answer<TrendsSeries>
export type HogQLAnswer = Answer<unknown[]> & { columns: string[] }

export type Insight = Schemas['Insight']
export type InsightBasic = Schemas['InsightBasic']
export type Dashboard = Schemas['Dashboard']
export type ListedDashboard = Schemas['ListedDashboard']
export type DashboardTile = Schemas['DashboardTile']
export type DashboardTemplate = Schemas['DashboardTemplate']
export type FeatureFlag = Schemas['FeatureFlag']
export type FlagEvaluation = Schemas['FlagEvaluation']
export type TriedCondition = Schemas['TriedCondition']

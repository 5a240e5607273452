import type { components } from '@hedgerow/client'

export type { FilterTree, PropertyFilter, PropertyGroup } from './questions.ts'

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
export type EventName = Pick<Schemas['EventDefinition'], 'name' | 'description' | 'verified'>
export type PropertyName = Pick<Schemas['PropertyDefinition'], 'name' | 'property_type'>
export type ActionName = Pick<Schemas['Action'], 'id' | 'name' | 'description'>
export type Annotation = Schemas['Annotation']

export type Properties = Record<string, unknown>

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
export type FunnelStep = Schemas['FunnelStep']
export type FunnelTrend = Schemas['FunnelTrend']
export type FunnelTimes = Schemas['FunnelTimes']
export type FunnelAnswer = Omit<Answer<unknown>, 'results'> & {
  results: FunnelStep[] | FunnelStep[][] | FunnelTrend[] | FunnelTimes
}
/** A cohort, and how many of it were there so many intervals later. */
export type RetentionRow = {
  label: string
  date: string
  values: { count: number; label: string }[]
  breakdown_value?: string
}
export type RetentionAnswer = Answer<RetentionRow>
export type StickinessSeries = Schemas['StickinessResult']
export type StickinessAnswer = Answer<StickinessSeries>
export type LifecycleSeries = Schemas['LifecycleResult']
export type LifecycleAnswer = Answer<LifecycleSeries>
export type PathEdge = Schemas['PathsResult']
export type PathsAnswer = Answer<PathEdge>
export type ActorsAnswer = Answer<unknown[]> & { missing_actors_count?: number }
export type HogQLAnswer = Answer<unknown[]> & { columns: string[] }

export type Insight = Schemas['Insight']
export type InsightBasic = Schemas['InsightBasic']
export type Dashboard = Schemas['Dashboard']
export type ListedDashboard = Schemas['ListedDashboard']
export type DashboardTile = Schemas['DashboardTile']
export type DashboardTemplate = Schemas['DashboardTemplate']
export type Cohort = Schemas['Cohort']
export type Action = Schemas['Action']
export type ActionStep = Schemas['ActionStep']
export type FeatureFlag = Schemas['FeatureFlag']
export type FlagEvaluation = Schemas['FlagEvaluation']
export type TriedCondition = Schemas['TriedCondition']

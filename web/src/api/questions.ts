import * as z from 'zod/mini'

/**
 * The questions that the pages can ask, show and change: of each of the API's kinds of insight the part that an editor
 * has a control for. Read from addresses and from saved insights: what makes no sense falls back, what is not known here
 * is left out.
 */

/** Not there, or something else than it should be: as if it was not given. */
const ifValid = <T extends z.ZodMiniType>(schema: T) => z.catch(z.optional(schema), undefined)
const text = z.string()

const propertyFilter = z.object({
  /** `id` of a cohort, whose id is the value; the id of a flag; the expression itself of `hogql`. */
  key: text,
  type: z.catch(
    z.enum(['event', 'person', 'person_metadata', 'group', 'cohort', 'flag', 'session', 'hogql']),
    'event',
  ),
  operator: z.catch(text, 'exact'),
  value: z.optional(z.union([text, z.number(), z.boolean(), z.array(z.union([text, z.number()])), z.null()])),
  group_type_index: z.optional(z.number()),
  negation: z.optional(z.boolean()),
})
export type PropertyFilter = z.infer<typeof propertyFilter>
/** Conditions of which all or any must hold. */
export type PropertyGroup = { type: 'AND' | 'OR'; values: (PropertyGroup | PropertyFilter)[] }
const propertyGroup: z.ZodMiniType<PropertyGroup> = z.object({
  type: z.enum(['AND', 'OR']),
  values: z.array(z.lazy(() => z.union([propertyGroup, propertyFilter]))),
})
const filterTree = z.union([z.array(propertyFilter), propertyGroup])
/** Filters that must all hold, or groups of them, as PostHog nests them. */
export type FilterTree = z.infer<typeof filterTree>

/** Filters that something other than a question has kept; undefined for none, and for what is none. */
export function readFilters(given: unknown): FilterTree | undefined {
  const read = filterTree.safeParse(given)
  return read.success ? read.data : undefined
}

/** How events are counted: each one, the people behind them, the sessions they fell into, or a property's numbers. */
export const seriesMaths = [
  'total',
  'dau',
  'weekly_active',
  'monthly_active',
  'unique_session',
  'avg_count_per_actor',
  'sum',
  'avg',
  'min',
  'max',
  'median',
  'p90',
  'p95',
  'p99',
] as const
export type SeriesMath = (typeof seriesMaths)[number]

const ofNode = {
  name: z.optional(z.nullable(text)),
  custom_name: z.optional(z.nullable(text)),
  math: z.catch(z.optional(z.enum(seriesMaths)), 'total'),
  math_property: z.optional(z.nullable(text)),
  properties: z.optional(z.array(propertyFilter)),
}
const eventsNode = z.object({ kind: z.literal('EventsNode'), event: z.nullable(text), ...ofNode })
const actionsNode = z.object({ kind: z.literal('ActionsNode'), id: z.number(), ...ofNode })
const seriesNode = z.discriminatedUnion('kind', [eventsNode, actionsNode])
/** An event (null: every event) or an action, with what of it counts. */
export type SeriesNode = z.infer<typeof seriesNode>

const dateRange = z.object({
  date_from: text,
  date_to: z.optional(z.nullable(text)),
  explicitDate: z.optional(z.nullable(z.boolean())),
})
const week = { date_from: '-7d' }
export const breakdownTypes = ['event', 'person', 'group', 'session', 'cohort', 'hogql'] as const
export type BreakdownType = (typeof breakdownTypes)[number]
const breakdownType = ifValid(z.enum(breakdownTypes))
const textOrNumber = z.union([text, z.number()])
const breakdownFilter = z.object({
  breakdown: z.optional(z.nullable(z.union([textOrNumber, z.array(textOrNumber)]))),
  breakdown_type: breakdownType,
  breakdown_limit: z.optional(z.number()),
  breakdown_group_type_index: z.optional(z.number()),
  breakdown_histogram_bin_count: z.optional(z.number()),
  breakdowns: z.optional(
    z.array(
      z.object({
        property: textOrNumber,
        type: breakdownType,
        group_type_index: z.optional(z.number()),
        histogram_bin_count: z.optional(z.number()),
      }),
    ),
  ),
})
export type BreakdownFilter = z.infer<typeof breakdownFilter>

/** A breakdown that something other than a question has kept; undefined for none, and for what is none. */
export function readBreakdown(given: unknown): BreakdownFilter | undefined {
  const read = breakdownFilter.safeParse(given)
  return read.success ? read.data : undefined
}

const ofAll = {
  dateRange: z.catch(dateRange, week),
  properties: z.optional(filterTree),
  filterTestAccounts: z.optional(z.nullable(z.boolean())),
}
const interval = z.catch(z.enum(['hour', 'day', 'week', 'month']), 'day')

export const displays = [
  'ActionsLineGraph',
  'ActionsLineGraphCumulative',
  'ActionsAreaGraph',
  'ActionsBar',
  'ActionsUnstackedBar',
  'ActionsBarValue',
  'ActionsPie',
  'ActionsTable',
  'BoldNumber',
  'WorldMap',
] as const
export type Display = (typeof displays)[number]

const trendsQuery = z.object({
  kind: z.literal('TrendsQuery'),
  series: z.array(seriesNode),
  interval,
  breakdownFilter: z.optional(breakdownFilter),
  trendsFilter: ifValid(z.object({ display: ifValid(z.enum(displays)), formula: ifValid(text) })),
  compareFilter: ifValid(z.object({ compare: z.boolean() })),
  ...ofAll,
})
export type TrendsQuery = z.infer<typeof trendsQuery>

const ofExclusion = { funnelFromStep: z.number(), funnelToStep: z.number() }
const funnelExclusion = z.discriminatedUnion('kind', [
  z.object({ ...eventsNode.shape, ...ofExclusion }),
  z.object({ ...actionsNode.shape, ...ofExclusion }),
])
export type FunnelExclusion = z.infer<typeof funnelExclusion>

export const funnelWindowUnits = ['second', 'minute', 'hour', 'day', 'week', 'month'] as const
export const funnelOrders = ['ordered', 'strict', 'unordered'] as const
export const funnelViews = ['steps', 'time_to_convert', 'trends'] as const
export const attributions = ['first_touch', 'last_touch', 'all_events', 'step'] as const

const funnelsQuery = z.object({
  kind: z.literal('FunnelsQuery'),
  series: z.array(seriesNode),
  interval,
  breakdownFilter: z.optional(breakdownFilter),
  funnelsFilter: ifValid(
    z.object({
      funnelVizType: ifValid(z.enum(funnelViews)),
      funnelOrderType: ifValid(z.enum(funnelOrders)),
      funnelWindowInterval: ifValid(z.number().check(z.positive())),
      funnelWindowIntervalUnit: ifValid(z.enum(funnelWindowUnits)),
      funnelFromStep: ifValid(z.number()),
      funnelToStep: ifValid(z.number()),
      funnelStepReference: ifValid(z.enum(['total', 'previous'])),
      exclusions: ifValid(z.array(funnelExclusion)),
      breakdownAttributionType: ifValid(z.enum(attributions)),
      breakdownAttributionValue: ifValid(z.number()),
    }),
  ),
  ...ofAll,
})
export type FunnelsQuery = z.infer<typeof funnelsQuery>
export type FunnelsFilter = NonNullable<FunnelsQuery['funnelsFilter']>

const retentionEntity = z.object({
  id: z.optional(z.nullable(z.union([text, z.number()]))),
  type: z.optional(z.enum(['events', 'actions'])),
  name: z.optional(z.nullable(text)),
  custom_name: z.optional(z.nullable(text)),
  properties: z.optional(z.array(propertyFilter)),
})
export type RetentionEntity = z.infer<typeof retentionEntity>

export const retentionPeriods = ['Hour', 'Day', 'Week', 'Month'] as const
export type RetentionPeriod = (typeof retentionPeriods)[number]
export const retentionTypes = [
  'retention_first_time',
  'retention_recurring',
  'retention_first_ever_occurrence',
] as const
export const mostRetentionIntervals = 90

const retentionQuery = z.object({
  kind: z.literal('RetentionQuery'),
  retentionFilter: z.catch(
    z.object({
      targetEntity: ifValid(retentionEntity),
      returningEntity: ifValid(retentionEntity),
      retentionType: ifValid(z.enum(retentionTypes)),
      period: ifValid(z.enum(retentionPeriods)),
      totalIntervals: ifValid(z.int().check(z.minimum(1), z.maximum(mostRetentionIntervals))),
      cumulative: ifValid(z.boolean()),
      timeWindowMode: ifValid(z.enum(['strict_calendar_dates', '24_hour_windows'])),
    }),
    {},
  ),
  breakdownFilter: z.optional(breakdownFilter),
  ...ofAll,
})
export type RetentionQuery = z.infer<typeof retentionQuery>
export type RetentionFilter = RetentionQuery['retentionFilter']

export const lifecycleStatuses = ['new', 'returning', 'resurrecting', 'dormant'] as const
export type LifecycleStatus = (typeof lifecycleStatuses)[number]

const lifecycleQuery = z.object({
  kind: z.literal('LifecycleQuery'),
  series: z.array(seriesNode),
  interval,
  lifecycleFilter: ifValid(z.object({ toggledLifecycles: z.optional(z.array(z.enum(lifecycleStatuses))) })),
  ...ofAll,
})
export type LifecycleQuery = z.infer<typeof lifecycleQuery>

const stickinessQuery = z.object({
  kind: z.literal('StickinessQuery'),
  series: z.array(seriesNode),
  interval,
  stickinessFilter: ifValid(z.object({ computedAs: ifValid(z.enum(['non_cumulative', 'cumulative'])) })),
  compareFilter: ifValid(z.object({ compare: z.boolean() })),
  ...ofAll,
})
export type StickinessQuery = z.infer<typeof stickinessQuery>

export const pathTypes = ['$pageview', '$screen', 'custom_event'] as const
export type PathType = (typeof pathTypes)[number]
export const mostPathSteps = 20

const pathsQuery = z.object({
  kind: z.literal('PathsQuery'),
  pathsFilter: z.catch(
    z.object({
      includeEventTypes: ifValid(z.array(z.enum(pathTypes))),
      startPoint: ifValid(text),
      endPoint: ifValid(text),
      excludeEvents: ifValid(z.array(text)),
      pathGroupings: ifValid(z.array(text)),
      stepLimit: ifValid(z.int().check(z.minimum(2), z.maximum(mostPathSteps))),
      edgeLimit: ifValid(z.int()),
      minEdgeWeight: ifValid(z.int()),
      pathReplacements: ifValid(z.boolean()),
    }),
    {},
  ),
  ...ofAll,
})
export type PathsQuery = z.infer<typeof pathsQuery>
export type PathsFilter = PathsQuery['pathsFilter']

const question = z.discriminatedUnion('kind', [
  trendsQuery,
  funnelsQuery,
  retentionQuery,
  lifecycleQuery,
  stickinessQuery,
  pathsQuery,
])
export type Question = z.infer<typeof question>
export type QuestionKind = Question['kind']

/** The question in what an address says or an insight has kept; undefined where there is none of these kinds. */
export function readQuestion(given: unknown): Question | undefined {
  const read = question.safeParse(withoutNulls(given))
  return read.success ? withoutUnset(read.data) : undefined
}

/** Null is any event, or no value; everything else that is null is not given. */
const mayBeNull = new Set(['event', 'id', 'value'])

function withoutNulls(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(withoutNulls)
  if (!isPlain(given)) return given
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      value === null && !mayBeNull.has(name) ? [] : [[name, withoutNulls(value)]],
    ),
  )
}

/** Without the names of what is not there, which would be said in addresses and requests as null. */
function withoutUnset<T extends object>(object: T): T {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, isPlain(value) ? withoutUnset(value) : value]],
    ),
  ) as T
}
const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is asked before anything is chosen. */
const firstQuestions: { [Kind in QuestionKind]: Extract<Question, { kind: Kind }> } = {
  TrendsQuery: {
    kind: 'TrendsQuery',
    series: [],
    interval: 'day',
    dateRange: week,
    trendsFilter: { display: 'ActionsLineGraph' },
  },
  FunnelsQuery: {
    kind: 'FunnelsQuery',
    series: [],
    interval: 'day',
    dateRange: week,
    funnelsFilter: {
      funnelVizType: 'steps',
      funnelOrderType: 'ordered',
      funnelWindowInterval: 14,
      funnelWindowIntervalUnit: 'day',
    },
  },
  RetentionQuery: {
    kind: 'RetentionQuery',
    retentionFilter: {
      targetEntity: { id: null, type: 'events' },
      returningEntity: { id: null, type: 'events' },
      retentionType: 'retention_first_time',
      period: 'Day',
      totalIntervals: 8,
    },
    dateRange: week,
  },
  LifecycleQuery: {
    kind: 'LifecycleQuery',
    series: [{ kind: 'EventsNode', event: null, math: 'total' }],
    interval: 'day',
    dateRange: { date_from: '-30d' },
  },
  StickinessQuery: {
    kind: 'StickinessQuery',
    series: [{ kind: 'EventsNode', event: null, math: 'total' }],
    interval: 'day',
    dateRange: week,
  },
  PathsQuery: {
    kind: 'PathsQuery',
    pathsFilter: { includeEventTypes: ['$pageview'], stepLimit: 5, edgeLimit: 50 },
    dateRange: week,
  },
}
export const firstQuestion = (kind: QuestionKind): Question => firstQuestions[kind]

/**
 * The question of another kind about the same: its dates, filters and, where both have them, its events. What is the
 * same in all kinds is kept, everything else is as in a first question.
 */
export function asKind(from: Question, kind: QuestionKind): Question {
  if (from.kind === kind) return from
  const { dateRange, properties, filterTestAccounts } = from
  const first = firstQuestions[kind]
  const series = 'series' in from ? from.series.map(withoutMath) : []
  return {
    ...first,
    ...('series' in first && series.length > 0 && { series: mayHaveOne(kind) ? series.slice(0, 1) : series }),
    dateRange,
    ...(properties && { properties }),
    ...(filterTestAccounts && { filterTestAccounts }),
  }
}
const withoutMath = ({ math_property: _, ...node }: SeriesNode): SeriesNode =>
  ({ ...node, math: 'total' }) as SeriesNode
const mayHaveOne = (kind: QuestionKind): boolean => kind === 'LifecycleQuery'

/** The event or action of a retention as a series has it. */
export const nodeOfEntity = (entity: RetentionEntity | undefined): SeriesNode => {
  const { id = '$pageview', type = 'events', ...shared } = entity ?? {}
  return type === 'actions'
    ? { kind: 'ActionsNode', id: Number(id), ...shared }
    : { kind: 'EventsNode', event: id === null ? null : String(id), ...shared }
}

/** The other way round. */
export function entityOfNode(node: SeriesNode): RetentionEntity {
  const { name, custom_name, properties } = node
  const shared = {
    ...(name && { name }),
    ...(custom_name && { custom_name }),
    ...(properties && { properties }),
  }
  return node.kind === 'ActionsNode'
    ? { id: node.id, type: 'actions', ...shared }
    : { id: node.event, type: 'events', ...shared }
}

const mathNames: Record<SeriesMath, string> = {
  total: 'Total count',
  dau: 'Unique people',
  weekly_active: 'Weekly active people',
  monthly_active: 'Monthly active people',
  unique_session: 'Unique sessions',
  avg_count_per_actor: 'Average count per person',
  sum: 'Sum of a property',
  avg: 'Average of a property',
  min: 'Minimum of a property',
  max: 'Maximum of a property',
  median: 'Median of a property',
  p90: '90th percentile of a property',
  p95: '95th percentile of a property',
  p99: '99th percentile of a property',
}
export const maths = seriesMaths.map((value) => ({ value, label: mathNames[value] }))
const ofProperty = new Set<SeriesMath>(['sum', 'avg', 'min', 'max', 'median', 'p90', 'p95', 'p99'])
export const needsProperty = (math: SeriesMath | undefined): boolean => ofProperty.has(math ?? 'total')

/** What a series is called: the name that somebody gave it, else its event's or action's. */
export const nodeName = (node: SeriesNode): string =>
  node.custom_name ||
  (node.kind === 'ActionsNode' ? node.name || `Action ${node.id}` : (node.event ?? 'All events'))

/** "unique people", "sum of price"; empty for a plain count. */
export function mathName({ math = 'total', math_property: property }: SeriesNode): string {
  if (math === 'total') return ''
  const name = mathNames[math].toLowerCase()
  return needsProperty(math) ? name.replace('a property', property || 'a property') : name
}

/** How the series at a place is called in a chart and in formulas: A, B, … */
export const letter = (at: number): string => String.fromCharCode(65 + (at % 26))

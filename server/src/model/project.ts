/** A property filter as every query and setting spells it. Operators are PostHog's (`exact`, `icontains`, …). */
export type PropertyFilter = {
  key: string
  value?: unknown
  operator?: string
  type?: string
  group_type_index?: number
  [other: string]: unknown
}

export const botFilters = ['off', 'mark', 'drop'] as const
export type BotFilter = (typeof botFilters)[number]

/** What posthog-js captures on the project's pages besides what code sends. */
export type WebCapture = {
  autocapture: boolean
  heatmaps: boolean
  deadClicks: boolean
  exceptions: boolean
  networkTiming: boolean
  webVitals: boolean
  /** Null for all of them. */
  webVitalsMetrics: string[] | null
}

export const defaultWebCapture: WebCapture = {
  autocapture: true,
  heatmaps: false,
  deadClicks: false,
  exceptions: false,
  networkTiming: false,
  webVitals: false,
  webVitalsMetrics: null,
}

/**
 * What capture, the pipeline and queries must know of a project, kept in memory by `directory/`.
 * The database's `projects` row holds more; this is the part that the hot paths read.
 */
export type ProjectFacts = {
  id: number
  organizationId: string
  /** The public project API key, `phc_…`. */
  apiToken: string
  name: string
  /** IANA name; days and weeks of insights are counted in it. */
  timezone: string
  /** The day with which weeks of insights begin: 0 Sunday, 1 Monday. */
  weekStartDay: number
  anonymizeIps: boolean
  /** True once the first event has been stored; turns the start page into "first event received". */
  ingestedEvent: boolean
  testAccountFilters: PropertyFilter[]
  /** What becomes of events whose user agent is a bot's: stored, stored with `$is_bot`, or dropped. */
  botFilter: BotFilter
  /** Seconds; events that are older when they arrive are dropped. Null: none are. */
  dropEventsOlderThan: number | null
  webCapture: WebCapture
}

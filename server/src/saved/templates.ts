/** Dashboards that are made at once, with what is on them. */

export type InsightTemplate = {
  name: string | null
  description: string | null
  filters: Record<string, unknown>
  query: Record<string, unknown> | null
  /** What kind of question it is, as `insights.kind` has it. */
  kind: string
  color: string | null
  layouts: Record<string, unknown>
}
export type TextTemplate = { body: string; color: string | null; layouts: Record<string, unknown> }

export type DashboardTemplate = {
  name: string
  description: string
  filters: Record<string, unknown>
  tags: string[]
  tiles: (InsightTemplate | TextTemplate)[]
}

/** A template that comes with Hedgerow. */
export type KnownTemplate = DashboardTemplate & {
  /** By which `use_template` may name it, besides its name. */
  key: string
}

const event = (id: string, math?: string) => ({ id, type: 'events', order: 0, ...(math && { math }) })
const pageviews = event('$pageview')
const visitors = event('$pageview', 'dau')

const wide = 12
/** Tiles of half the width, two in a row, each so many rows high. */
export const rowsOf = (
  tiles: Omit<InsightTemplate, 'layouts' | 'color' | 'query' | 'kind'>[],
): InsightTemplate[] =>
  tiles.map((tile, at) => {
    const place = { w: wide / 2, h: 5, x: (at % 2) * (wide / 2), y: Math.floor(at / 2) * 5, minW: 3, minH: 5 }
    return {
      ...tile,
      query: null,
      kind: String(tile.filters.insight),
      color: null,
      layouts: { sm: place, xs: { w: 1, h: 5, x: 0, y: at * 5, minW: 1, minH: 5 } },
    }
  })

/** How many people there are: by day, and by week. @param visitors the event that counts, and how */
export const activePeople = (visitors: object) => [
  {
    name: 'Daily active people',
    description: 'How many people there were on each day.',
    filters: { insight: 'TRENDS', events: [visitors], interval: 'day', date_from: '-30d' },
  },
  {
    name: 'Weekly active people',
    description: 'How many people there were in each week.',
    filters: { insight: 'TRENDS', events: [visitors], interval: 'week', date_from: '-90d' },
  },
]

export const productAnalytics: KnownTemplate = {
  key: 'DEFAULT_APP',
  name: 'Product analytics',
  description: 'How many people use your product, where they come from, and how many come back.',
  filters: {},
  tags: [],
  tiles: rowsOf([
    ...activePeople(visitors),
    {
      name: 'Retention',
      description: 'Of those who came for the first time in a week, how many came back in the weeks after.',
      filters: {
        insight: 'RETENTION',
        period: 'Week',
        retention_type: 'retention_first_time',
        target_entity: { id: '$pageview', type: 'events' },
        returning_entity: { id: '$pageview', type: 'events' },
      },
    },
    {
      name: 'Growth',
      description: 'Who of each week is new, came back, or has gone.',
      filters: {
        insight: 'LIFECYCLE',
        shown_as: 'Lifecycle',
        events: [pageviews],
        interval: 'week',
        date_from: '-30d',
      },
    },
    {
      name: 'Referring domains',
      description: 'Where people came from.',
      filters: {
        insight: 'TRENDS',
        events: [visitors],
        date_from: '-14d',
        display: 'ActionsBarValue',
        breakdown: '$referring_domain',
        breakdown_type: 'event',
      },
    },
    {
      name: 'Pageviews, one after the other',
      description: 'How many people look at a second and a third page.',
      filters: {
        insight: 'FUNNELS',
        funnel_viz_type: 'steps',
        date_from: '-7d',
        events: [0, 1, 2].map((order) => ({
          ...pageviews,
          order,
          custom_name: `${['First', 'Second', 'Third'][order]} page view`,
        })),
      },
    },
  ]),
}

export const websiteTraffic: KnownTemplate = {
  key: 'WEBSITE_TRAFFIC',
  name: 'Website traffic',
  description: 'Visits, pages, sources and devices of a web site.',
  filters: {},
  tags: [],
  tiles: rowsOf([
    {
      name: 'Visitors',
      description: 'How many people there were on each day.',
      filters: { insight: 'TRENDS', events: [visitors], interval: 'day', date_from: '-30d' },
    },
    {
      name: 'Page views',
      description: 'How many pages were looked at on each day.',
      filters: { insight: 'TRENDS', events: [pageviews], interval: 'day', date_from: '-30d' },
    },
    {
      name: 'Sessions',
      description: 'How many visits there were in each week.',
      filters: {
        insight: 'TRENDS',
        events: [event('$pageview', 'unique_session')],
        interval: 'week',
        date_from: '-90d',
      },
    },
    {
      name: 'Pages',
      description: 'Which pages are looked at most.',
      filters: {
        insight: 'TRENDS',
        events: [pageviews],
        date_from: '-30d',
        display: 'ActionsTable',
        breakdown: '$pathname',
        breakdown_type: 'event',
      },
    },
    {
      name: 'Browsers',
      description: 'What people look with.',
      filters: {
        insight: 'TRENDS',
        events: [visitors],
        date_from: '-30d',
        display: 'ActionsPie',
        breakdown: '$browser',
        breakdown_type: 'event',
      },
    },
    {
      name: 'Countries',
      description: 'Where people are.',
      filters: {
        insight: 'TRENDS',
        events: [visitors],
        date_from: '-30d',
        display: 'WorldMap',
        breakdown: '$geoip_country_code',
        breakdown_type: 'event',
      },
    },
  ]),
}

export const knownTemplates: KnownTemplate[] = [productAnalytics, websiteTraffic]

export const findTemplate = (named: string): KnownTemplate | undefined =>
  knownTemplates.find(({ key, name }) => key === named || name === named)

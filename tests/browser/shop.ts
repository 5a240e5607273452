import { capture, eventually, hogql } from '../support/api.ts'

/**
 * A shop whose numbers are known: forty people come, half of them sign up, a quarter pays; an eighth is refunded in
 * between. One of three browsers has a name that would be markup.
 */
export const nasty = '<img src=x onerror="document.title=1">'
const minute = 60_000
export const day = 24 * 60 * minute
const people = Array.from({ length: 40 }, (_, at) => at)
const countries = ['DE', 'US', 'FR', 'BR']
const browsers = ['Chrome', 'Firefox', nasty]
export const site = 'https://shop.example.com'

/** Whenever the tests run, nobody's events of one day are cut in two by midnight. */
const morning = new Date().setUTCHours(9, 0, 0, 0)

function eventsOf(at: number): object[] {
  const began = morning - ((at % 8) + 1) * day - (at % 5) * minute
  const seen = (event: string, after: number, properties: object = {}) => ({
    event,
    distinct_id: `p${at}`,
    timestamp: new Date(began + after * minute).toISOString(),
    properties: {
      $browser: browsers[at % 3],
      $geoip_country_code: countries[at % 4],
      $session_id: `s${at}`,
      price: 10 + at,
      $set: { email: `p${at}@example.com` },
      ...properties,
    },
  })
  const page = (path: string, after: number) => seen('$pageview', after, { $current_url: site + path })
  const again = Array.from({ length: at % 8 }, (_, later) =>
    at % 3 === 0 ? [seen('visit', (later + 1) * 24 * 60)] : [],
  ).flat()
  return [
    page('/', 0),
    page(at % 2 ? '/pricing' : '/docs/getting-started', 1),
    page(at % 4 ? '/pricing' : '/signup', 2),
    seen('visit', 3),
    ...(at % 2 === 0 ? [seen('sign up', 10)] : []),
    ...(at % 8 === 0 ? [seen('refund', 20)] : []),
    ...(at % 4 === 0 ? [seen('pay', 10 + 5 * (at + 1))] : []),
    ...again,
  ]
}

/** Sends what happened there, and waits until it is stored. */
export async function fillShop(url: string): Promise<void> {
  const batch = people.flatMap(eventsOf)
  await capture(url, '/batch/', { batch })
  await eventually(async () => {
    const [row] = await hogql(url, 'select count() from events')
    return Number(row?.[0]) === batch.length
  }, 'the events are stored')
}

export const node = (event: string | null) => ({ kind: 'EventsNode', event, math: 'total' })
export const range = { dateRange: { date_from: '-14d' } }
export const steps = [node('$pageview'), node('sign up'), node('pay')]
/** How many people come, by browser or on a map by country. */
export const trend = (display: string, changes: object = {}) => ({
  kind: 'TrendsQuery',
  series: [{ ...node('visit'), math: 'dau' }],
  interval: 'day',
  breakdownFilter: {
    breakdown: display === 'WorldMap' ? '$geoip_country_code' : '$browser',
    breakdown_type: 'event',
  },
  trendsFilter: { display },
  ...range,
  ...changes,
})
/** One of each kind, and of each way of showing it. */
export const questions: Record<string, object> = {
  funnel: { kind: 'FunnelsQuery', series: steps, interval: 'day', ...range },
  'funnel-by-browser': {
    kind: 'FunnelsQuery',
    series: steps,
    interval: 'day',
    breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
    ...range,
  },
  'funnel-times': {
    kind: 'FunnelsQuery',
    series: steps,
    interval: 'day',
    funnelsFilter: { funnelVizType: 'time_to_convert' },
    ...range,
  },
  'funnel-trend': {
    kind: 'FunnelsQuery',
    series: steps,
    interval: 'day',
    funnelsFilter: { funnelVizType: 'trends' },
    ...range,
  },
  retention: {
    kind: 'RetentionQuery',
    retentionFilter: {
      targetEntity: { id: '$pageview', type: 'events' },
      returningEntity: { id: 'visit', type: 'events' },
      retentionType: 'retention_first_time',
      period: 'Day',
      totalIntervals: 8,
    },
    dateRange: { date_from: '-8d' },
  },
  lifecycle: { kind: 'LifecycleQuery', series: [node('visit')], interval: 'day', ...range },
  stickiness: { kind: 'StickinessQuery', series: [node('visit'), node('pay')], interval: 'day', ...range },
  paths: {
    kind: 'PathsQuery',
    pathsFilter: { includeEventTypes: ['$pageview', 'custom_event'], stepLimit: 5, edgeLimit: 50 },
    ...range,
  },
  ...Object.fromEntries(
    [
      'ActionsLineGraph',
      'ActionsAreaGraph',
      'ActionsUnstackedBar',
      'ActionsBarValue',
      'ActionsPie',
      'ActionsTable',
      'BoldNumber',
      'WorldMap',
    ].map((display) => [`trend-${display}`, trend(display)]),
  ),
}

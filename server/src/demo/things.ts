import { setTimeout as sleep } from 'node:timers/promises'
import { starterName } from '../saved/make-tiles.ts'
import { days, editorRollout, experimentDays, flagKeys, groupType, launchDay, outageDay } from './product.ts'

/** Asks the API for something of the demo project, as who wanted it. @throws HedgerowError for a refusal. */
export type Ask = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => Promise<unknown>

/** How long cohorts are waited for. */
const mostTries = 60
const pauseMs = 250

type Named = { id: number; name?: string | null; key?: string; content?: string | null }

const day = 86_400_000
const event = (name: string | null, more: object = {}) => ({
  kind: 'EventsNode',
  event: name,
  math: 'total',
  ...more,
})
const people = (name: string | null, more: object = {}) => event(name, { math: 'dau', ...more })
const since = (from: string) => ({ dateRange: { date_from: from } })
const by = (breakdown: string, limit = 8) => ({
  breakdownFilter: { breakdown, breakdown_type: 'event', breakdown_limit: limit },
})
const shownAs = (display: string, more: object = {}) => ({ trendsFilter: { display, ...more } })
const trend = (series: object[], more: object) => ({ kind: 'TrendsQuery', series, interval: 'day', ...more })
const funnel = (steps: object[], more: object = {}, filter: object = {}) => ({
  kind: 'FunnelsQuery',
  series: steps,
  interval: 'day',
  ...since('-60d'),
  ...more,
  funnelsFilter: {
    funnelVizType: 'steps',
    funnelOrderType: 'ordered',
    funnelWindowInterval: 30,
    funnelWindowIntervalUnit: 'day',
    ...filter,
  },
})

/** An insight, and where it lies on its dashboard. */
type Tile = {
  name: string
  description: string
  query: object
  at: [x: number, y: number, w: number, h: number]
}
type Board = { name: string; description: string; text: string; tiles: Tile[] }

const wasSignedUp = event('signed_up', { custom_name: 'Signed up' })
const visited = event('$pageview', { custom_name: 'Visited the site' })

const growth: Board = {
  name: 'Growth',
  description: 'From the first visit to a subscription, and what it brings in.',
  text: 'Quillwort is made up: shared documents for teams, three months of it. This board follows people from their first visit to a subscription. Click any number to see who is behind it.',
  tiles: [
    {
      name: 'Weekly active people',
      description: 'Everybody who did anything in a week. The launch on Product Hunt shows.',
      query: trend(
        [
          people('$pageview', { custom_name: 'On the site or in the app' }),
          people('document_edited', { custom_name: 'Writing' }),
        ],
        { interval: 'week', ...since(`-${days - 1}d`), ...shownAs('ActionsLineGraph') },
      ),
      at: [0, 2, 8, 5],
    },
    {
      name: 'Sign-ups, last 30 days',
      description: 'Everybody who made an account, against the 30 days before.',
      query: trend([wasSignedUp], {
        ...since('-30d'),
        compareFilter: { compare: true },
        ...shownAs('BoldNumber'),
      }),
      at: [8, 2, 4, 5],
    },
    {
      name: 'From visit to subscription',
      description: 'How many of those who come by sign up, write something and pay.',
      query: funnel([
        visited,
        wasSignedUp,
        event('document_created', { custom_name: 'Wrote a document' }),
        event('subscription_started', { custom_name: 'Subscribed' }),
      ]),
      at: [0, 7, 6, 7],
    },
    {
      name: 'Sign-up by device',
      description: 'Who comes by phone rarely signs up.',
      query: funnel([visited, wasSignedUp], by('$device_type', 3)),
      at: [6, 7, 6, 7],
    },
    {
      name: 'Where sign-ups come from',
      description: 'Sign-ups by country.',
      query: trend([wasSignedUp], {
        ...since('-60d'),
        ...by('$geoip_country_name', 10),
        ...shownAs('ActionsBarValue'),
      }),
      at: [0, 14, 6, 6],
    },
    {
      name: 'Visitors by source',
      description: 'Which sites send visitors, week by week.',
      query: trend(
        [
          people('$pageview', {
            properties: [{ key: '$pathname', type: 'event', operator: 'not_icontains', value: '/app' }],
          }),
        ],
        {
          interval: 'week',
          ...since(`-${days - 1}d`),
          ...by('$referring_domain', 6),
          ...shownAs('ActionsBar'),
        },
      ),
      at: [6, 14, 6, 6],
    },
    {
      name: 'Revenue by week',
      description: 'What was invoiced, in dollars.',
      query: trend(
        [event('invoice_paid', { math: 'sum', math_property: 'amount', custom_name: 'Invoiced' })],
        { interval: 'week', ...since(`-${days - 1}d`), ...shownAs('ActionsBar') },
      ),
      at: [0, 20, 6, 5],
    },
    {
      name: 'Why they leave',
      description: 'Reasons given when a subscription ends.',
      query: trend([event('subscription_cancelled')], {
        ...since(`-${days - 1}d`),
        ...by('reason', 6),
        ...shownAs('ActionsPie'),
      }),
      at: [6, 20, 6, 5],
    },
  ],
}

const product: Board = {
  name: 'Product',
  description: 'What people do once they are in, and whether they come back.',
  text: 'Who signs up comes back or does not: retention tells. Below it, what they use, and what goes wrong for them.',
  tiles: [
    {
      name: 'Weekly retention of new users',
      description: 'Of those who signed up in a week, how many wrote something in the weeks after.',
      query: {
        kind: 'RetentionQuery',
        ...since('-8w'),
        retentionFilter: {
          retentionType: 'retention_first_time',
          period: 'Week',
          totalIntervals: 9,
          targetEntity: { id: 'signed_up', name: 'signed_up', type: 'events' },
          returningEntity: { id: 'document_edited', name: 'document_edited', type: 'events' },
        },
      },
      at: [0, 2, 12, 8],
    },
    {
      name: 'Who writes: new, returning, gone',
      description: 'Of each week: who wrote for the first time, again, after a pause, and who stopped.',
      query: {
        kind: 'LifecycleQuery',
        series: [event('document_edited')],
        interval: 'week',
        ...since('-70d'),
      },
      at: [0, 10, 6, 6],
    },
    {
      name: 'On how many days people write',
      description: 'Of the last 30.',
      query: {
        kind: 'StickinessQuery',
        series: [event('document_edited')],
        interval: 'day',
        ...since('-30d'),
      },
      at: [6, 10, 6, 6],
    },
    {
      name: 'What people use',
      description: 'People who used each feature in the last 30 days.',
      query: trend(
        Object.entries({
          document_edited: 'Edit a document',
          document_created: 'Begin one',
          comment_added: 'Comment',
          search_performed: 'Search',
          file_uploaded: 'Upload a file',
          document_shared: 'Share',
        }).map(([name, custom_name]) => people(name, { custom_name })),
        { ...since('-30d'), ...shownAs('ActionsBarValue') },
      ),
      at: [0, 16, 6, 6],
    },
    {
      name: 'Failed uploads by browser',
      description: 'The outage shows, and that Firefox has trouble every day.',
      query: trend([event('upload_failed')], {
        ...since('-30d'),
        ...by('$browser', 5),
        ...shownAs('ActionsBar'),
      }),
      at: [6, 16, 6, 6],
    },
    {
      name: 'How long until the first document',
      description: 'From signing up to writing.',
      query: funnel([wasSignedUp, event('document_created')], {}, { funnelVizType: 'time_to_convert' }),
      at: [0, 22, 6, 6],
    },
    {
      name: 'Ways through the site',
      description: 'Where people go from the home page.',
      query: {
        kind: 'PathsQuery',
        ...since('-14d'),
        pathsFilter: {
          includeEventTypes: ['$pageview'],
          startPoint: `https://quillwort.example/`,
          stepLimit: 4,
          edgeLimit: 20,
          pathReplacements: true,
        },
      },
      at: [6, 22, 6, 6],
    },
    {
      name: 'Busiest companies',
      description: 'By documents edited in the last 30 days.',
      query: {
        kind: 'DataTableNode',
        source: {
          kind: 'HogQLQuery',
          query: `select groups.properties.name as company, groups.properties.plan as plan, uniq(person_id) as people, count() as edits
from events join groups on groups.key = events.$group_0 and groups.index = 0
where event = 'document_edited' and timestamp > now() - interval 30 day
group by company, plan order by edits desc limit 15`,
        },
      },
      at: [0, 28, 12, 6],
    },
  ],
}

const ofPerson = (key: string, value: string[]) => ({ key, type: 'person', operator: 'exact', value })
const did = (key: string, value: string, more: object) => ({
  type: 'behavioral',
  event_type: 'events',
  key,
  value,
  ...more,
})
const all = (...values: object[]) => ({ properties: { type: 'AND', values: [{ type: 'AND', values }] } })

/**
 * What somebody who runs Quillwort would have saved: actions, cohorts, flags, an experiment, notes, insights, dashboards.
 * What is there already stays, so it may be done again after half of it.
 * @param end the last moment of the story, milliseconds since 1970
 * @returns the id of the dashboard for the home page
 */
export async function saveThings(ask: Ask, end: number): Promise<number> {
  const ago = (daysBefore: number, hour = 9) =>
    new Date(Math.floor((end - daysBefore * day) / day) * day + hour * 3_600_000).toISOString()

  /** Makes what is not there, by the field that names it. */
  async function make(
    path: string,
    bodies: object[],
    by: keyof Named = 'name',
    among = '',
  ): Promise<Named[]> {
    const { results } = (await ask('GET', `${path}?limit=1000${among}`)) as { results: Named[] }
    const made: Named[] = []
    for (const body of bodies) {
      const there = results.find((one) => one[by] === (body as Named)[by])
      made.push(there ?? ((await ask('POST', path, body)) as Named))
    }
    return made
  }

  await ask('PATCH', 'groups_types/update_metadata/', [
    { group_type_index: 0, name_singular: groupType, name_plural: `${groupType}s` },
  ])
  // every project begins with a dashboard; this one has its own
  const { results: boards } = (await ask('GET', 'dashboards/?limit=100')) as { results: Named[] }
  for (const { id, name } of boards) {
    if (name === starterName)
      await ask('PATCH', `dashboards/${id}/`, { deleted: true, delete_insights: true })
  }
  await make('actions/', [
    {
      name: 'Wrote something',
      description: 'Anything that leaves a trace in a document.',
      steps: ['document_created', 'document_edited', 'comment_added'].map((name) => ({ event: name })),
    },
    {
      name: 'Clicked “Start free”',
      description: 'On any page of the site.',
      steps: [{ event: '$autocapture', text: 'Start free', text_matching: 'exact' }],
    },
  ])
  await make('cohorts/', [
    {
      name: 'Paying customers',
      description: 'Owners with a plan that costs something, and their colleagues.',
      filters: all(ofPerson('plan', ['team', 'business'])),
    },
    {
      name: 'Power writers',
      description: 'Edited documents 20 times or more in 30 days.',
      filters: all(
        did('document_edited', 'performed_event_multiple', {
          operator: 'gte',
          operator_value: 20,
          time_value: 30,
          time_interval: 'day',
        }),
      ),
    },
    {
      name: 'Drifting away',
      description: 'Wrote in the last two months, but not in the last two weeks.',
      filters: all(
        did('document_edited', 'stopped_performing_event', {
          time_value: 60,
          time_interval: 'day',
          seq_time_value: 14,
          seq_time_interval: 'day',
        }),
      ),
    },
    {
      name: 'Came with the launch',
      description: 'Found Quillwort on Product Hunt.',
      filters: all(ofPerson('$initial_utm_source', ['producthunt'])),
    },
  ])
  await make(
    'annotations/',
    [
      { content: 'Launched on Product Hunt', date_marker: ago(launchDay, 8), scope: 'project' },
      {
        content: `The new editor is on for ${editorRollout * 100} %`,
        date_marker: ago(40),
        scope: 'project',
      },
      { content: 'Experiment: onboarding checklist', date_marker: ago(experimentDays), scope: 'project' },
      { content: 'Uploads failed for an afternoon', date_marker: ago(outageDay, 13), scope: 'project' },
    ],
    'content',
  )
  await make(
    'feature_flags/',
    [
      {
        key: flagKeys.editor,
        name: 'The new editor',
        active: true,
        filters: { groups: [{ properties: [], rollout_percentage: editorRollout * 100 }] },
      },
      {
        key: 'summaries',
        name: 'Summaries of long documents, for the business plan',
        active: true,
        filters: { groups: [{ properties: [ofPerson('plan', ['business'])], rollout_percentage: 100 }] },
      },
      {
        key: 'dark-mode',
        name: 'Dark mode',
        active: true,
        filters: { groups: [{ properties: [], rollout_percentage: 100 }] },
      },
    ],
    'key',
  )
  const metric = (to: string) => ({
    insight: 'FUNNELS',
    funnel_window_days: 14,
    events: ['signed_up', to].map((id, order) => ({ id, name: id, type: 'events', order })),
  })
  await make('experiments/', [
    {
      name: 'Onboarding checklist',
      description: 'Does a checklist after signing up bring more people to their first document?',
      feature_flag_key: flagKeys.experiment,
      start_date: new Date(end - experimentDays * day).toISOString(),
      parameters: {
        feature_flag_variants: ['control', 'test'].map((key) => ({ key, rollout_percentage: 50 })),
      },
      filters: metric('document_created'),
      secondary_metrics: [
        { name: 'Shares a document', filters: metric('document_shared') },
        { name: 'Subscribes', filters: metric('subscription_started') },
      ],
    },
  ])
  const first = await makeBoard(growth)
  await makeBoard(product)
  await cohortsAreThere()
  return first

  /** Who is in them is found out in the background; whoever comes then sees it, unless that takes very long. */
  async function cohortsAreThere(): Promise<void> {
    for (let tries = 0; tries < mostTries; tries++) {
      const { results } = (await ask('GET', 'cohorts/')) as { results: { is_calculating: boolean }[] }
      if (!results.some((one) => one.is_calculating)) return
      await sleep(pauseMs)
    }
  }

  async function makeBoard({ name, description, text, tiles }: Board): Promise<number> {
    const [board] = await make('dashboards/', [{ name, description, pinned: true }])
    const { id } = board!
    const insights = await make(
      'insights/',
      tiles.map((tile) => ({
        name: tile.name,
        description: tile.description,
        query: tile.query,
        saved: true,
        dashboards: [id],
      })),
      'name',
      '&saved=true',
    )
    const shown = (await ask('GET', `dashboards/${id}/`)) as {
      tiles: { id: number; insight: { id: number } | null }[]
    }
    const places = new Map(insights.map((insight, at) => [insight.id, tiles[at]!.at]))
    const placed = shown.tiles.flatMap((tile) => {
      const at = places.get(tile.insight?.id ?? -1)
      return at ? [{ id: tile.id, layouts: layoutOf(at) }] : []
    })
    const hasText = shown.tiles.some((tile) => tile.insight === null)
    const texts = hasText ? [] : [{ text: { body: text }, layouts: layoutOf([0, 0, 12, 2]) }]
    await ask('PATCH', `dashboards/${id}/`, { tiles: [...texts, ...placed] })
    return id
  }
}

const layoutOf = ([x, y, w, h]: Tile['at']) => ({
  sm: { x, y, w, h, minW: 3, minH: 2 },
  xs: { x: 0, y: y * 2 + (x > 0 ? 1 : 0), w: 1, h, minW: 1, minH: 2 },
})

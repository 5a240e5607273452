import { activePeople, type DashboardTemplate, rowsOf } from './templates.ts'

/** What a project has events of, for a dashboard that is made of it. */
export type Seen = {
  /** The most frequent ones first. */
  events: { name: string; people: number }[]
  /** Two or three of them in the order in which people do them; fewer where there are no more. */
  steps: string[]
  has: { pathname: boolean; browser: boolean; country: boolean; referrer: boolean }
}

/** What SDKs tell of themselves or of people: nothing that anybody did. */
const housekeeping =
  /^[$](?:identify|groupidentify|create_alias|set|merge_dangerously|feature_flag_called|pageleave|web_vitals|opt_in|exception|snapshot)/
const mostSteps = 3
const mostTop = 6

/** Those that people did, as far as names tell. */
export const doings = (events: Seen['events']) => events.filter(({ name }) => !housekeeping.test(name))

/** Which events a funnel could be made of: those of most people, without clicks that were captured by themselves. */
export const stepsIn = (events: Seen['events']): string[] =>
  doings(events)
    .filter(({ name }) => !name.startsWith('$') || name === '$pageview' || name === '$screen')
    .sort((one, other) => other.people - one.people)
    .slice(0, mostSteps)
    .map(({ name }) => name)

const named = (name: string) =>
  name === '$pageview'
    ? 'page view'
    : name === '$screen'
      ? 'screen'
      : name === '$autocapture'
        ? 'click'
        : name

/** Any event, or one of that name. */
const entity = (id: string | null, more: object = {}) => ({ id, name: id, type: 'events', order: 0, ...more })
const anybody = entity(null, { name: 'All events', math: 'dau' })

/** A dashboard made of what arrived: who comes, what they do, how far they get, and whether they come back. */
export function starterTemplate({ events, steps, has }: Seen): DashboardTemplate {
  const top = doings(events).slice(0, mostTop)
  // Where there are pages, they tell more than all events: those of servers have no browser.
  const visits = events.some(({ name }) => name === '$pageview')
    ? entity('$pageview', { math: 'dau' })
    : anybody
  const split = (breakdown: string, display: string) => ({
    insight: 'TRENDS',
    events: [visits],
    date_from: '-30d',
    display,
    breakdown,
    breakdown_type: 'event',
  })
  const tiles = [
    ...activePeople(anybody),
    {
      name: 'What happens most',
      description: 'The most frequent events of the last 30 days.',
      filters: {
        insight: 'TRENDS',
        events: (top.length ? top : events.slice(0, mostTop)).map(({ name }, order) =>
          entity(name, { order, math: 'total' }),
        ),
        date_from: '-30d',
        display: 'ActionsBarValue',
      },
    },
    steps.length > 1 && {
      name: `From ${named(steps[0]!)} to ${named(steps.at(-1)!)}`.slice(0, 400),
      description: 'How many people get from step to step within two weeks.',
      filters: {
        insight: 'FUNNELS',
        funnel_viz_type: 'steps',
        date_from: '-30d',
        events: steps.map((name, order) => entity(name, { order })),
      },
    },
    {
      name: 'Retention',
      description: 'Of those who came for the first time in a week, how many came back in the weeks after.',
      filters: {
        insight: 'RETENTION',
        period: 'Week',
        retention_type: 'retention_first_time',
        target_entity: entity(visits.id),
        returning_entity: entity(visits.id),
      },
    },
    has.pathname && {
      name: 'Pages',
      description: 'Which pages people look at most.',
      filters: split('$pathname', 'ActionsBarValue'),
    },
    has.referrer && {
      name: 'Where they come from',
      description: 'Which sites people come from.',
      filters: split('$referring_domain', 'ActionsBarValue'),
    },
    has.browser && {
      name: 'Browsers',
      description: 'What people look with.',
      filters: split('$browser', 'ActionsPie'),
    },
    has.country && {
      name: 'Countries',
      description: 'Where people are.',
      filters: split('$geoip_country_name', 'ActionsBarValue'),
    },
  ]
  return {
    name: 'Overview',
    description: 'Made from the events that had arrived; change it as you like.',
    filters: {},
    tags: [],
    tiles: rowsOf(tiles.filter((tile) => tile !== false)),
  }
}

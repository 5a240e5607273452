import type { Experiment } from './queries.ts'

/** What an experiment compares, as the pages can make and tell it. */
export type Metric =
  | { kind: 'funnel'; from: string; to: string }
  | { kind: 'trend'; event: string; math: 'total' | 'dau' }

/** As the API's legacy filters. */
export const filtersOf = (metric: Metric): Experiment['filters'] =>
  metric.kind === 'funnel'
    ? {
        insight: 'FUNNELS',
        events: [metric.from, metric.to].map((id, order) => ({ id, name: id, type: 'events', order })),
      }
    : {
        insight: 'TRENDS',
        events: [{ id: metric.event, name: metric.event, type: 'events', order: 0, math: metric.math }],
      }

/** Whether it names what is counted. */
export const isMeasured = (metric: Metric): boolean =>
  metric.kind === 'funnel' ? metric.from !== '' && metric.to !== '' : metric.event !== ''

/** What of an entity the pages can show. */
const shown = new Set(['id', 'name', 'type', 'order', 'math'])
const isSaid = (value: unknown): boolean =>
  value !== undefined && value !== null && JSON.stringify(value) !== '[]' && JSON.stringify(value) !== '{}'

/** Legacy filters as the pages can change them; null where their events or actions say more than fields here do. */
export function metricOf(filters: Experiment['filters']): Metric | null {
  if (isSaid(filters.actions)) return null
  const entities = entitiesOf(filters)
  const saysMore = entities.some((entity) =>
    Object.entries(entity).some(([name, value]) => !shown.has(name) && isSaid(value)),
  )
  const isFunnel = filters.insight === 'FUNNELS'
  if (saysMore || entities.length !== (isFunnel ? 2 : 1)) return null
  const [first, second] = entities.map(({ id }) => (typeof id === 'string' ? id : ''))
  const math = entities[0]?.math ?? 'total'
  const metric: Metric = isFunnel
    ? { kind: 'funnel', from: first ?? '', to: second ?? '' }
    : { kind: 'trend', event: first ?? '', math: math === 'dau' ? 'dau' : 'total' }
  const isKnown = isFunnel || math === 'dau' || math === 'total'
  return isKnown && isMeasured(metric) ? metric : null
}

type Entity = { id?: unknown; name?: unknown; math?: unknown }
const entitiesOf = (filters: Experiment['filters']): Entity[] =>
  ['events', 'actions'].flatMap((list) =>
    Array.isArray(filters[list]) ? (filters[list] as (Entity | null)[]).filter((one) => one !== null) : [],
  )

export const isSum = (filters: Experiment['filters']): boolean => entitiesOf(filters)[0]?.math === 'sum'

/** A metric as one sentence, whoever made it. */
export function metricSentence(filters: Experiment['filters']): string {
  const entities = entitiesOf(filters)
  const names = entities.map(({ id, name }) => `“${String(name ?? id ?? 'any event')}”`)
  if (!names.length) return 'Nothing is measured yet.'
  if (filters.insight === 'FUNNELS') return `How many come from ${names.join(' to ')}.`
  const of = names.join(', ')
  const math = entities[0]?.math
  if (math === 'dau') return `How many people do ${of}.`
  return isSum(filters) ? `The sum of a property of ${of}.` : `How often ${of} happens.`
}

/** A name as a flag's key: "Green button!" is `green-button`. */
export const keyFrom = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100)

/** The first variant that is not control, as the experiment says; `test` where it says none. */
export function otherVariantOf({ parameters }: Pick<Experiment, 'parameters'>): string {
  const variants = parameters?.feature_flag_variants
  const keys = Array.isArray(variants) ? variants.map((one: { key?: unknown } | null) => one?.key) : []
  return String(keys.find((key) => typeof key === 'string' && key !== 'control') ?? 'test')
}

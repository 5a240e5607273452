import type { FunnelLinksTo } from '../../insights/funnels.ts'
import type { CorrelationLinksTo } from '../../insights/funnels-correlation.ts'
import { type LegacyFilters, textOf, unpacked } from '../../insights/upgrade-filters.ts'
import { isObject } from '../../kit/is-object.ts'
import { asNumber, asText } from '../../kit/scalars.ts'
import { append, range } from './actor-links.ts'

/** How answers about legacy funnels link to the people behind their numbers: what was asked, and what pins a number. */

const repeated = [
  'events',
  'actions',
  'properties',
  'filter_test_accounts',
  'aggregation_group_type_index',
  'breakdown',
  'breakdowns',
  'breakdown_type',
  'breakdown_limit',
  'breakdown_group_type_index',
  'breakdown_normalize_url',
  'breakdown_attribution_type',
  'breakdown_attribution_value',
  'funnel_order_type',
  'funnel_window_interval',
  'funnel_window_interval_unit',
  'funnel_window_days',
  'funnel_aggregate_by_hogql',
  'exclusions',
  'sampling_factor',
]

const asked = (filters: LegacyFilters, names: string[]): URLSearchParams => {
  const parameters = new URLSearchParams()
  for (const name of names) append(parameters, name, filters[name])
  return parameters
}

function withPins(base: URLSearchParams, pins: Record<string, unknown>): string {
  const all = new URLSearchParams(base)
  for (const [name, value] of Object.entries(pins)) append(all, name, value, true)
  return all.toString()
}

export function funnelLinks(projectId: number, filters: LegacyFilters): FunnelLinksTo {
  const base = asked(filters, repeated)
  return ({ step, left, breakdown, period }) =>
    `/api/projects/${projectId}/persons/funnel/?${withPins(base, {
      ...range(period),
      explicit_date: 'true',
      funnel_step: left ? -step : step,
      funnel_step_breakdown: breakdown,
    })}`
}

const ofCorrelations = [
  'date_from',
  'date_to',
  'explicit_date',
  'interval',
  'funnel_step',
  'funnel_custom_steps',
  'funnel_step_breakdown',
  'funnel_correlation_type',
  'funnel_correlation_names',
  'funnel_correlation_event_names',
]

/** @param origin Of the address that was asked: these links are absolute. */
export function correlationLinks(
  projectId: number,
  origin: string,
  filters: LegacyFilters,
): CorrelationLinksTo {
  const base = asked(filters, [...repeated, ...ofCorrelations])
  const kind = textOf(filters.funnel_correlation_type)
  return ({ event, converted }) =>
    `${origin}/api/projects/${projectId}/persons/funnel/correlation/?${withPins(base, {
      funnel_correlation_person_converted: asText(converted),
      ...(kind === 'properties' ? ownProperty(event.event, filters) : entityOf(event, kind)),
    })}`
}

function ownProperty(name: string, filters: LegacyFilters) {
  const [key, value] = splitOnce(name)
  const index = unpacked(filters.aggregation_group_type_index)
  const isGroup = textOf(index) !== undefined
  const filter = {
    key,
    value: [value],
    operator: 'exact',
    type: isGroup ? 'group' : 'person',
    ...(isGroup && { group_type_index: asNumber(index) }),
  }
  return { funnel_correlation_property_values: JSON.stringify([filter]) }
}

function entityOf(
  event: { event: string; properties: Record<string, unknown>; elements: unknown[] },
  kind?: string,
) {
  if (kind !== 'event_with_properties') {
    return { funnel_correlation_person_entity: JSON.stringify({ id: event.event, type: 'events' }) }
  }
  const [id, property] = splitOnce(event.event)
  const [key, value] = splitOnce(property)
  const properties =
    key === 'elements_chain'
      ? clicked(event.properties, value)
      : [{ key, value: [value], operator: 'exact', type: 'event' }]
  return { funnel_correlation_person_entity: JSON.stringify({ id, type: 'events', properties }) }
}

/** The very same click: its type, and the whole chain of its elements. */
function clicked(properties: Record<string, unknown>, value: string) {
  const chain = value.slice(value.indexOf('__~~__') + '__~~__'.length)
  const type = isObject(properties) ? asText(properties.$event_type) : ''
  return [
    ...(type ? [{ key: '$event_type', value: [type], operator: 'exact', type: 'event' }] : []),
    { key: 'elements_chain', value: [chain], operator: 'exact', type: 'event_metadata' },
  ]
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('::')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 2)]
}

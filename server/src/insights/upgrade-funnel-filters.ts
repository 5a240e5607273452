import { isObject } from '../kit/is-object.ts'
import { asNumber, asText } from '../kit/scalars.ts'
import { invalid } from '../model/errors.ts'
import {
  attributionTypes,
  type FunnelCorrelationActorsQuery,
  type FunnelCorrelationQuery,
  type FunnelExclusion,
  type FunnelsActorsQuery,
  type FunnelsQuery,
  funnelCorrelationTypes,
  funnelOrders,
  funnelVizTypes,
  funnelWindowUnits,
} from './funnel-queries.ts'
import {
  type LegacyFilters,
  oneOf,
  textOf,
  truthy,
  unpacked,
  upgradeBreakdown,
  upgradeEntity,
  upgradeProperties,
  upgradeShared,
  whole,
  wholeOrNothing,
} from './upgrade-filters.ts'

/** Legacy filters of funnels, and what pins their people and correlations, as today's typed queries. */

/** @throws HedgerowError `invalid` for what PostHog refuses too. */
export function upgradeFunnel(filters: LegacyFilters): FunnelsQuery {
  const { funnel_window_interval: interval, funnel_window_days: days } = filters
  const inDays = interval === undefined && days !== undefined
  return {
    kind: 'FunnelsQuery',
    ...upgradeShared(filters),
    aggregation_group_type_index: wholeOrNothing(filters.aggregation_group_type_index ?? null, 0, 4),
    breakdownFilter: upgradeBreakdown(filters),
    funnelsFilter: {
      funnelVizType: oneOf(funnelVizTypes, filters.funnel_viz_type),
      funnelOrderType: oneOf(funnelOrders, filters.funnel_order_type),
      funnelWindowInterval: windowOf(inDays ? days : interval),
      funnelWindowIntervalUnit: inDays
        ? 'day'
        : oneOf(funnelWindowUnits, filters.funnel_window_interval_unit),
      funnelFromStep: whole(filters.funnel_from_step, 'funnel_from_step', 0, 100),
      funnelToStep: whole(filters.funnel_to_step, 'funnel_to_step', 0, 100),
      exclusions: exclusionsOf(filters.exclusions),
      binCount: whole(filters.bin_count, 'bin_count', 0, 10_000),
      breakdownAttributionType: oneOf(attributionTypes, filters.breakdown_attribution_type),
      breakdownAttributionValue: whole(
        filters.breakdown_attribution_value,
        'breakdown_attribution_value',
        0,
        100,
      ),
      funnelAggregateByHogQL: textOf(filters.funnel_aggregate_by_hogql),
    },
  }
}

function windowOf(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const number = asNumber(value)
  if (!(number > 0 && number <= 100_000)) {
    throw invalid('funnel_window_interval must be a number above 0.', { attr: 'funnel_window_interval' })
  }
  return number
}

function exclusionsOf(given: unknown): FunnelExclusion[] | undefined {
  const list = unpacked(given)
  if (!Array.isArray(list)) return undefined
  return list.map((one): FunnelExclusion => {
    const from = isObject(one) ? wholeOrNothing(one.funnel_from_step ?? null, -1, 1000) : undefined
    const to = isObject(one) ? wholeOrNothing(one.funnel_to_step ?? null, -1, 1000) : undefined
    if (!isObject(one) || from === undefined || to === undefined) {
      throw invalid('Exclusion event range is invalid. Both steps must be given.', { attr: 'exclusions' })
    }
    return { ...upgradeEntity(one, 'events'), funnelFromStep: from, funnelToStep: to }
  })
}

/** @throws HedgerowError `invalid` for what PostHog refuses too. */
export function upgradeFunnelActors(filters: LegacyFilters): FunnelsActorsQuery {
  const dropOff = filters.drop_off
  return {
    kind: 'FunnelsActorsQuery',
    source: upgradeFunnel(filters),
    funnelStep: whole(filters.funnel_step, 'funnel_step', -100, 100),
    funnelCustomSteps: stepsOf(filters.funnel_custom_steps),
    funnelStepBreakdown: breakdownOf(filters.funnel_step_breakdown),
    funnelTrendsEntrancePeriodStart: textOf(filters.entrance_period_start),
    funnelTrendsDropOff: dropOff === undefined || dropOff === null ? undefined : truthy(dropOff),
  }
}

function stepsOf(given: unknown): number[] | undefined {
  const list = unpacked(given)
  if (list === undefined || list === null || list === '') return undefined
  return (Array.isArray(list) ? list : [list]).map((one) => whole(one, 'funnel_custom_steps', 0, 100) ?? 0)
}

function breakdownOf(given: unknown): FunnelsActorsQuery['funnelStepBreakdown'] {
  const value = unpacked(given)
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'number' ? one : asText(one)))
  return typeof value === 'number' ? value : asText(value)
}

/** @throws HedgerowError `invalid` for what PostHog refuses too. */
export const upgradeCorrelation = (filters: LegacyFilters): FunnelCorrelationQuery => ({
  kind: 'FunnelCorrelationQuery',
  source: upgradeFunnelActors(filters),
  funnelCorrelationType: oneOf(funnelCorrelationTypes, filters.funnel_correlation_type),
  funnelCorrelationNames: namesOf(filters.funnel_correlation_names),
  funnelCorrelationExcludeNames: namesOf(filters.funnel_correlation_exclude_names),
  funnelCorrelationExcludeEventNames: namesOf(filters.funnel_correlation_exclude_event_names),
  funnelCorrelationEventNames: namesOf(filters.funnel_correlation_event_names),
  funnelCorrelationEventExcludePropertyNames: namesOf(
    filters.funnel_correlation_event_exclude_property_names,
  ),
})

function namesOf(given: unknown): string[] | undefined {
  const list = unpacked(given)
  if (list === undefined || list === null || list === '') return undefined
  return (Array.isArray(list) ? list : [list]).map(String)
}

/** @throws HedgerowError `invalid` for what PostHog refuses too. */
export function upgradeCorrelationActors(filters: LegacyFilters): FunnelCorrelationActorsQuery {
  const entity = unpacked(filters.funnel_correlation_person_entity)
  const converted = filters.funnel_correlation_person_converted
  const values = upgradeProperties(filters.funnel_correlation_property_values)
  return {
    kind: 'FunnelCorrelationActorsQuery',
    source: upgradeCorrelation(filters),
    funnelCorrelationPersonEntity: isObject(entity) ? upgradeEntity(entity, 'events') : undefined,
    funnelCorrelationPersonConverted:
      converted === undefined || converted === null || converted === '' ? undefined : truthy(converted),
    funnelCorrelationPropertyValues: Array.isArray(values) ? values.filter((one) => 'key' in one) : undefined,
  }
}

import { isObject } from '../kit/is-object.ts'
import { asText, shown } from '../kit/scalars.ts'
import { invalid } from '../model/errors.ts'
import {
  mostRetentionIntervals,
  type RetentionEntity,
  type RetentionQuery,
  retentionPeriods,
  retentionTypes,
} from './insight-queries.ts'
import {
  type LegacyFilters,
  textOf,
  truthy,
  unpacked,
  upgradeBreakdown,
  upgradeProperties,
  upgradeScope,
  whole,
  wholeOrNothing,
} from './upgrade-filters.ts'

/** How many intervals the older API follows unless told otherwise. */
const defaultIntervals = 11

/**
 * Legacy `filters` of retention: the last cohort is that of `date_to`, and there are as many as are followed.
 * @throws HedgerowError `invalid` for what PostHog refuses too: a period that does not exist, unparsable properties, …
 */
export function upgradeRetention(filters: LegacyFilters): RetentionQuery {
  const { dateRange, ...scope } = upgradeScope(filters)
  return {
    kind: 'RetentionQuery',
    ...scope,
    dateRange: { ...dateRange, date_from: undefined },
    aggregation_group_type_index: wholeOrNothing(filters.aggregation_group_type_index, 0, 4),
    breakdownFilter: upgradeBreakdown(filters),
    retentionFilter: {
      targetEntity: upgradeEntity(filters.target_entity),
      returningEntity: upgradeEntity(filters.returning_entity),
      retentionType: retentionTypes.find((one) => one === filters.retention_type),
      period: upgradePeriod(filters.period),
      totalIntervals:
        whole(filters.total_intervals, 'total_intervals', 1, mostRetentionIntervals) ?? defaultIntervals,
      cumulative: truthy(filters.cumulative) || undefined,
      minimumOccurrences: whole(filters.minimum_occurrences, 'minimum_occurrences', 1, 1_000_000),
    },
  }
}

function upgradeEntity(given: unknown): RetentionEntity | undefined {
  const entity = unpacked(given)
  if (!isObject(entity)) return undefined
  return {
    id: typeof entity.id === 'number' ? entity.id : (textOf(entity.id) ?? null),
    type: entity.type === 'actions' ? 'actions' : 'events',
    name: textOf(entity.name),
    custom_name: textOf(entity.custom_name),
    properties: upgradeProperties(entity.properties),
  }
}

function upgradePeriod(given: unknown): (typeof retentionPeriods)[number] | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const found = retentionPeriods.find((one) => one.toLowerCase() === asText(given).toLowerCase())
  if (!found) {
    throw invalid(`Period ${shown(given)} is unsupported: use ${retentionPeriods.join(', ')}.`, {
      attr: 'period',
    })
  }
  return found
}

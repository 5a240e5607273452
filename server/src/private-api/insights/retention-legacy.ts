import { DateTime } from 'luxon'
import type { RetentionResult } from '../../insights/answers.ts'
import type { RetentionQuery } from '../../insights/insight-queries.ts'
import type { ActorsQuery, ActorsSource } from '../../insights/queries.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import { upgradeRetention } from '../../insights/upgrade-retention.ts'
import { asNumber } from '../../kit/scalars.ts'
import { invalid } from '../../model/errors.ts'
import { append } from './actor-links.ts'
import type { RetentionRow } from './retention-contract.ts'

/** Retention as the older API answers it: a triangle of numbers, each with the address of those who were counted. */

/** What of the filters decides who is counted. */
const repeated = [
  'target_entity',
  'returning_entity',
  'retention_type',
  'period',
  'properties',
  'filter_test_accounts',
  'aggregation_group_type_index',
  'breakdown',
  'breakdowns',
  'breakdown_type',
  'breakdown_group_type_index',
  'breakdown_normalize_url',
  'breakdown_limit',
  'cumulative',
  'minimum_occurrences',
]

const units = { Hour: 'hours', Day: 'days', Week: 'weeks', Month: 'months' } as const

/** How many properties an answer is broken down by. */
function dimensions({ breakdownFilter }: RetentionQuery): number {
  const { breakdown, breakdowns } = breakdownFilter ?? {}
  if (breakdowns?.length) return breakdowns.length
  return Array.isArray(breakdown) && breakdownFilter?.breakdown_type !== 'cohort' ? breakdown.length : 1
}

export function retentionRows(
  results: RetentionResult[],
  filters: LegacyFilters,
  asked: { projectId: number; query: RetentionQuery; timezone: string; origin: string },
): RetentionRow[] {
  const { query, timezone } = asked
  const [first] = results
  if (!first) return []
  const length = first.values.length
  const last = DateTime.fromISO(first.date, { zone: timezone }).plus({
    [units[query.retentionFilter?.period ?? 'Day']]: length - 1,
  })
  const linkTo = (pins: Record<string, unknown>) => {
    const link = new URLSearchParams()
    for (const name of repeated) append(link, name, filters[name])
    append(link, 'date_to', last.toUTC().toISO())
    append(link, 'total_intervals', length)
    for (const [name, value] of Object.entries(pins)) append(link, name, value)
    return `/api/projects/${asked.projectId}/persons/retention/?${link}`
  }
  const cells = (counts: RetentionResult['values'], values: unknown[]) =>
    counts.map(({ count }, cell) => ({
      count,
      people: [],
      ...(count > 0 && {
        people_url: asked.origin + linkTo({ breakdown_values: values, selected_interval: cell }),
      }),
    }))
  return results.map(({ values, label, date, breakdown_value: value }, cohort) => {
    if (value === undefined) {
      return {
        values: cells(values.slice(0, length - cohort), [cohort]),
        label,
        date,
        people_url: linkTo({ selected_interval: cohort }),
      }
    }
    const parts = dimensions(query) > 1 ? value.split('::') : [value]
    return {
      values: cells(values, parts),
      label: value,
      breakdown_values: parts,
      people_url: linkTo({ breakdown_values: parts, selected_interval: 0 }),
    }
  })
}

export type RetentionActorsAsked = {
  source: ActorsSource
  /** Besides the source: those of one cell. */
  properties?: ActorsQuery['properties']
  /** How many cells each `appearances` has; undefined where people are listed without them. */
  cells: number | undefined
}

/** @throws HedgerowError `invalid` for what can't be asked. */
export function actorsOfRetention(filters: LegacyFilters): RetentionActorsAsked {
  const query = upgradeRetention(filters)
  const total = query.retentionFilter!.totalIntervals!
  const selected = indexOf(filters.selected_interval, 'selected_interval')
  const values = listOf(filters.breakdown_values)
  const cohort = query.breakdownFilter
    ? undefined
    : values
      ? indexOf(values[0], 'breakdown_values')
      : selected
  const isCell = values !== undefined && selected !== undefined
  return {
    source: {
      kind: 'InsightActorsQuery',
      source: query,
      interval: query.breakdownFilter ? undefined : (cohort ?? 0),
      breakdown: query.breakdownFilter ? values : undefined,
    },
    properties: isCell ? [{ key: `has(appearances, ${selected})`, type: 'hogql' }] : undefined,
    cells: isCell && filters.display !== 'ActionsTable' ? undefined : total - (cohort ?? 0),
  }
}

function indexOf(given: unknown, attr: string): number | undefined {
  if (given === undefined || given === null || given === '') return undefined
  const index = asNumber(given)
  if (!Number.isInteger(index) || index < 0) throw invalid(`${attr} must be an index.`, { attr })
  return index
}

function listOf(given: unknown): string[] | undefined {
  if (given === undefined || given === null || given === '') return undefined
  let list = given
  try {
    if (typeof given === 'string') list = JSON.parse(given)
  } catch (cause) {
    throw invalid('breakdown_values must be a list, as JSON.', { attr: 'breakdown_values', cause })
  }
  if (!Array.isArray(list))
    throw invalid('breakdown_values must be a list, as JSON.', { attr: 'breakdown_values' })
  return list.map(String)
}

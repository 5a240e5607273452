import type { BreakdownFilter, BreakdownType } from './questions.ts'

/** One thing that an answer is told apart by. */
export type Dimension = {
  type: BreakdownType
  /** A property's name, a cohort's id (`all` is everyone), or an expression. */
  property: string | number
  /** Which type of groups, for `group`. */
  groupTypeIndex?: number
  /** Numbers fall into so many ranges, instead of being told apart one by one. */
  bins?: number
}

/** More than this the API does not take; of cohorts there may be any number. */
export const MOST_DIMENSIONS = 3

/** What a question is broken down by, in whichever of its two forms it is said. */
export function dimensionsOf(filter: BreakdownFilter | undefined): Dimension[] {
  if (!filter) return []
  if (filter.breakdowns?.length) {
    return filter.breakdowns.map(({ property, type, group_type_index, histogram_bin_count }) => ({
      type: type ?? 'event',
      property,
      ...(group_type_index !== undefined && { groupTypeIndex: group_type_index }),
      ...(histogram_bin_count !== undefined && { bins: histogram_bin_count }),
    }))
  }
  const { breakdown, breakdown_type: type = 'event' } = filter
  const given = Array.isArray(breakdown) ? breakdown : [breakdown]
  return given.flatMap((property) =>
    property === undefined || property === null || property === ''
      ? []
      : {
          type,
          property,
          ...(filter.breakdown_group_type_index !== undefined && {
            groupTypeIndex: filter.breakdown_group_type_index,
          }),
          ...(filter.breakdown_histogram_bin_count !== undefined && {
            bins: filter.breakdown_histogram_bin_count,
          }),
        },
  )
}

/** Which of the dimensions hold ranges of numbers instead of values. */
export const rangesOf = (filter: BreakdownFilter | undefined): boolean[] =>
  dimensionsOf(filter).map(({ bins }) => bins !== undefined)

/**
 * The same broken down by something else. One dimension, and cohorts, are said in the older form, which answers a value
 * instead of a list of them and is all that the API has for cohorts.
 */
export function withDimensions(
  filter: BreakdownFilter | undefined,
  dimensions: Dimension[],
): BreakdownFilter | undefined {
  const [first] = dimensions
  if (!first) return undefined
  const limit = filter?.breakdown_limit
  const kept = limit === undefined ? {} : { breakdown_limit: limit }
  if (first.type === 'cohort') {
    return { ...kept, breakdown: dimensions.map(({ property }) => property), breakdown_type: 'cohort' }
  }
  if (dimensions.length === 1) {
    return {
      ...kept,
      breakdown: first.property,
      breakdown_type: first.type,
      ...(first.groupTypeIndex !== undefined && { breakdown_group_type_index: first.groupTypeIndex }),
      ...(first.bins !== undefined && { breakdown_histogram_bin_count: first.bins }),
    }
  }
  return {
    ...kept,
    breakdowns: dimensions.map(({ type, property, groupTypeIndex, bins }) => ({
      type,
      property,
      ...(groupTypeIndex !== undefined && { group_type_index: groupTypeIndex }),
      ...(bins !== undefined && { histogram_bin_count: bins }),
    })),
  }
}

/** "plan and $browser", "cohorts"; null where nothing is told apart. */
export function breakdownName(filter: BreakdownFilter | undefined): string | null {
  const dimensions = dimensionsOf(filter)
  if (dimensions.length === 0) return null
  if (dimensions[0]!.type === 'cohort') return 'cohort'
  return dimensions.map(({ property }) => property).join(' and ')
}

/** The same behind a question's subject: " by plan"; empty without one. */
export function byWhat(query: { breakdownFilter?: BreakdownFilter }): string {
  const name = breakdownName(query.breakdownFilter)
  return name === null ? '' : ` by ${name}`
}

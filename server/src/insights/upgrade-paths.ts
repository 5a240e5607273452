import { isObject } from '../kit/is-object.ts'
import { invalid } from '../model/errors.ts'
import { funnelPathTypes, type PathCleaningRule, type PathsQuery, pathTypes } from './insight-queries.ts'
import {
  type LegacyFilters,
  oneOf,
  textOf,
  truthy,
  unpacked,
  upgradeScope,
  whole,
  wholeOrNothing,
} from './upgrade-filters.ts'
import { upgradeFunnel } from './upgrade-funnel-filters.ts'

/** @throws HedgerowError `invalid` for limits that make no sense, unparsable properties, and a funnel that is missing. */
export function upgradePaths(filters: LegacyFilters): PathsQuery {
  return {
    kind: 'PathsQuery',
    ...upgradeScope(filters),
    aggregation_group_type_index: wholeOrNothing(filters.aggregation_group_type_index, 0, 4),
    funnelPathsFilter: alongFunnel(filters),
    pathsFilter: {
      includeEventTypes: typesOf(filters),
      includeCustomEvents: textsOf(filters.custom_events ?? filters.include_custom_events),
      pathsHogQLExpression: textOf(filters.paths_hogql_expression),
      excludeEvents: textsOf(filters.exclude_events),
      startPoint: textOf(filters.start_point),
      endPoint: textOf(filters.end_point),
      stepLimit: whole(filters.step_limit, 'step_limit', 1, 100),
      edgeLimit: whole(filters.edge_limit, 'edge_limit', 1, 10_000),
      minEdgeWeight: whole(filters.min_edge_weight, 'min_edge_weight', 0, Number.MAX_SAFE_INTEGER),
      maxEdgeWeight: whole(filters.max_edge_weight, 'max_edge_weight', 0, Number.MAX_SAFE_INTEGER),
      pathGroupings: textsOf(filters.path_groupings),
      pathReplacements: truthy(filters.path_replacements) || undefined,
      localPathCleaningFilters: rulesOf(filters.local_path_cleaning_filters),
      pathStartKey: textOf(filters.path_start_key),
      pathEndKey: textOf(filters.path_end_key),
      pathDropoffKey: textOf(filters.path_dropoff_key),
    },
  }
}

/** The funnel has filters of its own, dates too; without `funnel_paths` it says nothing. */
function alongFunnel(filters: LegacyFilters): PathsQuery['funnelPathsFilter'] {
  const funnelPathType = oneOf(funnelPathTypes, filters.funnel_paths)
  if (!funnelPathType) return undefined
  const funnel = unpacked(filters.funnel_filter)
  if (!isObject(funnel)) throw invalid('This field is required.', { attr: 'funnel_filter', code: 'required' })
  return {
    funnelPathType,
    funnelSource: upgradeFunnel(funnel),
    funnelStep: whole(funnel.funnel_step ?? filters.funnel_step, 'funnel_step', -100, 100),
  }
}

/** `path_type` is the older way of saying one of them. */
function typesOf(filters: LegacyFilters): NonNullable<PathsQuery['pathsFilter']>['includeEventTypes'] {
  const named = textsOf(filters.include_event_types) ?? textsOf(filters.path_type)
  const known = pathTypes.filter((one) => named?.includes(one))
  return known.length ? known : undefined
}

/** A list, or one text alone; what is no text is dropped. */
function textsOf(given: unknown): string[] | undefined {
  const value = unpacked(given)
  const list = Array.isArray(value) ? value : [value]
  const texts = list.flatMap((one) => textOf(one) ?? [])
  return texts.length ? texts : undefined
}

function rulesOf(given: unknown): PathCleaningRule[] | undefined {
  const list = unpacked(given)
  if (!Array.isArray(list)) return undefined
  return list.filter(isObject).map((one) => ({ alias: textOf(one.alias), regex: textOf(one.regex) }))
}

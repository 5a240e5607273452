import { and, type Query, type SelectQuery } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import type { PathsResult } from './answers.ts'
import { resolveDateRange } from './date-range.ts'
import type { PathsFilter, PathsQuery } from './insight-queries.ts'
import { followed, funnelSpans } from './paths-funnel.ts'
import { isStep, shownPoint, stepText } from './paths-items.ts'
import { edgesTree, type PathsShape, pathPeople, type StepKey } from './paths-routes.ts'
import type { SeriesNode } from './query-parts.ts'
import { actorField, type InsightContext, sharedFilters } from './series.ts'

export type Paths = {
  /** Its rows: source, target, how often, mean milliseconds. Undefined where there is nobody to follow. */
  tree: Query | undefined
  results(rows: unknown[][]): PathsResult[]
}

const defaultSteps = 5
export const defaultEdges = 50

/**
 * Paths: from which step people went on to which. A step is shown as `<its place on the route>_<its text>`.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function paths(query: PathsQuery, ctx: InsightContext): Paths {
  const filter = query.pathsFilter ?? {}
  const shape = shapeOf(query, filter, ctx)
  return {
    tree:
      shape &&
      edgesTree(shape, {
        // 0 means no bound, as upstream reads it
        least: filter.minEdgeWeight || undefined,
        most: filter.maxEdgeWeight || undefined,
        limit: filter.edgeLimit ?? defaultEdges,
      }),
    results: (rows) =>
      reachable(
        rows.map(([source, target, times, took]) => ({
          source: String(source),
          target: String(target),
          value: Number(times),
          average_conversion_time: Number(took),
        })),
      ),
  }
}

/**
 * The people of an edge, a step or an end of routes, as the filter's keys pin them: rows of `actor_id`, `event_count`;
 * undefined where there can be none.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function pathsActors(
  query: PathsQuery,
  ctx: InsightContext,
): { tree: SelectQuery; node: SeriesNode } | undefined {
  const filter = query.pathsFilter ?? {}
  const shape = shapeOf(query, filter, ctx)
  const last = keyOf(filter.pathDropoffKey, 'pathDropoffKey')
  const [from, to] = last
    ? []
    : [keyOf(filter.pathStartKey, 'pathStartKey'), keyOf(filter.pathEndKey, 'pathEndKey')]
  if (!shape || (from && to && to.place !== from.place + 1)) return undefined
  return { tree: pathPeople(shape, { from, to, last }), node: counted(query) }
}

const counted = (query: PathsQuery): SeriesNode => ({
  kind: 'EventsNode',
  math_group_type_index: followed(query),
})

function shapeOf(query: PathsQuery, filter: PathsFilter, ctx: InsightContext): PathsShape | undefined {
  const along = query.funnelPathsFilter
  const spans = along ? funnelSpans(along, ctx) : undefined
  if (along && !spans) return undefined
  const { from, to } = resolveDateRange(query.dateRange, 'day', ctx.clock, ctx.earliest)
  const cleaning = [
    ...(filter.pathReplacements ? (ctx.pathCleaning ?? []) : []),
    ...(filter.localPathCleaningFilters ?? []),
  ]
  return {
    period: { from, until: to.plus({ milliseconds: 1 }) },
    actor: actorField(counted(query)),
    spans,
    events: and(isStep(filter), sharedFilters(query, ctx)),
    text: stepText(filter, cleaning, ctx),
    groupings: filter.pathGroupings ?? [],
    excluded: filter.excludeEvents ?? [],
    start: shownPoint(filter.startPoint),
    end: shownPoint(filter.endPoint),
    steps: filter.stepLimit ?? defaultSteps,
  }
}

function keyOf(key: string | null | undefined, attr: string): StepKey | undefined {
  if (!key) return undefined
  const match = /^([1-9]\d{0,3})_(.*)$/s.exec(key)
  if (!match) throw invalid(`"${key}" is not a step: use its key, like 2_/pricing.`, { attr })
  return { place: Number(match[1]), text: match[2]! }
}

/** What the limit of edges has cut off from every first step is left out. */
function reachable(edges: PathsResult[]): PathsResult[] {
  const targets = new Map<string, string[]>()
  for (const { source, target } of edges) targets.set(source, [...(targets.get(source) ?? []), target])
  const seen = new Set([...targets.keys()].filter((source) => source.startsWith('1_')))
  // a set goes through what is added to it meanwhile
  for (const step of seen) for (const target of targets.get(step) ?? []) seen.add(target)
  return edges.filter(({ source }) => seen.has(source))
}

import type { Query, SelectQuery } from '../hogql/ast.ts'
import { invalid } from '../model/errors.ts'
import { type ActorKind, type ActorsTree, actorKindOf } from './actors-query.ts'
import { type Bucket, type Clock, parseDate } from './date-range.ts'
import { funnelActors, kindOf } from './funnels-actors.ts'
import { correlationActors } from './funnels-correlation-actors.ts'
import { lifecycleActors } from './lifecycle.ts'
import { pathsActors } from './paths.ts'
import type { ActorsSource } from './queries.ts'
import { retentionActors } from './retention.ts'
import type { InsightContext } from './series.ts'
import { stickinessActors } from './stickiness.ts'
import { trendActors } from './trends-actors.ts'

/** The actors of a number, in steps as for the insight. */
export type SourceQuestion = {
  /** The question that must be answered before `tree` can be built; undefined when there is none. */
  extents: Query | undefined
  tree(extentRows: unknown[][]): ActorsTree
}

/**
 * Undefined where the insight has no such number.
 * @throws HedgerowError `invalid` for what can't be asked.
 */
export function actorsSource(asked: ActorsSource, ctx: InsightContext): SourceQuestion | undefined {
  if (asked.kind === 'FunnelsActorsQuery') {
    return ready(funnelActors(asked, ctx), kindOf(asked.source))
  }
  if (asked.kind === 'FunnelCorrelationActorsQuery') {
    return ready(correlationActors(asked, ctx), kindOf(asked.source.source.source))
  }
  const { source } = asked
  const series = asked.series ?? 0
  const previous = asked.compare === 'previous'
  switch (source.kind) {
    case 'TrendsQuery': {
      const actors = trendActors(
        source,
        {
          series,
          previous,
          ...(present(asked.day) && { at: bucketOf(asked.day, ctx.clock) }),
          breakdown: asked.breakdown ?? undefined,
        },
        ctx,
      )
      return (
        actors && {
          extents: actors.extents,
          tree: (rows: unknown[][]): ActorsTree => ({
            tree: actors.tree(rows),
            kind: actors.kind,
            withDistinctIds: true,
          }),
        }
      )
    }
    case 'StickinessQuery': {
      const intervals = Number(asked.day)
      if (!present(asked.day) || !Number.isInteger(intervals)) {
        throw invalid('day must say on how many intervals, as a whole number.', { attr: 'day' })
      }
      const operator = asked.kind === 'StickinessActorsQuery' ? asked.operator : undefined
      const actors = stickinessActors(source, { series, previous, intervals, operator }, ctx)
      return (
        actors && {
          extents: undefined,
          tree: (): ActorsTree => ({
            tree: actors.tree,
            kind: actorKindOf(actors.node),
            withDistinctIds: false,
          }),
        }
      )
    }
    case 'RetentionQuery': {
      const pin = { cohort: asked.interval ?? undefined, breakdown: asked.breakdown ?? undefined }
      const actors = retentionActors(source, pin, ctx)
      return (
        actors && {
          extents: undefined,
          tree: (): ActorsTree => ({
            tree: actors.tree,
            kind: actorKindOf(actors.node),
            withDistinctIds: false,
          }),
        }
      )
    }
    case 'PathsQuery': {
      const actors = pathsActors(source, ctx)
      return (
        actors && {
          extents: undefined,
          tree: (): ActorsTree => ({
            tree: actors.tree,
            kind: actorKindOf(actors.node),
            withDistinctIds: false,
          }),
        }
      )
    }
    case 'LifecycleQuery': {
      const { day, status } = asked
      if (!present(day)) throw invalid('This field is required.', { attr: 'day', code: 'required' })
      if (!status) throw invalid('This field is required.', { attr: 'status', code: 'required' })
      const tree = lifecycleActors(source, { series, status, at: bucketOf(day, ctx.clock) }, ctx)
      return (
        tree && {
          extents: undefined,
          tree: (): ActorsTree => ({
            tree,
            kind: actorKindOf({ math_group_type_index: source.aggregation_group_type_index }),
            withDistinctIds: false,
          }),
        }
      )
    }
  }
}

/** Actors that need no other question first. */
const ready = (tree: SelectQuery | undefined, kind: ActorKind): SourceQuestion | undefined =>
  tree && { extents: undefined, tree: () => ({ tree, kind, withDistinctIds: false }) }

const present = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined

/** The index of the bucket that a date or time falls into; -1 for none. */
function bucketOf(day: string | number, clock: Clock) {
  const { time } = parseDate(String(day), clock, 'day')
  return (buckets: Bucket[]) => buckets.findIndex(({ start, end }) => start <= time && time < end)
}

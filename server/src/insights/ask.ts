import type { Query } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { Schema } from '../hogql/context.ts'
import type { QueryLimits, Warehouse, WarehouseAnswer } from '../warehouse/warehouse.ts'
import type { ActorKind } from './actors-query.ts'
import type { Envelope } from './answers.ts'
import { type CohortFinder, cohortsIn } from './cohorts.ts'
import type { FunnelLinksTo } from './funnels.ts'
import type { CorrelationLinksTo } from './funnels-correlation.ts'
import type { Prepared } from './prepare.ts'
import type { LinksTo } from './series.ts'
import { explained } from './warehouse-errors.ts'

export type Cost = Pick<Envelope['statistics'], 'rows_read' | 'bytes_read' | 'elapsed_ms'>

export type AskOptions = {
  limits?: QueryLimits
  signal?: AbortSignal
  /** How actors are shown, by id; those that are not known (any more) are left out. Without it, by their ids alone. */
  showActors?(kind: ActorKind, ids: string[]): Promise<Map<string, object>>
  /** Told of every number of a trend, stickiness or lifecycle; what it answers becomes part of the series. */
  linksTo?: LinksTo
  /** Retention by a breakdown: all cohorts of a value as one row, as the older API has it. */
  poolCohorts?: boolean
  /** Told of every step of a funnel, for both ways to leave it; the answer goes into the step. */
  funnelLinksTo?: FunnelLinksTo
  /** Told of both sides of every correlation. */
  correlationLinksTo?: CorrelationLinksTo
  /** What `prepare` gave for the same question. */
  prepared?: Prepared
  /** Told what the question has cost so far, whenever the warehouse has answered a part of it. */
  onCost?(cost: Cost): void
}

/** Puts one tree to the warehouse, and adds what that cost to what the question has cost so far. */
export type AskTree = (
  tree: Query,
  schema: Schema,
  cost: Cost,
  options: AskOptions,
) => Promise<WarehouseAnswer>

export function createAsk({ warehouse, cohorts }: { warehouse: Warehouse; cohorts?: CohortFinder }): AskTree {
  return async (tree, schema, cost, options) => {
    const { sql, params } = compile(tree, {
      ...schema,
      ...(await cohortsIn(tree, schema.projectId, cohorts)),
    })
    try {
      const answer = await warehouse.query({
        sql,
        params,
        question: true,
        limits: options.limits,
        signal: options.signal,
      })
      cost.rows_read += answer.stats.rowsRead
      cost.bytes_read += answer.stats.bytesRead
      cost.elapsed_ms += answer.stats.elapsedMs
      options.onCost?.(cost)
      return answer
    } catch (error) {
      throw explained(error)
    }
  }
}

import type { Query } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { Schema } from '../hogql/context.ts'
import type { PrintedQuery } from '../hogql/print.ts'
import {
  type QueryLimits,
  type Warehouse,
  type WarehouseAnswer,
  WarehouseError,
} from '../warehouse/warehouse.ts'
import type { ActorKind } from './actors-query.ts'
import type { Envelope } from './answers.ts'
import { type CohortFinder, cohortsIn } from './cohorts.ts'
import type { FunnelLinksTo } from './funnels.ts'
import type { CorrelationLinksTo } from './funnels-correlation.ts'
import type { Prepared } from './prepare.ts'
import type { LinksTo } from './series.ts'
import { explainedIn } from './warehouse-errors.ts'

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
  /** What the parts that run are called in the warehouse. */
  name?: string
}

/** Puts one tree to the warehouse, and adds what that cost to what the question has cost so far. */
export type AskTree = (
  tree: Query,
  schema: Schema,
  cost: Cost,
  options: AskOptions,
) => Promise<WarehouseAnswer>

/** The warehouse's SQL for a tree, and how it would go about it, a line each. No data is read. */
export type ExplainTree = (
  tree: Query,
  schema: Schema,
  options: Pick<AskOptions, 'limits' | 'signal'>,
) => Promise<{ sql: string; plan: string[] }>

export function createAsk({ warehouse, cohorts }: { warehouse: Warehouse; cohorts?: CohortFinder }): {
  ask: AskTree
  explain: ExplainTree
} {
  const compiled = async (tree: Query, schema: Schema) =>
    compile(tree, { ...schema, ...(await cohortsIn(tree, schema.projectId, cohorts)) })

  async function plan({ sql, params }: PrintedQuery, { limits, signal }: AskOptions): Promise<string[]> {
    const { rows } = await warehouse.query({ sql: `EXPLAIN ${sql}`, params, question: true, limits, signal })
    return rows.map(([line]) => String(line))
  }

  /** What the asker is told, with the place in their text where that can be found out. */
  const refused = (error: unknown, tree: Query, schema: Schema, options: AskOptions): Promise<unknown> =>
    explainedIn(error, tree, async (part) => {
      const printed = await compiled(part, schema)
      try {
        await plan(printed, options)
        return undefined
      } catch (other) {
        if (other instanceof WarehouseError) return other
        throw other
      }
    })

  return {
    async ask(tree, schema, cost, options) {
      const { sql, params } = await compiled(tree, schema)
      try {
        const answer = await warehouse.query({
          sql,
          params,
          question: true,
          limits: options.limits,
          signal: options.signal,
          name: options.name,
        })
        cost.rows_read += answer.stats.rowsRead
        cost.bytes_read += answer.stats.bytesRead
        cost.elapsed_ms += answer.stats.elapsedMs
        options.onCost?.(cost)
        return answer
      } catch (error) {
        throw await refused(error, tree, schema, options)
      }
    },

    async explain(tree, schema, options) {
      const printed = await compiled(tree, schema)
      try {
        return { sql: printed.sql, plan: await plan(printed, options) }
      } catch (error) {
        throw await refused(error, tree, schema, options)
      }
    },
  }
}

import { alias, type Query } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { Schema } from '../hogql/context.ts'
import { parseSelect } from '../hogql/parse.ts'
import type { PrintedQuery } from '../hogql/print.ts'
import type { TellMismatch } from '../kit/contract.ts'
import { invalid } from '../model/errors.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { actorsQuestion } from './actors-query.ts'
import { actorsSource } from './actors-source.ts'
import { createRowAnswers, hogqlLimits } from './answer-rows.ts'
import type { Envelope, FunnelCorrelations, FunnelTimes, Lifetime } from './answers.ts'
import { type AskOptions, type Cost, createAsk } from './ask.ts'
import { cohortsIn } from './cohorts.ts'
import type { FunnelCorrelationQuery, FunnelsQuery } from './funnel-queries.ts'
import { funnels } from './funnels.ts'
import { funnelCorrelation } from './funnels-correlation.ts'
import { completeHogQL, type FindProperties } from './hogql-autocomplete.ts'
import { inspectHogQL } from './hogql-metadata.ts'
import type {
  LifecycleQuery,
  PathsQuery,
  RetentionQuery,
  StickinessQuery,
  TrendsQuery,
} from './insight-queries.ts'
import { lifecycle } from './lifecycle.ts'
import { paths } from './paths.ts'
import { personTimeline } from './person-timeline.ts'
import { isOfAllTime, type Lookups, type Prepared, prepare } from './prepare.ts'
import type { ActorsQuery, EditorQuery, EventsQuery, HogQLQuery, RunnableQuery } from './queries.ts'
import { checkQuestion } from './question-check.ts'
import { retention } from './retention.ts'
import { stickiness } from './stickiness.ts'
import { trend } from './trends.ts'

export type Deps = Lookups & {
  warehouse: Warehouse
  /** Known properties, for editors; none are offered without it. */
  findProperties?(projectId: number): FindProperties
  /** Told of a question that is not as its contract says, which is answered all the same; without it such a one fails. */
  onMismatch?: TellMismatch
  now?: () => Date
}

export type Answer = Omit<Envelope, keyof Lifetime | 'statistics'> & { statistics: Cost } & {
  results: unknown[] | FunnelTimes | FunnelCorrelations
} & Record<string, unknown>

/**
 * Answers questions: typed query → HogQL tree → compiled → warehouse → upstream's response.
 */
export function createInsights(deps: Deps) {
  const now = deps.now ?? (() => new Date())
  const { ask, explain } = createAsk(deps)
  const rows = createRowAnswers({ ask, explain })

  async function answerTrends(
    query: TrendsQuery,
    { schema, ctx }: Prepared,
    cost: Cost,
    options: AskOptions,
  ) {
    const asked = trend(query, ctx, options.linksTo)
    const extents = asked.extents ? await ask(asked.extents, schema, cost, options) : undefined
    const tree = asked.tree(extents?.rows ?? [])
    const answer = tree ? await ask(tree, schema, cost, options) : undefined
    return { results: asked.results(answer?.rows ?? []), hasMore: false }
  }

  async function answerSteps(
    question: { tree: Query | undefined; results(rows: unknown[][]): unknown[] | FunnelTimes },
    { schema }: Prepared,
    cost: Cost,
    options: AskOptions,
  ) {
    const answer = question.tree ? await ask(question.tree, schema, cost, options) : undefined
    return { results: question.results(answer?.rows ?? []) }
  }

  async function answerCorrelation(
    query: FunnelCorrelationQuery,
    { schema, ctx }: Prepared,
    cost: Cost,
    options: AskOptions,
  ) {
    const question = funnelCorrelation(query, ctx, options.correlationLinksTo)
    const totals = question.totals ? (await ask(question.totals, schema, cost, options)).rows : []
    const tree = question.tree(totals)
    const answer = tree ? await ask(tree, schema, cost, options) : undefined
    return { results: question.results(totals, answer?.rows ?? []) }
  }

  async function firstEvent(schema: Schema, cost: Cost, options: AskOptions): Promise<Date> {
    const { rows } = await ask(
      parseSelect("select toUnixTimestamp(min(timestamp)) from events where timestamp > '1980-01-01'"),
      schema,
      cost,
      options,
    )
    const seconds = Number(rows[0]?.[0] ?? 0)
    return seconds > 0 ? new Date(seconds * 1000) : now()
  }

  /** @throws HedgerowError `not_found` without a project. */
  const checked = (projectId: number, query: RunnableQuery): Promise<Prepared> => {
    checkQuestion(query, deps.onMismatch)
    return prepare(projectId, query, now(), deps)
  }

  return {
    prepare: checked,

    /** @throws HedgerowError `not_found` without a project. */
    async help(projectId: number, query: EditorQuery) {
      if (query.kind === 'HogQLAutocomplete') {
        return completeHogQL(query, deps.findProperties?.(projectId) ?? (async () => []))
      }
      const { schema } = await prepare(projectId, query, now(), deps)
      return inspectHogQL(
        query,
        async (tree) => ({
          ...schema,
          ...(await cohortsIn(tree, projectId, deps.cohorts)),
          limits: hogqlLimits,
        }),
        hogqlLimits.max,
      )
    },

    /**
     * The ids of all whom an ActorsQuery is about, as SQL with the one column `id`: for writing them somewhere.
     * @throws HedgerowError `invalid` when the question can't be asked, or is about groups.
     */
    async people(projectId: number, query: ActorsQuery, options: AskOptions = {}): Promise<PrintedQuery> {
      const cost: Cost = { rows_read: 0, bytes_read: 0, elapsed_ms: 0 }
      const { schema, ctx } = await checked(projectId, query)
      if (isOfAllTime(query)) ctx.earliest = await firstEvent(schema, cost, options)
      const source = query.source ? actorsSource(query.source, ctx) : undefined
      if (query.source && !source) throw invalid('The insight has no such number.', { attr: 'query' })
      const extents = source?.extents ? await ask(source.extents, schema, cost, options) : undefined
      const question = actorsQuestion(
        { ...query, select: ['id'], orderBy: [] },
        source?.tree(extents?.rows ?? []),
        ctx,
      )
      if (question.kind.type !== 'person') {
        throw invalid('These are groups, and a cohort is of people.', { attr: 'query' })
      }
      const tree: Query = { ...question.tree, orderBy: undefined, limit: undefined, offset: undefined }
      const known = await cohortsIn(tree, projectId, deps.cohorts)
      return compile({ ...tree, select: [alias('id', question.id)] }, { ...schema, ...known })
    },

    /**
     * See `personTimeline`.
     * @throws HedgerowError `invalid` when the question can't be asked, `not_found` without a project.
     */
    async timeline(projectId: number, personId: string, query: TrendsQuery, options: AskOptions = {}) {
      const cost: Cost = { rows_read: 0, bytes_read: 0, elapsed_ms: 0 }
      const { schema, ctx } = await checked(projectId, query)
      if (isOfAllTime(query)) ctx.earliest = await firstEvent(schema, cost, options)
      const { tree, results } = personTimeline(query, personId, ctx)
      const answer = tree && (await ask(tree, { ...schema, timezone: 'UTC' }, cost, options))
      return results(answer?.rows ?? [])
    },

    /**
     * @throws HedgerowError `invalid` when the question can't be asked or takes too much, `not_found` without a
     * project; HogQLError with a position for errors in a user's HogQL.
     */
    async run(projectId: number, query: RunnableQuery, options: AskOptions = {}): Promise<Answer> {
      const cost: Cost = { rows_read: 0, bytes_read: 0, elapsed_ms: 0 }
      const prepared = options.prepared ?? (await checked(projectId, query))
      if (isOfAllTime(query)) prepared.ctx.earliest = await firstEvent(prepared.schema, cost, options)
      const answers = {
        TrendsQuery: () => answerTrends(query as TrendsQuery, prepared, cost, options),
        StickinessQuery: () =>
          answerSteps(
            stickiness(query as StickinessQuery, prepared.ctx, options.linksTo),
            prepared,
            cost,
            options,
          ),
        LifecycleQuery: () =>
          answerSteps(
            lifecycle(query as LifecycleQuery, prepared.ctx, options.linksTo),
            prepared,
            cost,
            options,
          ),
        RetentionQuery: () =>
          answerSteps(
            retention(query as RetentionQuery, prepared.ctx, options.poolCohorts),
            prepared,
            cost,
            options,
          ),
        PathsQuery: () => answerSteps(paths(query as PathsQuery, prepared.ctx), prepared, cost, options),
        FunnelsQuery: () =>
          answerSteps(
            funnels(query as FunnelsQuery, prepared.ctx, options.funnelLinksTo),
            prepared,
            cost,
            options,
          ),
        FunnelCorrelationQuery: () =>
          answerCorrelation(query as FunnelCorrelationQuery, prepared, cost, options),
        HogQLQuery: () => rows.hogql(query as HogQLQuery, prepared, cost, options),
        ActorsQuery: () => rows.actors(query as ActorsQuery, prepared, cost, options),
        EventsQuery: () => rows.events(query as EventsQuery, prepared, cost, options),
      }
      const answer = await answers[query.kind]()
      return {
        ...answer,
        timezone: prepared.project.timezone,
        last_refresh: prepared.clock.now.toISOString(),
        is_cached: false,
        statistics: cost,
      }
    },
  }
}

export type Insights = ReturnType<typeof createInsights>

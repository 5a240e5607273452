import { alias, type Query } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { Schema } from '../hogql/context.ts'
import { parseExpr, parseSelect } from '../hogql/parse.ts'
import type { PrintedQuery } from '../hogql/print.ts'
import { printHogQL } from '../hogql/print-hogql.ts'
import { invalid, notFound } from '../model/errors.ts'
import type { QueryLimits, Warehouse, WarehouseAnswer } from '../warehouse/warehouse.ts'
import type { Action } from './actions.ts'
import { type ActorKind, actorsQuestion } from './actors-query.ts'
import { actorsSource } from './actors-source.ts'
import type { Envelope, FunnelCorrelations, FunnelTimes, Lifetime } from './answers.ts'
import { readRows } from './cells.ts'
import { type CohortFinder, cohortsIn } from './cohorts.ts'
import type { Clock } from './date-range.ts'
import { type EventsQuestion, eventsQuestion, type PersonCell, shownPerson } from './events-query.ts'
import { type FunnelLinksTo, funnels } from './funnels.ts'
import { type CorrelationLinksTo, funnelCorrelation } from './funnels-correlation.ts'
import { completeHogQL, type FindProperties } from './hogql-autocomplete.ts'
import { inspectHogQL } from './hogql-metadata.ts'
import { fillPlaceholders } from './hogql-query.ts'
import { lifecycle } from './lifecycle.ts'
import { paths } from './paths.ts'
import type { PropertyFilters } from './property-filters.ts'
import { namesIn, type PropertyTypes, typesOf } from './property-types.ts'
import type {
  ActorsQuery,
  ActorsSource,
  EditorQuery,
  EventsQuery,
  FunnelCorrelationQuery,
  FunnelsQuery,
  HogQLQuery,
  LifecycleQuery,
  PathsQuery,
  RetentionQuery,
  RunnableQuery,
  StickinessQuery,
  TrendsQuery,
} from './queries.ts'
import { type PathCleaningRule, pathCleaningRule } from './queries.ts'
import { retention, retentionNodes } from './retention.ts'
import type { InsightContext, LinksTo } from './series.ts'
import { stickiness } from './stickiness.ts'
import { trend } from './trends.ts'
import { explained } from './warehouse-errors.ts'

/** What a question must know of its project. */
export type AskedProject = {
  timezone: string
  testAccountFilters: PropertyFilters
  /** 0 Sunday (default), 1 Monday. */
  weekStartDay?: number
}

export type Deps = {
  warehouse: Warehouse
  findProject(projectId: number): AskedProject | undefined | Promise<AskedProject | undefined>
  /** Types of the properties of these names, by their definitions. */
  propertyTypes(projectId: number, names: Iterable<string>): Promise<PropertyTypes>
  /** Known properties, for editors; none are offered without it. */
  findProperties?(projectId: number): FindProperties
  findAction?(projectId: number, id: number): Promise<Action | undefined>
  cohorts?: CohortFinder
  /** The rules by which the project cleans the steps of paths, as its settings have them. */
  pathCleaning?(projectId: number): Promise<unknown>
  now?: () => Date
}

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

/** What a question needs to know before it can be asked. */
export type Prepared = {
  project: AskedProject
  clock: Clock
  schema: Schema
  ctx: InsightContext
  /** All of that on which the answer depends, except events and the clock, as plain data. */
  facts: unknown
}

export type Answer = Omit<Envelope, keyof Lifetime | 'statistics'> & { statistics: Cost } & {
  results: unknown[] | FunnelTimes | FunnelCorrelations
} & Record<string, unknown>

/** Rows of a user's query: without a LIMIT, and at most. */
export const hogqlLimits = { default: 100, max: 50_000 }

export type Cost = Pick<Envelope['statistics'], 'rows_read' | 'bytes_read' | 'elapsed_ms'>

/**
 * Answers questions: typed query → HogQL tree → compiled → warehouse → upstream's response.
 */
export function createInsights(deps: Deps) {
  const now = deps.now ?? (() => new Date())

  async function ask(tree: Query, schema: Schema, cost: Cost, options: AskOptions): Promise<WarehouseAnswer> {
    const { sql, params } = compile(tree, {
      ...schema,
      ...(await cohortsIn(tree, schema.projectId, deps.cohorts)),
    })
    try {
      const answer = await deps.warehouse.query({
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

  /** Looks up everything that the question names, so that building it needs no more waiting. */
  async function prepare(projectId: number, query: RunnableQuery | EditorQuery): Promise<Prepared> {
    const project = await deps.findProject(projectId)
    if (!project) throw notFound('Project not found.')
    const clock: Clock = { now: now(), timezone: project.timezone, weekStartDay: project.weekStartDay }
    const actions = await findAll(actionIds(query), (id) => deps.findAction?.(projectId, id))
    const cohorts = await findAll(brokenDownBy(insightIn(query)), (id) => deps.cohorts?.find(projectId, id))
    const asked = [query, [...actions.values()], project.testAccountFilters]
    // Who is in a cohort is looked up when the question is asked; an answer depends on it all the same.
    const cohortVersions = /cohort/i.test(JSON.stringify(asked))
      ? await deps.cohorts?.versions(projectId)
      : undefined
    const names = namesIn(...asked)
    const propertyType = await deps.propertyTypes(projectId, names)
    const insight = insightIn(query)
    const pathCleaning =
      insight.kind === 'PathsQuery' && insight.pathsFilter?.pathReplacements
        ? cleaningRules(await deps.pathCleaning?.(projectId))
        : undefined
    const schema: Schema = {
      projectId,
      timezone: project.timezone,
      propertyType,
      limits: null,
    }
    const ctx: InsightContext = {
      table: 'events',
      clock,
      propertyType,
      parseExpr,
      testAccountFilters: project.testAccountFilters,
      action: (id) => actions.get(Number(id)),
      cohort: (id) => cohorts.get(id),
      ...(pathCleaning && { pathCleaning }),
    }
    const { timezone, weekStartDay, testAccountFilters } = project
    const facts = {
      project: { timezone, weekStartDay, testAccountFilters },
      actions: [...actions.values()],
      cohorts: [...cohorts],
      cohortVersions,
      types: typesOf(names, propertyType),
      pathCleaning,
    }
    return { project, clock, schema, ctx, facts }
  }

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

  async function answerHogQL(query: HogQLQuery, { schema, ctx }: Prepared, cost: Cost, options: AskOptions) {
    const tree = fillPlaceholders(parseSelect(query.query), query, ctx)
    const limited = { ...schema, limits: hogqlLimits }
    const plan = query.explain ? await explain(tree, limited, options) : undefined
    const answer = await ask(tree, limited, cost, options)
    return {
      ...plan,
      query: query.query,
      hogql: printHogQL(tree),
      results: readRows(answer.columns, answer.rows),
      columns: answer.columns.map(({ name }) => name),
      types: answer.columns.map(({ name, type }) => [name, type]),
    }
  }

  /** The warehouse's SQL, and how it would go about it; without indexes, whose counts are of all projects together. */
  async function explain(tree: Query, schema: Schema, options: AskOptions) {
    const { sql, params } = compile(tree, schema)
    try {
      const { rows } = await deps.warehouse.query({
        sql: `EXPLAIN ${sql}`,
        params,
        question: true,
        limits: options.limits,
        signal: options.signal,
      })
      return { clickhouse: sql, explain: rows.map(([line]) => String(line)) }
    } catch (error) {
      throw explained(error)
    }
  }

  async function answerEvents(
    query: EventsQuery,
    { schema, ctx }: Prepared,
    cost: Cost,
    options: AskOptions,
  ) {
    const question = eventsQuestion(query, ctx)
    const answer = await ask(question.tree, schema, cost, options)
    const results = readRows(answer.columns, answer.rows.slice(0, question.limit)).map(question.row)
    await showPeople(results, question.people, options)
    return {
      results,
      columns: question.columns,
      types: answer.columns.map(({ type }) => type),
      hasMore: answer.rows.length > question.limit,
      limit: question.limit,
      offset: question.offset,
    }
  }

  /** Puts people in place of the cells that say whose an event is. */
  async function showPeople(rows: unknown[][], columns: EventsQuestion['people'], options: AskOptions) {
    const cells = columns.flatMap(({ column }) => rows.map((row) => row[column] as PersonCell))
    const ids = [...new Set(cells.map(([, id]) => id))]
    const known = ids.length ? await options.showActors?.({ type: 'person' }, ids) : undefined
    for (const { column, as } of columns) {
      for (const row of rows) {
        const cell = row[column] as PersonCell
        row[column] = shownPerson(cell, as, known?.get(cell[1]))
      }
    }
  }

  async function answerActors(
    query: ActorsQuery,
    { schema, ctx }: Prepared,
    cost: Cost,
    options: AskOptions,
  ) {
    const source = query.source ? actorsSource(query.source, ctx) : undefined
    const extents = source?.extents ? await ask(source.extents, schema, cost, options) : undefined
    const question = actorsQuestion(query, source?.tree(extents?.rows ?? []), ctx)
    // a number that the insight does not have has nobody behind it
    const nobody = query.source && !source
    const answer = nobody ? undefined : await ask(question.tree, schema, cost, options)
    const rows = readRows(answer?.columns ?? [], answer?.rows ?? [])
    const actors = rows.slice(0, question.limit).map(question.read)
    const shown = question.shown.length
      ? await options.showActors?.(
          question.kind,
          actors.map(({ id }) => id),
        )
      : undefined
    for (const { id, distinctIds, cells } of actors) {
      for (const i of question.shown) cells[i] = shown?.get(id) ?? { id, distinct_ids: distinctIds }
    }
    return {
      results: actors.map(({ cells }) => cells),
      columns: question.columns,
      types: (answer?.columns ?? []).slice(0, question.columns.length).map(({ type }) => type),
      hogql: printHogQL(question.tree),
      hasMore: rows.length > question.limit,
      limit: question.limit,
      offset: question.offset,
      missing_actors_count: shown ? actors.filter(({ id }) => !shown.has(id)).length : 0,
    }
  }

  return {
    /** @throws HedgerowError `not_found` without a project. */
    prepare: (projectId: number, query: RunnableQuery) => prepare(projectId, query),

    /** @throws HedgerowError `not_found` without a project. */
    async help(projectId: number, query: EditorQuery) {
      if (query.kind === 'HogQLAutocomplete') {
        return completeHogQL(query, deps.findProperties?.(projectId) ?? (async () => []))
      }
      const { schema } = await prepare(projectId, query)
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
      const { schema, ctx } = await prepare(projectId, query)
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
     * @throws HedgerowError `invalid` when the question can't be asked or takes too much, `not_found` without a
     * project; HogQLError with a position for errors in a user's HogQL.
     */
    async run(projectId: number, query: RunnableQuery, options: AskOptions = {}): Promise<Answer> {
      const cost: Cost = { rows_read: 0, bytes_read: 0, elapsed_ms: 0 }
      const prepared = options.prepared ?? (await prepare(projectId, query))
      const insight = insightIn(query)
      if ('dateRange' in insight && insight.dateRange?.date_from === 'all') {
        prepared.ctx.earliest = await firstEvent(prepared.schema, cost, options)
      }
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
        HogQLQuery: () => answerHogQL(query as HogQLQuery, prepared, cost, options),
        ActorsQuery: () => answerActors(query as ActorsQuery, prepared, cost, options),
        EventsQuery: () => answerEvents(query as EventsQuery, prepared, cost, options),
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

async function findAll<T>(ids: Set<number>, find: (id: number) => Promise<T | undefined> | undefined) {
  const found = new Map<number, T>()
  for (const id of ids) {
    const one = await find(id)
    if (one !== undefined) found.set(id, one)
  }
  return found
}

/** Of a setting that anything may be in, what are rules. */
const cleaningRules = (setting: unknown): PathCleaningRule[] =>
  (Array.isArray(setting) ? setting : []).flatMap((one) => {
    const rule = pathCleaningRule.safeParse(one)
    return rule.success ? [rule.data] : []
  })

/** The insight that a question is about: itself, or the innermost one whose actors it asks for. */
function insightIn(
  query: RunnableQuery | EditorQuery,
): Exclude<RunnableQuery | EditorQuery, { source?: unknown }> | ActorsQuery {
  let inner: RunnableQuery | EditorQuery | ActorsSource = query
  while ('source' in inner && inner.source) inner = inner.source
  return inner as ReturnType<typeof insightIn>
}

function actionIds(query: RunnableQuery | EditorQuery): Set<number> {
  const ids = new Set<number>()
  if (query.kind === 'EventsQuery' && query.actionId) ids.add(query.actionId)
  const insight = insightIn(query)
  const nodes: { kind: string; id?: unknown }[] = [
    ...(insight.kind === 'RetentionQuery' ? retentionNodes(insight) : []),
    ...('series' in insight ? insight.series : []),
    ...('funnelsFilter' in insight ? (insight.funnelsFilter?.exclusions ?? []) : []),
  ]
  for (const node of nodes) if (node.kind === 'ActionsNode') ids.add(Number(node.id))
  return new Set([...ids].filter(Number.isInteger))
}

/** The cohorts that an insight is broken down by: their names are part of its answer. */
function brokenDownBy(insight: RunnableQuery | ReturnType<typeof insightIn>): Set<number> {
  const filter = 'breakdownFilter' in insight ? insight.breakdownFilter : undefined
  const ids = [
    ...(filter?.breakdown_type === 'cohort' ? [filter.breakdown].flat() : []),
    ...(filter?.breakdowns ?? []).flatMap(({ type, property }) => (type === 'cohort' ? [property] : [])),
  ]
  return new Set(ids.map(Number).filter(Number.isInteger))
}

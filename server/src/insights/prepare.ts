import type { Schema } from '../hogql/context.ts'
import { parseExpr } from '../hogql/parse.ts'
import { notFound } from '../model/errors.ts'
import type { Action } from './actions.ts'
import type { CohortFinder } from './cohorts.ts'
import type { Clock } from './date-range.ts'
import { type PathCleaningRule, pathCleaningRule } from './insight-queries.ts'
import type { PropertyFilters } from './property-filters.ts'
import { namesIn, type PropertyTypes, typesOf } from './property-types.ts'
import type { ActorsQuery, ActorsSource, EditorQuery, RunnableQuery } from './queries.ts'
import { retentionNodes } from './retention.ts'
import type { InsightContext } from './series.ts'

/** What a question must know of its project. */
export type AskedProject = {
  timezone: string
  testAccountFilters: PropertyFilters
  /** 0 Sunday (default), 1 Monday. */
  weekStartDay?: number
}

/** Where what a question names is looked up. */
export type Lookups = {
  findProject(projectId: number): AskedProject | undefined | Promise<AskedProject | undefined>
  /** Types of the properties of these names, by their definitions. */
  propertyTypes(projectId: number, names: Iterable<string>): Promise<PropertyTypes>
  findAction?(projectId: number, id: number): Promise<Action | undefined>
  cohorts?: CohortFinder
  /** The rules by which the project cleans the steps of paths, as its settings have them. */
  pathCleaning?(projectId: number): Promise<unknown>
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

/**
 * Looks up everything that a question names, so that building it needs no more waiting.
 * @throws HedgerowError `not_found` without a project.
 */
export async function prepare(
  projectId: number,
  query: RunnableQuery | EditorQuery,
  now: Date,
  lookups: Lookups,
): Promise<Prepared> {
  const project = await lookups.findProject(projectId)
  if (!project) throw notFound('Project not found.')
  const clock: Clock = { now, timezone: project.timezone, weekStartDay: project.weekStartDay }
  const actions = await findAll(actionIds(query), (id) => lookups.findAction?.(projectId, id))
  const cohorts = await findAll(brokenDownBy(insightIn(query)), (id) => lookups.cohorts?.find(projectId, id))
  const asked = [query, [...actions.values()], project.testAccountFilters]
  // Who is in a cohort is looked up when the question is asked; an answer depends on it all the same.
  const cohortVersions = /cohort/i.test(JSON.stringify(asked))
    ? await lookups.cohorts?.versions(projectId)
    : undefined
  const names = namesIn(...asked)
  const propertyType = await lookups.propertyTypes(projectId, names)
  const insight = insightIn(query)
  const pathCleaning =
    insight.kind === 'PathsQuery' && insight.pathsFilter?.pathReplacements
      ? cleaningRules(await lookups.pathCleaning?.(projectId))
      : undefined
  const schema: Schema = {
    projectId,
    timezone: project.timezone,
    weekStartDay: project.weekStartDay,
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

/** The insight that a question is about, and the funnel that it is along. */
function partsOf(query: RunnableQuery | EditorQuery): ReturnType<typeof insightIn>[] {
  const insight = insightIn(query)
  const funnel = insight.kind === 'PathsQuery' ? insight.funnelPathsFilter?.funnelSource : undefined
  return funnel ? [insight, funnel] : [insight]
}

/** Whether a question is about all time, so that the first event must be found before it can be asked. */
export const isOfAllTime = (query: RunnableQuery): boolean =>
  partsOf(query).some((part) => 'dateRange' in part && part.dateRange?.date_from === 'all')

function actionIds(query: RunnableQuery | EditorQuery): Set<number> {
  const ids = new Set<number>()
  if (query.kind === 'EventsQuery' && query.actionId) ids.add(query.actionId)
  const nodes = partsOf(query).flatMap((part): { kind: string; id?: unknown }[] => [
    ...(part.kind === 'RetentionQuery' ? retentionNodes(part) : []),
    ...('series' in part ? part.series : []),
    ...('funnelsFilter' in part ? (part.funnelsFilter?.exclusions ?? []) : []),
  ])
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

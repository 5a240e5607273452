import { and, asc, type Column, eq, inArray, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import {
  cohorts,
  earlyAccessFeatures,
  experiments,
  featureFlags,
  groupTypes,
  surveys,
} from '../database/schema.ts'
import type { ProjectDefinitions } from '../model/flags.ts'
import { actionsOfSurvey, withActions } from './survey-actions.ts'

/**
 * The flags of projects with the cohorts and group types that they may name, and with what has flags; projects without
 * any are not in it.
 * @param projectIds all projects where it is not said
 */
export async function readFlagDefinitions(
  database: Database,
  projectIds?: number[],
): Promise<ProjectDefinitions[]> {
  if (projectIds?.length === 0) return []
  const flags = await readFlags(database, projectIds)
  const byProject = new Map<number, ProjectDefinitions>()
  const namingCohorts = new Set<number>()
  const projectOf = (projectId: number) => {
    let project = byProject.get(projectId)
    if (!project) {
      project = { projectId, flags: [], earlyAccessFeatures: [], surveys: [], cohorts: [], groupTypes: [] }
      byProject.set(projectId, project)
    }
    return project
  }
  for (const { projectId, ...flag } of flags) {
    projectOf(projectId).flags.push(flag)
    if (JSON.stringify(flag.filters).includes('"cohort"')) namingCohorts.add(projectId)
  }
  for (const { projectId, ...feature } of await readEarlyAccessFeatures(database, projectIds)) {
    projectOf(projectId).earlyAccessFeatures.push(feature)
  }
  for (const { projectId, actions, ...survey } of await readSurveys(database, projectIds)) {
    projectOf(projectId).surveys.push({ ...survey, conditions: withActions(survey.conditions, actions) })
  }
  for (const { projectId, ...type } of await readGroupTypes(database, [...byProject.keys()])) {
    byProject.get(projectId)!.groupTypes.push(type)
  }
  for (const { projectId, ...cohort } of await readCohorts(database, [...namingCohorts])) {
    byProject.get(projectId)!.cohorts.push(cohort)
  }
  return [...byProject.values()]
}

const readFlags = ({ db }: Database, projectIds: number[] | undefined) =>
  db
    .select({
      projectId: featureFlags.projectId,
      id: featureFlags.id,
      key: featureFlags.key,
      name: featureFlags.name,
      filters: featureFlags.filters,
      active: featureFlags.active,
      version: featureFlags.version,
      ensureExperienceContinuity: featureFlags.ensureExperienceContinuity,
      bucketingIdentifier: featureFlags.bucketingIdentifier,
      evaluationRuntime: featureFlags.evaluationRuntime,
      evaluationContexts: featureFlags.evaluationContexts,
      isRemoteConfiguration: featureFlags.isRemoteConfiguration,
      hasExperiment: sql<boolean>`${experiments.id} is not null`,
    })
    .from(featureFlags)
    // of live ones a flag has one at most
    .leftJoin(
      experiments,
      and(eq(experiments.featureFlagId, featureFlags.id), eq(experiments.deleted, false)),
    )
    .where(and(eq(featureFlags.deleted, false), isIn(featureFlags.projectId, projectIds)))
    .orderBy(asc(featureFlags.projectId), asc(featureFlags.id))

const readEarlyAccessFeatures = ({ db }: Database, projectIds: number[] | undefined) =>
  db
    .select({
      projectId: earlyAccessFeatures.projectId,
      id: earlyAccessFeatures.id,
      name: earlyAccessFeatures.name,
      description: earlyAccessFeatures.description,
      stage: earlyAccessFeatures.stage,
      documentationUrl: earlyAccessFeatures.documentationUrl,
      payload: earlyAccessFeatures.payload,
      flagKey: featureFlags.key,
    })
    .from(earlyAccessFeatures)
    .innerJoin(featureFlags, eq(featureFlags.id, earlyAccessFeatures.featureFlagId))
    .where(isIn(earlyAccessFeatures.projectId, projectIds))
    .orderBy(asc(earlyAccessFeatures.createdAt), asc(earlyAccessFeatures.id))

const readSurveys = ({ db }: Database, projectIds: number[] | undefined) =>
  db
    .select({
      projectId: surveys.projectId,
      id: surveys.id,
      name: surveys.name,
      type: surveys.type,
      linked_flag_key: keyOf(surveys.linkedFlagId),
      targeting_flag_key: keyOf(surveys.targetingFlagId),
      internal_targeting_flag_key: keyOf(surveys.internalTargetingFlagId),
      questions: surveys.questions,
      conditions: surveys.conditions,
      appearance: surveys.appearance,
      start_date: surveys.startDate,
      end_date: surveys.endDate,
      current_iteration: surveys.currentIteration,
      current_iteration_start_date: surveys.currentIterationStartDate,
      schedule: surveys.schedule,
      enable_partial_responses: surveys.enablePartialResponses,
      actions: actionsOfSurvey,
    })
    .from(surveys)
    .where(and(eq(surveys.archived, false), isIn(surveys.projectId, projectIds)))
    .orderBy(asc(surveys.createdAt), asc(surveys.id))

/** Also of a deleted flag, which nobody has: without it everybody would see the survey. */
const keyOf = (flagId: Column) =>
  sql<string | null>`(select f.key from ${featureFlags} f where f.id = ${flagId})`

/** Whatever it is, where nothing is said. */
const isIn = (column: Column, ids: number[] | undefined) =>
  ids && sql`${column} = any(${sql.param(ids)}::int[])`

const readGroupTypes = async ({ db }: Database, projectIds: number[]) =>
  projectIds.length
    ? db
        .select({
          projectId: groupTypes.projectId,
          groupType: groupTypes.groupType,
          groupTypeIndex: groupTypes.groupTypeIndex,
        })
        .from(groupTypes)
        .where(inArray(groupTypes.projectId, projectIds))
        .orderBy(asc(groupTypes.groupTypeIndex))
    : []

const readCohorts = async ({ db }: Database, projectIds: number[]) =>
  projectIds.length
    ? db
        .select({
          projectId: cohorts.projectId,
          id: cohorts.id,
          isStatic: cohorts.isStatic,
          isCopied: cohorts.isCopied,
          filters: cohorts.filters,
          groups: cohorts.groups,
        })
        .from(cohorts)
        .where(and(inArray(cohorts.projectId, projectIds), eq(cohorts.deleted, false)))
        .orderBy(asc(cohorts.id))
    : []

import { and, asc, type Column, eq, inArray, sql } from 'drizzle-orm'
import type { Database } from '../database/database.ts'
import { cohorts, earlyAccessFeatures, experiments, featureFlags, groupTypes } from '../database/schema.ts'
import type { ProjectDefinitions } from '../model/flags.ts'

/**
 * The flags of projects with the cohorts and group types that they may name, and with what has flags; projects without
 * flags are not in it.
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
  for (const { projectId, ...flag } of flags) {
    let project = byProject.get(projectId)
    if (!project) {
      project = { projectId, flags: [], earlyAccessFeatures: [], cohorts: [], groupTypes: [] }
      byProject.set(projectId, project)
    }
    project.flags.push(flag)
    if (JSON.stringify(flag.filters).includes('"cohort"')) namingCohorts.add(projectId)
  }
  // Each has a flag that is not deleted.
  for (const { projectId, ...feature } of await readEarlyAccessFeatures(database, projectIds)) {
    byProject.get(projectId)?.earlyAccessFeatures.push(feature)
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

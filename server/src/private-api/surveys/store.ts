import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { aliasedTable, and, desc, eq, gt, inArray, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import { publicUser } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import type { Change } from '../../activity/changes.ts'
import { telling } from '../../activity/tell.ts'
import type { Database, Queries } from '../../database/database.ts'
import { violatedUnique } from '../../database/errors.ts'
import { actions, featureFlags, projects, surveys, users } from '../../database/schema.ts'
import { actionsOfSurvey } from '../../directory/survey-actions.ts'
import { readFilters } from '../../flags/flag-filters.ts'
import type { FlagWrite, FlagWrites, StoredFlag } from '../../flags/flag-writes.ts'
import { containing } from '../../kit/containing.ts'
import { createUuid7 } from '../../kit/uuid7.ts'
import { invalid, notFound } from '../../model/errors.ts'
import type { GivenQuestion } from './contract.ts'
import { presentSurvey, type StoredSurvey, type SurveyRow } from './present.ts'
import {
  actionsIn,
  checkedQuestions,
  checkHtml,
  checkTargeting,
  isRunning,
  iterationAt,
  unaskedFilters,
} from './rules.ts'

export type SurveyChanges = Partial<
  Pick<
    StoredSurvey,
    | 'name'
    | 'description'
    | 'type'
    | 'schedule'
    | 'linkedFlagId'
    | 'targetingFlagId'
    | 'conditions'
    | 'appearance'
    | 'startDate'
    | 'endDate'
    | 'archived'
    | 'responsesLimit'
    | 'iterationCount'
    | 'iterationFrequencyDays'
    | 'enablePartialResponses'
  >
> & {
  questions?: GivenQuestion[] | null
  /** Who is asked; null changes nothing. */
  targetingFilters?: Record<string, unknown> | null
  removesTargeting?: boolean
}
export type NewSurvey = SurveyChanges & { name: string; type: string }

type Project = { id: number; organizationId: string }

type Deps = {
  database: Database
  activity: Pick<ActivityLog, 'record'>
  flags: Pick<FlagWrites, 'byId' | 'creating' | 'updating' | 'changing'>
  now(): Date
}

/** What its flags become, and the writes that make them so. */
type FlagsPlan = {
  targeting: FlagWrite | null
  internal: FlagWrite | null
  /** The targeting flag is not the survey's any more. */
  isUntargeted: boolean
  /** What the activity log tells of them besides. */
  changes: Change[]
}

const mostSurveys = 1000

type SurveyStatus = 'draft' | 'running' | 'stopped'
const inStatus: Record<SurveyStatus, SQL | undefined> = {
  draft: and(isNull(surveys.startDate), isNull(surveys.endDate)),
  running: and(isNotNull(surveys.startDate), isNull(surveys.endDate)),
  stopped: isNotNull(surveys.endDate),
}
/** Of all projects together. */
const mostWatched = 10_000
const newId = createUuid7()

/** Surveys of projects, in the database. Those that run have flags that are on, and change them in the same transaction. */
export function createSurveyStore({ database, activity, flags, now }: Deps) {
  const { db } = database
  const [linked, targeting, internal] = ['linked', 'targeting', 'internal'].map((name) =>
    aliasedTable(featureFlags, name),
  ) as [typeof featureFlags, typeof featureFlags, typeof featureFlags]

  const withFlags = (queries: Queries = db) =>
    queries
      .select({
        survey: surveys,
        linked,
        targeting,
        internal,
        actions: actionsOfSurvey,
        creator: publicUser(users),
      })
      .from(surveys)
      .leftJoin(linked, eq(linked.id, surveys.linkedFlagId))
      .leftJoin(targeting, eq(targeting.id, surveys.targetingFlagId))
      .leftJoin(internal, eq(internal.id, surveys.internalTargetingFlagId))
      .leftJoin(users, eq(users.id, surveys.createdBy))
      .$dynamic()

  /** @throws HedgerowError not found. */
  async function get(projectId: number, id: string, queries: Queries = db): Promise<SurveyRow> {
    const [found] = await withFlags(queries).where(is(projectId, id))
    if (!found) throw notFound()
    return found
  }

  /** What its own flags became is told as theirs. */
  const tell = telling(activity, 'Survey', (row: SurveyRow) => row.survey, presentSurvey, [
    'linked_flag',
    'targeting_flag',
    'internal_targeting_flag',
    'feature_flag_keys',
    'iteration_start_dates',
  ])

  /** @throws HedgerowError `unique` for a name that another survey of the project has. */
  async function changing<T>(projectIds: number[], work: (tx: Queries) => Promise<T>): Promise<T> {
    try {
      return await flags.changing(projectIds, work)
    } catch (error) {
      if (violatedUnique(error) !== 'surveys_name') throw error
      throw invalid('There is already a survey with this name.', { code: 'unique' })
    }
  }

  /**
   * What is stored of what was given.
   * @param before what it is so far, where it is there
   * @throws HedgerowError `invalid` for what SDKs can't show, and for flags and actions that are not there
   */
  async function checked(projectId: number, changes: SurveyChanges, before?: SurveyRow) {
    const { questions, targetingFilters, removesTargeting: _, ...rest } = changes
    const { conditions, appearance } = changes
    // What was given before is not looked at again: a flag may be gone since, and the survey must still end.
    const linked =
      typeof rest.linkedFlagId === 'number'
        ? await flagOf(projectId, rest.linkedFlagId, 'Feature Flag')
        : null
    if (conditions !== undefined || rest.linkedFlagId !== undefined) {
      const variant = (conditions === undefined ? before?.survey.conditions : conditions)?.linkedFlagVariant
      const flag = rest.linkedFlagId === undefined ? (before?.linked ?? null) : linked
      if (typeof variant === 'string' && variant) checkVariant(variant, flag)
    }
    if (typeof rest.targetingFlagId === 'number')
      await flagOf(projectId, rest.targetingFlagId, 'Targeting Feature Flag')
    if (targetingFilters) checkTargeting(targetingFilters)
    checkHtml(appearance, 'appearance')
    const actionIds = conditions === undefined ? undefined : actionsIn(conditions)
    if (actionIds?.length) await checkActions(projectId, actionIds)
    return { ...rest, actionIds, questions: questions && checkedQuestions(questions) }
  }

  async function flagOf(projectId: number, id: number, what: string): Promise<StoredFlag> {
    const found = await flags.byId(projectId, id)
    if (!found) throw invalid(`${what} with this ID does not exist`)
    return found.flag
  }

  async function checkActions(projectId: number, ids: number[]): Promise<void> {
    const known = await db
      .select({ id: actions.id })
      .from(actions)
      .where(and(eq(actions.projectId, projectId), inArray(actions.id, ids)))
    const missing = ids.find((id) => !known.some((action) => action.id === id))
    if (missing !== undefined) {
      throw invalid(`There is no action with ID ${missing}.`, { attr: 'conditions' })
    }
  }

  /**
   * Plans what a survey's flags become: on while it runs, the internal one for those who have not answered this time.
   * @throws HedgerowError `invalid` for targeting that no flag can have
   */
  async function planFlags(
    project: Project,
    userId: number | null,
    next: Pick<StoredSurvey, 'id' | 'name' | 'startDate' | 'endDate' | 'currentIteration'>,
    { targetingFilters, removesTargeting, targetingFlagId }: SurveyChanges,
    before?: SurveyRow,
  ): Promise<FlagsPlan> {
    const active = isRunning(next)
    const plan: FlagsPlan = { targeting: null, internal: null, isUntargeted: false, changes: [] }
    const make = (suffix: string, filters: Record<string, unknown>) =>
      flags.creating(project, userId, {
        key: `survey-targeting-${randomBytes(5).toString('hex')}${suffix}`,
        name: `Targeting flag for survey ${next.name}`,
        filters,
        active,
      })
    const update = async (flag: StoredFlag, filters: Record<string, unknown>) => {
      const changes = {
        ...(flag.active !== active && { active }),
        ...(!isDeepStrictEqual(flag.filters, filters) && { filters }),
      }
      return Object.keys(changes).length ? flags.updating(project, flag.id, userId, changes, ownAffair) : null
    }

    const own = ownFlag(before?.targeting)
    const isReplaced = Boolean(targetingFlagId) && targetingFlagId !== own?.id
    const note = (change: Pick<Change, 'action' | 'field' | 'before' | 'after'>) =>
      plan.changes.push({ type: 'Survey', ...change })
    if ((removesTargeting || targetingFlagId === null) && before?.targeting) {
      plan.isUntargeted = true
      note({ action: 'deleted', field: 'targeting_flag', before: before.targeting.key, after: null })
    }
    const kept = plan.isUntargeted || isReplaced ? null : own
    if (own && !kept) {
      plan.targeting = await flags.updating(project, own.id, userId, { deleted: true }, ownAffair)
    }
    if (targetingFilters && !isReplaced) {
      plan.targeting = kept
        ? await update(kept, { ...kept.filters, ...targetingFilters })
        : inOrder(plan.targeting, await make('', targetingFilters))
      note({
        action: kept ? 'changed' : 'created',
        field: 'targeting_flag_filters',
        before: kept?.filters ?? null,
        after: targetingFilters,
      })
    } else if (kept) plan.targeting = await update(kept, kept.filters)

    const unasked = unaskedFilters(next.id, next.currentIteration)
    const asked = ownFlag(before?.internal)
    plan.internal = asked ? await update(asked, unasked) : await make('-custom', unasked)
    return plan
  }

  /** Checks a survey that is to be made; what is answered makes it, in a transaction of `changing`. */
  async function creating(project: Project, userId: number, given: NewSurvey, more: Change[] = []) {
    const stored = await checked(project.id, given)
    const count = await db.$count(surveys, eq(surveys.projectId, project.id))
    if (count >= mostSurveys) throw invalid(`A project may have ${mostSurveys} surveys.`)
    const id = newId()
    const iteration = iterationAt({ ...unscheduled, ...defined(given) }, now())
    const next = { id, name: given.name, startDate: given.startDate ?? null, endDate: given.endDate ?? null }
    const plan = await planFlags(project, userId, { ...next, ...iteration }, given)
    return async (tx: Queries): Promise<SurveyRow> => {
      const targetingFlagId = (await plan.targeting?.(tx))?.flag.id ?? stored.targetingFlagId
      const internalTargetingFlagId = (await plan.internal?.(tx))?.flag.id
      await tx.insert(surveys).values({
        ...stored,
        ...iteration,
        ...{ name: given.name, type: given.type },
        ...{ id, projectId: project.id, createdBy: userId, targetingFlagId, internalTargetingFlagId },
      })
      const made = await get(project.id, id, tx)
      await tell(tx, project, userId, { after: made, activity: 'created', more })
      return made
    }
  }

  /** @param userId null where nobody does it: the system does. @throws HedgerowError not found, or as `create`. */
  async function update(project: Project, id: string, userId: number | null, changes: SurveyChanges) {
    const before = await get(project.id, id)
    const stored = await checked(project.id, changes, before)
    const next = { ...before.survey, ...defined(stored) }
    const { currentIteration: current } = before.survey
    if (current && next.iterationCount && current > next.iterationCount) {
      throw invalid(
        `Cannot change survey recurrence to ${next.iterationCount}, should be at least ${current}`,
      )
    }
    const iteration = iterationAt(next, now())
    const plan = await planFlags(project, userId, { ...next, ...iteration }, changes, before)
    return changing([project.id], async (tx) => {
      const targetingFlag = (await plan.targeting?.(tx))?.flag
      const internalFlag = (await plan.internal?.(tx))?.flag
      await tx.select({ id: surveys.id }).from(surveys).where(is(project.id, id)).for('update')
      const present = await get(project.id, id, tx)
      await tx
        .update(surveys)
        .set({
          ...stored,
          ...iteration,
          ...(plan.isUntargeted && { targetingFlagId: null }),
          ...(targetingFlag && !targetingFlag.deleted && { targetingFlagId: targetingFlag.id }),
          ...(internalFlag && { internalTargetingFlagId: internalFlag.id }),
          updatedAt: sql`now()`,
        })
        .where(is(project.id, id))
      const after = await get(project.id, id, tx)
      await tell(tx, project, userId, { before: present, after, activity: 'updated', more: plan.changes })
      return after
    })
  }

  return {
    get,
    update,

    async list(
      projectId: number,
      asked: {
        search?: string
        archived?: 'true' | 'false'
        status?: SurveyStatus
        limit: number
        offset: number
      },
    ) {
      const pattern = containing((asked.search ?? '').trim())
      const where = and(
        eq(surveys.projectId, projectId),
        asked.search?.trim()
          ? sql`(${surveys.name} ilike ${pattern} or ${surveys.description} ilike ${pattern})`
          : undefined,
        asked.archived && eq(surveys.archived, asked.archived === 'true'),
        asked.status && inStatus[asked.status],
      )
      const results = await withFlags()
        .where(where)
        .orderBy(desc(surveys.createdAt), desc(surveys.id))
        .limit(asked.limit)
        .offset(asked.offset)
      return { count: await db.$count(surveys, where), results }
    },

    /** What results need of all surveys of a project. */
    all: (projectId: number) =>
      db
        .select({ id: surveys.id, startDate: surveys.startDate, archived: surveys.archived })
        .from(surveys)
        .where(eq(surveys.projectId, projectId)),

    /** @throws HedgerowError `invalid` for what can't be shown, `unique` for a name in use. */
    async create(project: Project, userId: number, given: NewSurvey): Promise<SurveyRow> {
      return changing([project.id], await creating(project, userId, given))
    },

    /** A draft of it in each of these projects, or in none. @throws HedgerowError as `create`. */
    async copy({ survey }: SurveyRow, targets: Project[], userId: number): Promise<SurveyRow[]> {
      const { actions: _, events: __, linkedFlagVariant: ___, ...conditions } = survey.conditions ?? {}
      const at = now().toISOString().slice(0, 19).replace('T', ' ')
      const draft: NewSurvey = {
        name: `${survey.name.slice(0, 360)} (duplicated at ${at})`,
        description: survey.description,
        type: survey.type,
        schedule: survey.schedule,
        questions: survey.questions?.map(({ id: _, ...question }) => question as GivenQuestion) ?? null,
        conditions: survey.conditions && conditions,
        appearance: survey.appearance,
        responsesLimit: survey.responsesLimit,
        iterationCount: survey.iterationCount,
        iterationFrequencyDays: survey.iterationFrequencyDays,
        enablePartialResponses: survey.enablePartialResponses,
      }
      const source: Change = {
        ...{ type: 'Survey', action: 'created', field: 'source_survey_id' },
        ...{ before: null, after: survey.id },
      }
      const writes: Awaited<ReturnType<typeof creating>>[] = []
      for (const target of targets) writes.push(await creating(target, userId, draft, [source]))
      const ids = targets.map(({ id }) => id)
      return changing(ids, async (tx) => {
        const made = []
        for (const write of writes) made.push(await write(tx))
        return made
      })
    },

    /** With its own flags. @throws HedgerowError not found; `invalid` where other flags depend on these. */
    async delete(project: Project, id: string, userId: number): Promise<void> {
      const row = await get(project.id, id)
      const own = [row.targeting, row.internal].flatMap((flag) => ownFlag(flag) ?? [])
      const writes: FlagWrite[] = []
      for (const flag of own) {
        writes.push(await flags.updating(project, flag.id, userId, { deleted: true }, ownAffair))
      }
      await changing([project.id], async (tx) => {
        for (const write of writes) await write(tx)
        await tx.delete(surveys).where(is(project.id, id))
        await tell(tx, project, userId, { after: row, activity: 'deleted' })
      })
    },

    /** Those that run and may have to be ended, or asked again, with their projects. */
    watched: () =>
      db
        .select({
          survey: surveys,
          project: { id: projects.id, organizationId: projects.organizationId },
        })
        .from(surveys)
        .innerJoin(projects, eq(projects.id, surveys.projectId))
        .where(
          and(
            isNotNull(surveys.startDate),
            isNull(surveys.endDate),
            eq(surveys.archived, false),
            or(gt(surveys.responsesLimit, 0), gt(surveys.iterationCount, 0)),
          ),
        )
        .orderBy(surveys.id)
        .limit(mostWatched),
  }
}

export type SurveyStore = ReturnType<typeof createSurveyStore>

const is = (projectId: number, id: string) => and(eq(surveys.projectId, projectId), eq(surveys.id, id))

const unscheduled = { startDate: null, endDate: null, iterationCount: null, iterationFrequencyDays: null }

/** Who may change a survey may change its own flags. */
const ownAffair = { isOwners: true }

/** One that was made for a survey; others are not the survey's to change. */
const ownFlag = (flag: StoredFlag | null | undefined) =>
  flag?.key.startsWith('survey-targeting-') && !flag.deleted ? flag : null

/** Both, one after the other; the second is the one that counts. */
const inOrder =
  (first: FlagWrite | null, second: FlagWrite): FlagWrite =>
  async (tx) => {
    await first?.(tx)
    return second(tx)
  }

/** @throws HedgerowError `invalid` for a variant that the linked flag does not have */
function checkVariant(variant: string, flag: StoredFlag | null): void {
  if (!flag) throw invalid('linkedFlagVariant can only be used when a linked_flag_id is specified')
  if (variant === 'any') return
  const keys = readFilters(flag.filters).variants.map(({ key }) => key)
  if (keys.includes(variant)) return
  throw invalid(
    keys.length
      ? `Feature flag variant '${variant}' does not exist. Available variants: ${keys.join(', ')}`
      : `Feature flag variant '${variant}' specified but the linked feature flag has no variants`,
  )
}

const defined = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>

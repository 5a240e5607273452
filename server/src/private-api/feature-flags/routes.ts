import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { upgraded } from '../../flags/flag-filters.ts'
import { activityPage } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { tidyTags } from '../../kit/tags.ts'
import { invalid } from '../../model/errors.ts'
import {
  createFlag,
  deleteFlag,
  deleteFlags,
  dependentFlags,
  flagActivity,
  flagKeys,
  flagsActivity,
  type GivenFlag,
  listFlags,
  matchingIds,
  replaceFlag,
  retrieveFlag,
  updateFlag,
} from './contract.ts'
import { presentFlag, presenting } from './present.ts'
import type { FlagRow } from './search.ts'
import { type Expected, type FlagChanges, type FlagProject, type FlagStore, isConflicting } from './store.ts'

export const featureFlagRoutes =
  ({ flags, activity }: { flags: FlagStore; activity: Pick<ActivityLog, 'list'> }) =>
  async (app: FastifyInstance) => {
    /** A flag as the user sees it. */
    const shown = async (project: FlagProject, user: { id: number }, row: FlagRow) =>
      presenting(await flags.rightsOf(project, user.id))(row)

    route(app, listFlags, async ({ project, user, query, url }) => {
      const { count, results } = await flags.list(project.id, query)
      const present = presenting(await flags.rightsOf(project, user.id))
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createFlag, async ({ project, user, body }) => {
      const made = await flags.create(project, user.id, { ...changesOf(body), key: body.key })
      return shown(project, user, made)
    })

    route(app, retrieveFlag, async ({ project, user, params }) =>
      shown(project, user, await flags.get(project.id, params.id)),
    )

    route(app, updateFlag, async ({ project, user, params, body }) => {
      const { filters, ...rest } = body
      // PostHog's clients rely on it: only filters with groups are new ones
      const kept = filters !== undefined && !('groups' in filters)
      const changes = changesOf(kept ? rest : body)
      const changed = await flags.update(project, params.id, user.id, changes, expectedBy(body))
      return shown(project, user, changed)
    })

    route(app, replaceFlag, async ({ project, user, params, body }) => {
      const changed = await flags.update(project, params.id, user.id, changesOf(body), expectedBy(body))
      return shown(project, user, changed)
    })

    route(app, deleteFlag, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())

    route(app, flagsActivity, (asked) => activityPage(activity, asked, { scope: 'FeatureFlag' }))

    route(app, flagActivity, async (asked) => {
      const { id } = asked.params
      // PostHog answers an empty text here, not its usual error
      if (!(await flags.has(asked.project.id, id))) {
        return asked.reply.code(404).type('application/json; charset=utf-8').serializer(String).send('""')
      }
      return activityPage(activity, asked, { scope: 'FeatureFlag', itemId: id })
    })

    route(app, dependentFlags, async ({ project, params }) => {
      const { flag } = await flags.get(project.id, params.id)
      const found = await flags.dependents(project.id, flag.id)
      return found.map(({ id, key, name }) => ({ id, key, name: name || key }))
    })

    route(app, flagKeys, async ({ project, body }) => {
      const found = await flags.liveFlags(project.id, body.ids)
      return { keys: Object.fromEntries(found.map(({ id, key }) => [id, key])) }
    })

    route(app, matchingIds, async ({ project, query }) => {
      const ids = await flags.ids(project.id, query)
      return { ids, total: ids.length }
    })

    route(app, deleteFlags, async ({ project, user, body }) =>
      flags.deleteAll(project, user.id, [...new Set(body.ids)]),
    )
  }

/** @throws HedgerowError `invalid` for what this server can't keep. */
function changesOf(body: GivenFlag): FlagChanges {
  if (body.has_encrypted_payloads) {
    throw invalid('Encrypted payloads are not supported.', { attr: 'has_encrypted_payloads' })
  }
  const contexts = body.evaluation_contexts ?? body.evaluation_tags
  return {
    key: body.key,
    name: body.name,
    filters: body.filters,
    active: body.active,
    deleted: body.deleted,
    ensureExperienceContinuity:
      body.ensure_experience_continuity === null ? false : body.ensure_experience_continuity,
    bucketingIdentifier: body.bucketing_identifier,
    evaluationRuntime: body.evaluation_runtime === null ? 'all' : body.evaluation_runtime,
    evaluationContexts: contexts && tidyTags(contexts),
    isRemoteConfiguration: body.is_remote_configuration === null ? false : body.is_remote_configuration,
    rollbackConditions: body.rollback_conditions,
    performedRollback: body.performed_rollback,
    tags: body.tags,
  }
}

/** What the editor had in front of them, where the body says. */
function expectedBy(body: {
  version?: number
  original_flag?: Record<string, unknown> | null
  filters?: Record<string, unknown>
}): Expected {
  const { version, original_flag: original, ...wanted } = body
  if (!original || !Object.keys(original).length) return { version }
  const shown = wanted.filters ? { ...wanted, filters: upgraded(wanted.filters) } : wanted
  return { version, isConflict: (now) => isConflicting(shown, original, presentFlag(now.flag, now.tags)) }
}

import type { FastifyInstance } from 'fastify'
import type { PublicUser } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import {
  deleteEventDefinition,
  listEventDefinitions,
  replaceEventDefinition,
  retrieveEventDefinition,
  updateEventDefinition,
} from './contract.ts'
import type { EventDefinitionRow, EventDefinitionStore } from './store.ts'

const kinds = { event: 'all', all: 'all', event_posthog: 'posthog', event_custom: 'custom' } as const

type Deps = {
  eventDefinitions: EventDefinitionStore
  activity: Pick<ActivityLog, 'record'>
  now: () => Date
}

export const eventDefinitionRoutes =
  ({ eventDefinitions, activity, now }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listEventDefinitions, async ({ project, query, url }) => {
      // Actions are listed by their own resource alone.
      if (query.event_type === 'action_event') return counted(url, query, { count: 0, results: [] })
      const found = await eventDefinitions.list(project.id, { ...query, kind: kinds[query.event_type] })
      return counted(url, query, { count: found.count, results: found.results.map(present) })
    })

    route(app, retrieveEventDefinition, async ({ project, params }) =>
      present(await eventDefinitions.get(project.id, params.id)),
    )

    for (const update of [updateEventDefinition, replaceEventDefinition]) {
      route(app, update, async ({ project, user, params, body }) => {
        const { owner, tags, verified, description, hidden } = body
        const before = await eventDefinitions.get(project.id, params.id)
        const at = now()
        const changes = {
          description,
          hidden,
          ownerId: owner,
          tags,
          ...verification(verified, before.definition.verified, user.id, at),
        }
        const by = { userId: user.id, now: at }
        const after = await eventDefinitions.update(project, params.id, changes, by)
        await activity.record({
          ...doneBy(project, user),
          ...known(after.definition),
          activity: 'updated',
          changes: changesBetween('EventDefinition', present(before), present(after), {
            omit: ['verified_at', 'verified_by'],
          }),
        })
        return present(after)
      })
    }

    route(app, deleteEventDefinition, async ({ project, user, params }) => {
      const gone = await eventDefinitions.remove(project.id, params.id)
      await activity.record({ ...doneBy(project, user), ...known(gone), activity: 'deleted' })
    })
  }

/** Who verified stays when it is said again. */
function verification(wanted: boolean | undefined, verified: boolean, userId: number, at: Date) {
  if (wanted === undefined || wanted === verified) return {}
  return wanted
    ? { verified: true, verifiedAt: at.toISOString(), verifiedBy: userId }
    : { verified: false, verifiedAt: null, verifiedBy: null }
}

const basicOrNull = (user: PublicUser | null) => user && userBasic(user)

const known = (definition: EventDefinitionRow['definition']) => ({
  scope: 'EventDefinition' as const,
  itemId: definition.id,
  name: definition.name,
})

const present = ({ definition, owner, verifier, updater, tags }: EventDefinitionRow) => ({
  id: definition.id,
  name: definition.name,
  owner: basicOrNull(owner),
  description: definition.description,
  tags,
  volume_30_day: null,
  query_usage_30_day: null,
  created_at: definition.createdAt,
  updated_at: definition.updatedAt,
  updated_by: basicOrNull(updater),
  last_seen_at: definition.lastSeenAt,
  last_updated_at: definition.updatedAt,
  verified: definition.verified,
  verified_at: definition.verifiedAt,
  verified_by: basicOrNull(verifier),
  hidden: definition.hidden,
  is_action: false as const,
  action_id: null,
  is_calculating: false as const,
  last_calculated_at: null,
  created_by: null,
  post_to_slack: false as const,
})

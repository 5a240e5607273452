import type { FastifyInstance } from 'fastify'
import type { PersonalApiKey, PersonalApiKeyStore } from '../../accounts/personal-api-keys.ts'
import type { User } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import type { Directory } from '../../directory/directory.ts'
import { route } from '../../http/operation.ts'
import { notFound } from '../../model/errors.ts'
import { createKey, deleteKey, listKeys, retrieveCurrentKey, retrieveKey, rollKey } from './contract.ts'

type Deps = {
  keys: PersonalApiKeyStore
  activity: Pick<ActivityLog, 'record'>
  directory: Pick<Directory, 'changed'>
}

export const personalApiKeyRoutes =
  ({ keys, activity, directory }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listKeys, async ({ user }) => {
      const mine = await keys.list(user.id)
      return mine.map((key) => present(key))
    })

    route(app, retrieveKey, async ({ user, params }) => present(await keys.get(user.id, params.id)))

    route(app, retrieveCurrentKey, async ({ caller }) => {
      if (caller.by !== 'personal_key') throw notFound()
      return present(caller.key)
    })

    route(app, createKey, async ({ user, body }) => {
      const { key, value } = await keys.create(user.id, {
        label: body.label,
        scopes: body.scopes,
        scopedTeams: body.scoped_teams,
        scopedOrganizations: body.scoped_organizations,
      })
      await directory.changed()
      await record(user, key, 'created')
      return present(key, value)
    })

    route(app, rollKey, async ({ user, params }) => {
      const { key, value } = await keys.roll(user.id, params.id)
      await directory.changed()
      await record(user, key, 'rolled')
      return present(key, value)
    })

    route(app, deleteKey, async ({ user, params }) => {
      const key = await keys.get(user.id, params.id)
      await keys.remove(user.id, params.id)
      await directory.changed()
      await record(user, key, 'deleted')
    })

    /** The organization that the user works in is told; a key itself belongs to none. */
    async function record(
      user: User,
      key: PersonalApiKey,
      word: 'created' | 'deleted' | 'rolled',
    ): Promise<void> {
      if (user.currentOrganizationId === null) return
      await activity.record({
        organizationId: user.currentOrganizationId,
        projectId: null,
        userId: user.id,
        scope: 'PersonalAPIKey',
        itemId: key.id,
        name: key.label,
        activity: word,
      })
    }
  }

const present = (key: PersonalApiKey, value: string | null = null) => ({
  id: key.id,
  label: key.label,
  created_at: key.createdAt,
  last_used_at: key.lastUsedAt,
  user_id: key.userId,
  value,
  mask_value: key.maskValue,
  scopes: key.scopes?.length ? key.scopes : ['*'],
  scoped_teams: key.scopedTeams,
  scoped_organizations: key.scopedOrganizations,
})

import type { FastifyInstance } from 'fastify'
import type { PersonalApiKey, PersonalApiKeyStore } from '../../accounts/personal-api-keys.ts'
import type { Directory } from '../../directory/directory.ts'
import { route } from '../../http/operation.ts'
import { notFound } from '../../model/errors.ts'
import { createKey, deleteKey, listKeys, retrieveKey } from './contract.ts'

export const personalApiKeyRoutes =
  ({ keys, directory }: { keys: PersonalApiKeyStore; directory: Pick<Directory, 'changed'> }) =>
  async (app: FastifyInstance) => {
    route(app, listKeys, async ({ user }) => {
      const mine = await keys.list(user.id)
      return mine.map((key) => present(key))
    })

    route(app, retrieveKey, async ({ user, caller, params }) => {
      if (params.id !== '@current') return present(await keys.get(user.id, params.id))
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
      return present(key, value)
    })

    route(app, deleteKey, async ({ user, params }) => {
      await keys.remove(user.id, params.id)
      await directory.changed()
    })
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

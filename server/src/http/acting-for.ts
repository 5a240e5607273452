import type { PersonalApiKeyStore } from '../accounts/personal-api-keys.ts'
import type { UserStore } from '../accounts/users.ts'
import { HedgerowError, invalid } from '../model/errors.ts'
import type { Caller } from './authenticate.ts'

/**
 * Somebody on whose behalf something is done later, with the rights that they have then.
 * @param keyId the personal API key that they asked with, which may have fewer; null for none
 * @throws HedgerowError `invalid` where the user was deactivated or the key is gone.
 */
export type ActingFor = (userId: number, keyId: string | null) => Promise<Caller>

type Deps = { users: Pick<UserStore, 'find'>; keys: Pick<PersonalApiKeyStore, 'get'> }

export const createActingFor =
  ({ users, keys }: Deps): ActingFor =>
  async (userId, keyId) => {
    const user = await users.find(userId)
    if (!user?.isActive) throw invalid('Who asked for it has no account any more.')
    if (keyId === null) return { by: 'task', user }
    const key = await keys.get(userId, keyId).catch((error: unknown) => {
      if (error instanceof HedgerowError && error.kind === 'not_found') return undefined
      throw error
    })
    if (!key) throw invalid('The personal API key with which it was asked for is gone.')
    return { by: 'personal_key', user, key }
  }

import type { PersonalApiKeyStore } from '../accounts/personal-api-keys.ts'
import type { ProjectStore, VisibleProject } from '../accounts/projects.ts'
import type { User } from '../accounts/users.ts'
import { hashKey } from '../kit/api-keys.ts'
import type { Memory } from '../kit/memory.ts'

/**
 * A script asks with the same key about the same project again and again, and the two look-ups would take longer than
 * a short question. They are remembered until the directory says that something has changed: at once in this process,
 * a moment later in others, and after so many milliseconds where the word got lost.
 */
export const rememberedMs = 10_000

/** What keys and their users are. */
export const rememberedKeys = (
  { authenticate, used }: PersonalApiKeyStore,
  remember: Memory,
): Pick<PersonalApiKeyStore, 'authenticate' | 'used'> => ({
  authenticate: (value) => remember(`key ${hashKey(value)}`, () => authenticate(value)),
  async used(key, now) {
    await used(key, now)
    // The key may be remembered as it was before.
    if (key.lastUsedAt === null || Date.parse(key.lastUsedAt) < now.getTime())
      key.lastUsedAt = now.toISOString()
  },
})

/** Which projects users may see. That they may not see one is asked for each time. */
export const rememberedProjects = (
  { find, findByToken, current, visit }: ProjectStore,
  remember: Memory,
): Pick<ProjectStore, 'find' | 'findByToken' | 'current' | 'visit'> => {
  type Found = VisibleProject | 'forbidden' | undefined
  const isSeen = (found: Found) => found !== undefined && found !== 'forbidden'
  return {
    find: (userId, projectId) =>
      remember(`project ${userId} ${projectId}`, () => find(userId, projectId), isSeen),
    findByToken: (userId, token) =>
      remember(`token ${userId} ${token}`, () => findByToken(userId, token), isSeen),
    current: (user: User) =>
      remember(`current ${user.id} ${user.currentProjectId} ${user.currentOrganizationId}`, () =>
        current(user),
      ),
    visit,
  }
}

import { levels } from '../accounts/levels.ts'
import type { MemberOrganization, OrganizationStore } from '../accounts/organizations.ts'
import { isUuid } from '../kit/uuid.ts'
import { forbidden, notFound } from '../model/errors.ts'
import type { Caller } from './authenticate.ts'
import { permitFactors, permitKeyInOrganization } from './project.ts'

/**
 * The organization of a path, by id or `@current`.
 * @throws HedgerowError 404 for one that the caller isn't in; 403 when the key is held to others, or two factors are asked for.
 */
export async function resolveOrganization(
  organizations: Pick<OrganizationStore, 'current' | 'find'>,
  caller: Caller,
  id: string,
): Promise<MemberOrganization> {
  const { user } = caller
  const found =
    id === '@current'
      ? await organizations.current(user)
      : isUuid(id)
        ? await organizations.find(user.id, id)
        : undefined
  if (!found) throw notFound()
  permitKeyInOrganization(caller, found.id)
  permitFactors(caller, found.enforce2fa)
  return found
}

/**
 * The same, for who changes roles and what members may do.
 * @throws HedgerowError besides, 403 in PostHog's words for who is no admin.
 */
export async function resolveForRoles(
  ...asked: Parameters<typeof resolveOrganization>
): Promise<MemberOrganization> {
  const found = await resolveOrganization(...asked)
  if (found.membershipLevel < levels.admin) throw forbidden('You need to have admin level or higher.')
  return found
}

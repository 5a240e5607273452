import type { MemberOrganization, OrganizationStore } from '../accounts/organizations.ts'
import { isUuid } from '../kit/uuid.ts'
import { notFound } from '../model/errors.ts'
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

import { sql } from 'drizzle-orm'
import type { Queries } from '../database/database.ts'
import {
  featureFlagRoleAccess,
  organizationMemberships,
  organizationResourceAccess,
  roleMemberships,
  roles,
} from '../database/schema.ts'
import { forbidden } from '../model/errors.ts'
import { levels } from './levels.ts'
import { accessLevels, type Resource } from './resource-access.ts'

type Flag = { id: number; createdBy: number | null }

/** Which feature flags of an organization's projects somebody may edit. */
export type FlagRights = { mayEdit(flag: Flag): boolean }

export const mayNotEdit = "You don't have edit permissions for this feature flag."

const flagsOf: Resource = 'feature flags'

/**
 * Everybody may edit every flag until the organization says 21 of "feature flags". Then these may: admins; a flag's
 * maker; members of a role that edits flags (37); and members of a role that the flag names. As PostHog does.
 */
export async function flagRightsOf(
  queries: Queries,
  organizationId: string,
  userId: number,
): Promise<FlagRights> {
  const [found] = await queries.execute<{ always: boolean; flags: number[] }>(sql`
    with mine as (
      select ${organizationMemberships.id} as id, ${organizationMemberships.level} as level
      from ${organizationMemberships}
      where ${organizationMemberships.organizationId} = ${organizationId}
        and ${organizationMemberships.userId} = ${userId}
    ), theirs as (
      select ${roles.id} as id, ${roles.featureFlagsAccessLevel} as level
      from ${roles} join ${roleMemberships} on ${roleMemberships.roleId} = ${roles.id}
      where ${roleMemberships.membershipId} in (select id from mine)
    )
    select not exists (
        select 1 from ${organizationResourceAccess}
        where ${organizationResourceAccess.organizationId} = ${organizationId}
          and ${organizationResourceAccess.resource} = ${flagsOf}
          and ${organizationResourceAccess.accessLevel} < ${accessLevels.edit}
      ) or exists (select 1 from mine where level >= ${levels.admin})
        or exists (select 1 from theirs where level >= ${accessLevels.edit}) as always,
      array(
        select ${featureFlagRoleAccess.featureFlagId} from ${featureFlagRoleAccess}
        where ${featureFlagRoleAccess.roleId} in (select id from theirs)
      ) as flags`)
  const { always, flags } = found!
  const named = new Set(flags)
  return { mayEdit: ({ id, createdBy }) => always || createdBy === userId || named.has(id) }
}

/** @throws HedgerowError 403, in PostHog's words, for a flag that they may not edit. */
export function permitEdit(rights: FlagRights, flag: Flag): void {
  if (!rights.mayEdit(flag)) throw forbidden(mayNotEdit)
}

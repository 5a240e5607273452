import { z } from 'zod'
import { accessLevels } from '../accounts/resource-access.ts'
import type { RoleMember, RoleRow } from '../accounts/roles.ts'
import { shown } from '../kit/scalars.ts'
import { Instant, UserBasic, userBasic } from './account-shapes.ts'

/** How roles look, by themselves and inside other things. */

const choices: number[] = Object.values(accessLevels)

export const AccessLevel = z
  .int()
  .refine((level) => choices.includes(level), {
    error: ({ input }) => `"${shown(input)}" is not a valid choice.`,
    params: { code: 'invalid_choice' },
  })
  .meta({ enum: choices, description: '21 see, 37 edit.' })

export const RoleMembership = z
  .object({
    id: z.uuid().describe('Of the membership: what takes the role away again.'),
    role_id: z.uuid().describe('The role that they have.'),
    user: UserBasic,
    joined_at: Instant.describe('When they got the role.'),
    updated_at: Instant.describe('When the membership last changed.'),
  })
  .meta({ id: 'RoleMembership', description: 'Somebody who has a role.' })

export const presentMember = ({ membership, user }: RoleMember): z.input<typeof RoleMembership> => ({
  id: membership.id,
  role_id: membership.roleId,
  user: userBasic(user),
  joined_at: membership.joinedAt,
  updated_at: membership.updatedAt,
})

export const Role = z
  .object({
    id: z.uuid().describe('What addresses name it by.'),
    name: z.string().describe('Unique in the organization, whatever the case.'),
    feature_flags_access_level: AccessLevel.describe(
      'What its members may do to feature flags: 21 see them, 37 edit them.',
    ),
    created_at: Instant.describe('When it was made.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    members: z.array(RoleMembership).describe('Everybody who has it.'),
    associated_flags: z
      .array(
        z.object({ id: z.int().describe("The flag's id."), key: z.string().describe("The flag's key.") }),
      )
      .describe('Flags that its members may edit whatever its level, of the projects that you can see.'),
  })
  .meta({ id: 'Role', description: "A named group of an organization's members." })

/** @param usable the projects that the viewer may use: flags of others are not shown */
export const presentingRoles = (usable: { id: number }[]): ((row: RoleRow) => z.input<typeof Role>) => {
  const ids = new Set(usable.map(({ id }) => id))
  return ({ role, creator, members, flags }) => ({
    id: role.id,
    name: role.name,
    feature_flags_access_level: role.featureFlagsAccessLevel,
    created_at: role.createdAt,
    created_by: creator && userBasic(creator),
    members: members.map(presentMember),
    associated_flags: flags.filter(({ projectId }) => ids.has(projectId)).map(({ id, key }) => ({ id, key })),
  })
}

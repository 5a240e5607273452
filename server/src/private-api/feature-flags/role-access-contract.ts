import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { Role } from '../../http/role-shapes.ts'
import { FeatureFlag } from './contract.ts'

const FeatureFlagRoleAccess = z
  .object({
    id: z.int().describe('What takes the right away again.'),
    feature_flag: FeatureFlag.describe('The flag.'),
    role: Role.describe('The role.'),
    added_at: Instant.describe('When the right was given.'),
    updated_at: Instant.describe('When it last changed.'),
  })
  .meta({
    id: 'FeatureFlagRoleAccess',
    description:
      'That the members of a role may edit a feature flag, whatever their role may do to flags else.',
  })

const path = '/api/projects/:project_id/feature_flags/:feature_flag_id/role_access/'
const common = { access: 'project', tags: ['feature_flags'] } as const
const read = { ...common, scope: 'feature_flag:read' } as const
const write = { ...common, scope: 'feature_flag:write' } as const
const id = z.coerce.number().int().positive().max(2_147_483_647)
const ofFlag = { feature_flag_id: id.describe('Id of the flag.') }
const one = {
  path: `${path}:id/`,
  params: z.object({ ...ofFlag, id: id.describe('Id of the right, from the list.') }),
} as const

export const listRoleAccess = operation({
  ...read,
  id: 'feature_flags_role_access_list',
  method: 'GET',
  path,
  summary: 'List the roles whose members may edit a flag',
  description:
    'Besides those that may anyway: everybody, until the organization says 21 of `feature flags` (`resource_access/`); then ' +
    'admins, who made the flag, and members of roles that edit all flags.',
  params: z.object(ofFlag),
  query: z.object(pageQuery),
  answer: pageOf(FeatureFlagRoleAccess).meta({ id: 'PaginatedFeatureFlagRoleAccessList' }),
  errors: [404],
})

export const createRoleAccess = operation({
  ...write,
  id: 'feature_flags_role_access_create',
  method: 'POST',
  path,
  summary: 'Let the members of a role edit a flag',
  description: 'For who may edit it themselves.',
  params: z.object(ofFlag),
  body: z
    .object({ role_id: z.guid().describe('Id of a role of the organization.') })
    .meta({ id: 'NewFeatureFlagRoleAccess' }),
  status: 201,
  answer: FeatureFlagRoleAccess,
  errors: [400, 403, 404],
})

export const retrieveRoleAccess = operation({
  ...read,
  ...one,
  id: 'feature_flags_role_access_retrieve',
  method: 'GET',
  summary: 'Get one of the roles whose members may edit a flag',
  description: 'With the flag and the role in full.',
  answer: FeatureFlagRoleAccess,
  errors: [404],
})

export const deleteRoleAccess = operation({
  ...write,
  ...one,
  id: 'feature_flags_role_access_destroy',
  method: 'DELETE',
  summary: 'Let the members of a role edit a flag no longer',
  description: 'For who may edit it themselves.',
  status: 204,
  answer: null,
  errors: [403, 404],
})

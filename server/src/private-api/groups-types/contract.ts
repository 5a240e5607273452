import { z } from 'zod'
import { operation } from '../../http/operation.ts'

const name = z.string().max(400).nullable()

const GroupType = z
  .object({
    group_type: z.string().describe('As events call it.'),
    group_type_index: z.int().describe('0 to 4, in the order in which the types were first seen.'),
    name_singular: name.describe('What people call one of them, `company`; null where nobody has said.'),
    name_plural: name.describe('What people call several, `companies`; null where nobody has said.'),
  })
  .meta({ id: 'GroupType', description: 'A kind of group, such as companies.' })

const GroupTypeNames = z
  .object({
    group_type_index: z.int().min(0).max(4).describe('Which type, 0 to 4.'),
    name_singular: name.optional().describe('What people call one of them; at most 400 characters.'),
    name_plural: name.optional().describe('What people call several; at most 400 characters.'),
  })
  .meta({ id: 'GroupTypeNames' })

const path = '/api/projects/:project_id/groups_types/'
const common = { access: 'project', tags: ['groups_types'] } as const

export const listGroupTypes = operation({
  ...common,
  id: 'groups_types_list',
  method: 'GET',
  path,
  aliases: ['/api/groups_types/'],
  scope: 'group:read',
  summary: 'List group types',
  description: 'By number. Events make them: a project has five at most.',
  answer: z.array(GroupType),
})

export const updateGroupTypes = operation({
  ...common,
  id: 'groups_types_update_metadata_partial_update',
  method: 'PATCH',
  path: `${path}update_metadata/`,
  aliases: ['/api/groups_types/update_metadata/'],
  scope: 'group:write',
  summary: 'Name group types',
  description: 'A name that is not sent stays. Answers all types.',
  body: z.array(GroupTypeNames).max(5),
  answer: z.array(GroupType),
  errors: [400, 404],
})

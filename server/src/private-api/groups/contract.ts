import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { ListedGroup } from '../../http/group-shapes.ts'
import { operation } from '../../http/operation.ts'
import { ListedPerson } from '../../http/person-shapes.ts'

const index = z.int().min(0).max(4).describe('The number of the group type.')

const Group = z
  .object({
    group_type_index: z
      .int()
      .describe('Which kind of group, 0 to 4: `groups_types/` says what it is called.'),
    group_key: z.string().describe('The key that events name it by in `$groups`.'),
    group_properties: z
      .record(z.string(), z.unknown())
      .describe('What is known of it, set by `$groupidentify`.'),
    created_at: Instant.describe('When it was first heard of.'),
  })
  .meta({ id: 'Group', description: 'Something that persons belong to together, such as a company.' })

const path = '/api/projects/:project_id/groups/'
const alias = '/api/groups/'
const common = { access: 'project', scope: 'group:read', method: 'GET', tags: ['groups'] } as const

export const listGroups = operation({
  ...common,
  id: 'groups_list',
  path,
  aliases: [alias],
  summary: 'List groups of a type',
  description: 'Newest first, a hundred a page.',
  query: z.object({
    group_type_index: index,
    group_key: z.string().optional().describe('A part of the key.'),
    search: z.string().optional().describe('A part of the key or of the properties.'),
    cursor: z.int().min(0).default(0).describe('The pagination cursor value.'),
  }),
  answer: z
    .object({
      next: z.string().nullable().describe('Address of the next page.'),
      previous: z.string().nullable().describe('Address of the previous page.'),
      results: z.array(Group).describe('The groups of this page, newest first.'),
    })
    .meta({ id: 'PaginatedGroupList' }),
  errors: [400],
})

export const findGroup = operation({
  ...common,
  id: 'groups_find_retrieve',
  path: `${path}find/`,
  aliases: [`${alias}find/`],
  summary: 'Find a group',
  description: 'By its whole key.',
  query: z.object({
    group_type_index: index,
    group_key: z.string().min(1).describe('The key that events name it by.'),
  }),
  answer: Group,
  errors: [400, 404],
})

export const relatedToGroup = operation({
  ...common,
  id: 'groups_related_retrieve',
  path: `${path}related/`,
  aliases: [`${alias}related/`],
  summary: 'List who is related to a group or person',
  description:
    'Over the events of the last 90 days: the persons of a group, and the groups of other types that share events with it. At most a thousand of each.',
  query: z.object({
    group_type_index: index.optional().describe('The type of the group; without it, `id` is a person.'),
    id: z.string().min(1).describe("The group's key, or the person's id."),
  }),
  answer: z.array(z.union([ListedPerson, ListedGroup])),
  errors: [400],
})

export const groupPropertyDefinitions = operation({
  ...common,
  id: 'groups_property_definitions_retrieve',
  path: `${path}property_definitions/`,
  aliases: [`${alias}property_definitions/`],
  summary: 'List properties of groups by type',
  description: 'Under the number of each type, with how many of its groups have the property.',
  answer: z.record(
    z.string(),
    z.array(
      z.object({
        name: z.string().describe('The property.'),
        count: z.int().describe('How many groups have it.'),
      }),
    ),
  ),
})

export const groupPropertyValues = operation({
  ...common,
  id: 'groups_property_values_retrieve',
  path: `${path}property_values/`,
  aliases: [`${alias}property_values/`],
  summary: "List a group property's values",
  description: 'The twenty that most groups have.',
  query: z.object({
    group_type_index: index,
    key: z.string().min(1).describe('The property.'),
    value: z.string().optional().describe('Only values that contain this, in any case of letters.'),
  }),
  answer: z.array(
    z.object({
      name: z.string().describe('The value, as text.'),
      count: z.int().describe('How many groups have it.'),
    }),
  ),
  errors: [400],
})

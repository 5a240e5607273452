import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { AnyOfTags, GivenTags, Tags } from '../../http/tag-shapes.ts'

const PropertyType = z
  .enum(['DateTime', 'String', 'Numeric', 'Boolean'])
  .nullable()
  .describe('As the first value showed it; null while only nulls, lists and objects were seen.')

const PropertyDefinition = z
  .object({
    id: z.uuid().describe('What addresses name it by.'),
    name: z.string().describe('Name of the property, as it was sent.'),
    description: z.string().nullable().describe('What it means; null where nobody said.'),
    tags: Tags,
    is_numerical: z.boolean().describe('Whether its type is `Numeric`.'),
    property_type: PropertyType,
    query_usage_30_day: z.int().nullable().describe('Null until it is counted.'),
    is_seen_on_filtered_events: z
      .boolean()
      .nullable()
      .describe('Whether it was seen on one of `event_names`; null without those.'),
    verified: z.boolean().describe('Whether somebody has said that it is right to use.'),
    hidden: z.boolean().describe('Left out of the lists of the web app.'),
    updated_at: Instant.describe('When what people say of it last changed.'),
    updated_by: UserBasic.nullable().describe('Who changed that; null for nobody.'),
  })
  .meta({ id: 'PropertyDefinition', description: 'What is known of all properties of one name.' })

const Changes = z
  .object({
    description: z.string().max(10_000).nullable().describe('What it means; at most 10,000 characters.'),
    tags: GivenTags,
    property_type: PropertyType,
    verified: z.boolean().describe('Whether it is right to use.'),
    hidden: z.boolean().describe('True leaves it out of the lists of the web app.'),
  })
  .partial()
  .meta({ id: 'PropertyDefinitionChanges' })

const path = '/api/projects/:project_id/property_definitions/'
const alias = '/api/property_definition/'
const common = { access: 'project', tags: ['property_definitions'] } as const
const read = { ...common, scope: 'property_definition:read' } as const
const write = { ...common, scope: 'property_definition:write' } as const
const params = z.object({ id: z.uuid().describe('Id of the property definition.') })
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params, errors: [404] } as const

export const listPropertyDefinitions = operation({
  ...read,
  id: 'property_definitions_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List property definitions',
  description: 'Those seen on `event_names` first, then by name. Some that only ingestion uses are left out.',
  query: z.object({
    ...pageQuery,
    type: z.enum(['event', 'person', 'group']).default('event').describe('What the properties belong to.'),
    group_type_index: z
      .string()
      .optional()
      .describe('Which group type; needed for groups, and only for them.'),
    search: z.string().optional().describe('Words that must all be in the name.'),
    tags: AnyOfTags,
    properties: z.string().optional().describe('Only these names, separated by commas.'),
    is_numerical: z.string().optional().describe('`true`: only numbers.'),
    is_feature_flag: z.string().optional().describe('`true`: only `$feature/…`; `false`: all but those.'),
    event_names: z.string().optional().describe('Names of events as a JSON list.'),
    filter_by_event_names: z.string().optional().describe('`true`: only those seen on `event_names`.'),
    excluded_properties: z.string().optional().describe('Names to leave out, as a JSON list.'),
  }),
  answer: pageOf(PropertyDefinition).meta({ id: 'PaginatedPropertyDefinitionList' }),
  errors: [400],
})

export const propertySeenTogether = operation({
  ...read,
  id: 'property_definitions_seen_together_retrieve',
  method: 'GET',
  path: `${path}seen_together/`,
  aliases: [`${alias}seen_together/`],
  summary: 'Tell which events a property was seen on',
  description: 'By the name of each event, whether one of them ever had the property.',
  query: z.object({
    event_names: z.string().describe('Names of events as a JSON list.'),
    property_name: z.string().describe('The property.'),
  }),
  answer: z.record(z.string(), z.boolean()),
})

export const retrievePropertyDefinition = operation({
  ...read,
  ...one,
  id: 'property_definitions_retrieve',
  method: 'GET',
  summary: 'Get a property definition',
  description: '`property_type` says how questions read its values.',
  answer: PropertyDefinition,
})

export const updatePropertyDefinition = operation({
  ...write,
  ...one,
  id: 'property_definitions_partial_update',
  method: 'PATCH',
  summary: 'Change a property definition',
  description: 'A changed type is how questions read the values from then on; values stay as they were sent.',
  body: Changes,
  answer: PropertyDefinition,
})

export const replacePropertyDefinition = operation({
  ...write,
  ...one,
  id: 'property_definitions_update',
  method: 'PUT',
  summary: 'Change a property definition',
  description: 'What the body leaves out stays as it is.',
  body: Changes,
  answer: PropertyDefinition,
})

export const deletePropertyDefinition = operation({
  ...write,
  ...one,
  id: 'property_definitions_destroy',
  method: 'DELETE',
  summary: 'Delete a property definition',
  description: 'The values stay, and the next one of that name makes a new definition.',
  status: 204,
  answer: null,
})

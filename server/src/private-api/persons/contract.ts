import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageQuery } from '../../http/paging.ts'
import { propertiesParameter } from '../../http/property-filters-parameter.ts'

const shared = {
  uuid: z.uuid(),
  name: z
    .string()
    .describe(
      'The first of the properties that name a person, else a distinct id that is not made up, else the id.',
    ),
  distinct_ids: z.array(z.string()).describe('Those that look identified first.'),
  properties: z.record(z.string(), z.unknown()),
  created_at: Instant,
}

const Person = z
  .object({ id: z.int(), ...shared })
  .meta({ id: 'Person', description: 'Somebody whose events were recorded.' })

const ListedPerson = z
  .object({
    type: z.literal('person'),
    id: z.uuid().describe('The same as `uuid`.'),
    ...shared,
    is_identified: z.boolean(),
    matched_recordings: z.array(z.unknown()),
    value_at_data_point: z.number().nullable(),
  })
  .meta({ id: 'ListedPerson', description: 'A person in a list.' })

const path = '/api/projects/:project_id/persons/'
const common = { access: 'project', scope: 'person:read', tags: ['persons'] } as const

export const listPersons = operation({
  ...common,
  id: 'persons_list',
  method: 'GET',
  path,
  aliases: ['/api/person/'],
  summary: 'List persons',
  description: 'Newest first. All the filters that are given must hold.',
  query: z.object({
    ...pageQuery,
    distinct_id: z.string().optional().describe('The person with this distinct id.'),
    email: z.string().optional().describe('Persons whose `email` is this.'),
    search: z.string().optional().describe('A part of the e-mail address, or a whole distinct id.'),
    properties: propertiesParameter,
  }),
  answer: z
    .object({
      results: z.array(ListedPerson),
      next: z.string().nullable().describe('Address of the next page.'),
      previous: z.string().nullable().describe('Address of the previous page.'),
    })
    .meta({ id: 'PaginatedPersonList' }),
})

export const personValues = operation({
  ...common,
  id: 'persons_values_retrieve',
  method: 'GET',
  path: `${path}values/`,
  aliases: ['/api/person/values/'],
  summary: "List a person property's values",
  description: 'The twenty that most persons have.',
  query: z.object({
    key: z.string().optional().describe('The property.'),
    value: z.string().optional().describe('Only values that contain this, in any case of letters.'),
  }),
  answer: z.array(z.object({ name: z.string(), count: z.int().describe('How many persons have it.') })),
})

export const retrievePerson = operation({
  ...common,
  id: 'persons_retrieve',
  method: 'GET',
  path: `${path}:id/`,
  aliases: ['/api/person/:id/'],
  summary: 'Get a person',
  params: z.object({ id: z.string().describe('Integer id or uuid.') }),
  answer: Person,
  errors: [400, 404],
})

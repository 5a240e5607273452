import { z } from 'zod'
import { activityOperation } from '../../http/activity-shapes.ts'
import { operation } from '../../http/operation.ts'
import { PersonList, personListQuery } from '../../http/person-list.ts'
import { personFields } from '../../http/person-shapes.ts'

const Person = z
  .object({
    id: z.int().describe("The person's number; addresses take it as well as the uuid."),
    ...personFields,
  })
  .meta({ id: 'Person', description: 'Somebody whose events were recorded.' })

const path = '/api/projects/:project_id/persons/'
const common = { access: 'project', scope: 'person:read', tags: ['persons'] } as const
const params = z.object({ id: z.string().describe('Integer id or uuid.') })
const write = { ...common, scope: 'person:write', params, errors: [400, 404] } as const

export const listPersons = operation({
  ...common,
  id: 'persons_list',
  method: 'GET',
  path,
  aliases: ['/api/person/'],
  summary: 'List persons',
  description: 'Newest first. All the filters that are given must hold.',
  query: personListQuery,
  answer: PersonList,
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
  answer: z.array(
    z.object({
      name: z.string().describe('The value, as text.'),
      count: z.int().describe('How many persons have it.'),
    }),
  ),
})

export const personProperties = operation({
  ...common,
  id: 'persons_properties_retrieve',
  method: 'GET',
  path: `${path}properties/`,
  aliases: ['/api/person/properties/'],
  summary: "List persons' properties",
  description: 'Those that most persons have come first.',
  answer: z.array(
    z.object({
      name: z.string().describe('The property.'),
      count: z.int().describe('How many persons have it.'),
    }),
  ),
})

export const personsActivity = activityOperation({
  ...common,
  id: 'persons_activity_retrieve',
  path: `${path}activity/`,
  aliases: ['/api/person/activity/'],
})

export const personActivity = activityOperation({
  ...common,
  id: 'persons_activity_retrieve_2',
  path: `${path}:id/activity/`,
  aliases: ['/api/person/:id/activity/'],
  params,
})

export const retrievePerson = operation({
  ...common,
  id: 'persons_retrieve',
  method: 'GET',
  path: `${path}:id/`,
  aliases: ['/api/person/:id/'],
  summary: 'Get a person',
  description: '`events/` with `person_id` lists what they did. 404 too for one who was merged into another.',
  params,
  answer: Person,
  errors: [400, 404],
})

const asEvent =
  'It is done by an event, in its turn: the answer comes when it can be read, or after five seconds without that.'

export const updatePerson = operation({
  ...write,
  id: 'persons_partial_update',
  method: 'PATCH',
  path: `${path}:id/`,
  aliases: ['/api/person/:id/'],
  summary: "Change a person's properties",
  description: `Properties that are not sent stay. ${asEvent}`,
  body: z
    .object({
      properties: z.record(z.string(), z.unknown()).describe('Those that are set, with their new values.'),
    })
    .meta({ id: 'PersonChanges' }),
  status: 202,
  answer: null,
})

export const replacePerson = operation({
  ...updatePerson,
  id: 'persons_update',
  method: 'PUT',
  summary: "Change a person's properties, as PATCH does",
})

export const updatePersonProperty = operation({
  ...write,
  id: 'persons_update_property_create',
  method: 'POST',
  path: `${path}:id/update_property/`,
  aliases: ['/api/person/:id/update_property/'],
  summary: 'Set one property of a person',
  description: asEvent,
  body: z
    .object({
      key: z.string().min(1).describe("The property's name."),
      value: z
        .unknown()
        .check((context) => {
          if (context.value !== undefined) return
          const params = { code: 'required' }
          context.issues.push({
            code: 'custom',
            message: 'This field is required.',
            params,
            input: context.value,
          })
        })
        .describe('Its new value, of any type; null too.'),
    })
    .meta({ id: 'PersonPropertyChange' }),
  status: 202,
  answer: null,
})

const Success = z.object({ success: z.literal(true).describe('Always true.') }).meta({ id: 'Success' })

export const deletePersonProperty = operation({
  ...write,
  id: 'persons_delete_property_create',
  method: 'POST',
  path: `${path}:id/delete_property/`,
  aliases: ['/api/person/:id/delete_property/'],
  summary: 'Delete one property of a person',
  description: asEvent,
  body: z
    .object({ $unset: z.string().min(1).describe("The property's name.") })
    .meta({ id: 'PersonPropertyDeletion' }),
  status: 201,
  answer: Success,
})

export const splitPerson = operation({
  ...write,
  id: 'persons_split_create',
  method: 'POST',
  path: `${path}:id/split/`,
  aliases: ['/api/person/:id/split/'],
  summary: 'Split a person',
  description:
    'Every distinct id but one becomes a person of its own, without properties. Events that came since they were one stay with this person.',
  body: z
    .object({
      main_distinct_id: z
        .string()
        .nullish()
        .describe(
          'The one that stays, with the properties. Without it the first stays, and the properties are emptied.',
        ),
    })
    .meta({ id: 'PersonSplit' }),
  status: 201,
  answer: Success,
})

export const deletePerson = operation({
  ...write,
  id: 'persons_destroy',
  method: 'DELETE',
  path: `${path}:id/`,
  aliases: ['/api/person/:id/'],
  summary: 'Delete a person',
  description:
    'With their distinct ids. The events stay unless `delete_events` says otherwise, and a next event of the same distinct id makes a person again.',
  query: z.object({
    delete_events: z
      .boolean()
      .default(false)
      .describe(
        'Whether the events that were received so far go too: in the background, mostly within seconds. They leave the disk within a day or so.',
      ),
  }),
  status: 202,
  answer: null,
})

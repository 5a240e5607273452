import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { AnyOfTags, GivenTags, Tags } from '../../http/tag-shapes.ts'

const EventDefinition = z
  .object({
    id: z.uuid().describe('What addresses name it by.'),
    name: z.string().describe('Name of the event, as it was sent.'),
    owner: UserBasic.nullable().describe('Who knows about it; null for nobody.'),
    description: z.string().nullable().describe('What it means and when it is sent; null where nobody said.'),
    tags: Tags,
    volume_30_day: z.int().nullable().describe('Null until it is counted.'),
    query_usage_30_day: z.int().nullable().describe('Null until it is counted.'),
    created_at: Instant.describe('When the first event of the name arrived.'),
    updated_at: Instant.describe('When what people say of it last changed.'),
    updated_by: UserBasic.nullable().describe('Who changed that; null for nobody.'),
    last_seen_at: Instant.nullable().describe(
      'When the last event of the name arrived, accurate to about an hour.',
    ),
    last_updated_at: Instant.describe('The same as `updated_at`.'),
    verified: z.boolean().describe('Whether somebody has said that it is right to use.'),
    verified_at: Instant.nullable().describe('When they did; null while nobody has.'),
    verified_by: UserBasic.nullable().describe('Who did; null while nobody has.'),
    hidden: z.boolean().describe('Left out of the lists of the web app.'),
    is_action: z.literal(false).describe('Always false: tells it from an action.'),
    action_id: z.null().describe('Always null.'),
    is_calculating: z.literal(false).describe('Always false.'),
    last_calculated_at: z.null().describe('Always null.'),
    created_by: z.null().describe('Always null: events make definitions.'),
    post_to_slack: z.literal(false).describe('Always false.'),
  })
  .meta({ id: 'EventDefinition', description: 'What is known of all events of one name.' })

const Changes = z
  .object({
    owner: z.int().nullable().describe("A user's id; they must be a member of the organization."),
    description: z
      .string()
      .max(10_000)
      .nullable()
      .describe('What it means and when it is sent; at most 10,000 characters.'),
    tags: GivenTags,
    verified: z.boolean().describe('True notes you and the time; false takes it back.'),
    hidden: z.boolean().describe('True leaves it out of the lists of the web app.'),
  })
  .partial()
  .meta({ id: 'EventDefinitionChanges' })

const path = '/api/projects/:project_id/event_definitions/'
const alias = '/api/event_definition/'
const common = { access: 'project', tags: ['event_definitions'] } as const
const read = { ...common, scope: 'event_definition:read' } as const
const write = { ...common, scope: 'event_definition:write' } as const
const params = z.object({ id: z.uuid().describe('Id of the event definition.') })
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params, errors: [404] } as const

const orderings = ['name', 'volume_30_day', 'query_usage_30_day', 'last_seen_at', 'created_at'] as const

export const listEventDefinitions = operation({
  ...read,
  id: 'event_definitions_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List event definitions',
  description: 'One for each name of an event that was ever seen, by name unless `ordering` says otherwise.',
  query: z.object({
    ...pageQuery,
    search: z.string().optional().describe('Words that must all be in the name.'),
    tags: AnyOfTags,
    event_type: z
      .enum(['event', 'all', 'action_event', 'event_posthog', 'event_custom'])
      .default('event')
      .describe(
        "`event_posthog`: the SDKs' own, whose names begin with `$`; `event_custom`: all others; `action_event`: none, as actions are listed at `/actions/`.",
      ),
    ordering: z
      .string()
      .optional()
      .describe(`${orderings.join(', ')}; a minus before it turns it round.`),
  }),
  answer: pageOf(EventDefinition).meta({ id: 'PaginatedEventDefinitionList' }),
})

export const retrieveEventDefinition = operation({
  ...read,
  ...one,
  id: 'event_definitions_retrieve',
  method: 'GET',
  summary: 'Get an event definition',
  description: 'What people and the pipeline know of the name; the events themselves are at `events/`.',
  answer: EventDefinition,
})

export const updateEventDefinition = operation({
  ...write,
  ...one,
  id: 'event_definitions_partial_update',
  method: 'PATCH',
  summary: 'Change an event definition',
  description: 'What is not sent stays. The name itself is what events say, and can not be changed.',
  body: Changes,
  answer: EventDefinition,
})

export const replaceEventDefinition = operation({
  ...write,
  ...one,
  id: 'event_definitions_update',
  method: 'PUT',
  summary: 'Change an event definition',
  description: 'What the body leaves out stays as it is.',
  body: Changes,
  answer: EventDefinition,
})

export const deleteEventDefinition = operation({
  ...write,
  ...one,
  id: 'event_definitions_destroy',
  method: 'DELETE',
  summary: 'Delete an event definition',
  description: 'The events stay, and the next one of that name makes a new definition.',
  status: 204,
  answer: null,
})

import { z } from 'zod'
import { Element } from '../../http/element-shapes.ts'
import { operation } from '../../http/operation.ts'
import { propertiesParameter } from '../../http/property-filters-parameter.ts'

export const Event = z
  .object({
    id: z.guid().describe("The event's uuid, as it was sent or given."),
    distinct_id: z.string().describe('Who did it, as the SDK called them.'),
    properties: z
      .record(z.string(), z.unknown())
      .describe('What was sent with it, and what was added when it arrived (`$geoip_…`).'),
    event: z.string().describe('Its name.'),
    timestamp: z
      .string()
      .meta({ format: 'date-time' })
      .describe("When it happened, corrected by the sender's clock."),
    person: z
      .object({
        is_identified: z.boolean().describe('Whether an `$identify` has said who it is.'),
        distinct_ids: z.array(z.string()).describe('One of them.'),
        properties: z.record(z.string(), z.unknown()).describe('Those that name the person.'),
      })
      .nullable()
      .describe('Null where the event has none.'),
    person_properties: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Those of the person that `person_properties` names, as they were at the event: what filters go by. Null for one that the person did not have.',
      ),
    elements: z
      .array(Element)
      .describe('What was clicked, the innermost first; empty but for autocaptured events.'),
    elements_chain: z.string().describe('The same as text, as SDKs send it.'),
  })
  .meta({ id: 'ClickhouseEvent', description: 'Something that somebody did.' })

const path = '/api/projects/:project_id/events/'
const common = { access: 'project', scope: 'query:read', tags: ['events'] } as const

const moment = (what: string) =>
  z.string().optional().describe(`Only events ${what} this: ISO 8601, or relative such as \`-7d\`.`)

export const listEvents = operation({
  ...common,
  id: 'events_list',
  method: 'GET',
  path,
  aliases: ['/api/event/'],
  summary: 'List events',
  description:
    'Newest first. Follow `next` for more: it goes on where the page ended, whatever arrives meanwhile. For large or aggregated reads use the `query` endpoint.',
  query: z.object({
    event: z.string().optional().describe('The name of the event.'),
    distinct_id: z
      .string()
      .optional()
      .describe('Only events of who was called so; `person_id` finds all of a person.'),
    person_id: z.string().optional().describe("A person's integer id or uuid."),
    properties: propertiesParameter,
    person_properties: z
      .array(z.string().min(1).max(400))
      .max(50)
      .optional()
      .describe('Names of properties of the person to tell with each event: `["plan"]`, or one as it is.'),
    action_id: z.string().optional().describe('Only events of this action.'),
    before: moment('before'),
    after: moment('after'),
    limit: z.coerce.number().int().positive().catch(100).default(100).describe('At most 10,000.'),
    offset: z.coerce.number().int().nonnegative().catch(0).default(0).describe('Better follow `next`.'),
    orderBy: z.string().optional().describe('A JSON list: `["timestamp"]` for the oldest first.'),
    before_id: z.guid().optional().describe('Part of `next`: tells events of the same moment apart.'),
    after_id: z.guid().optional().describe('Part of `next`: tells events of the same moment apart.'),
  }),
  answer: z
    .object({
      next: z.string().nullable().describe('Address of the next page.'),
      results: z.array(Event).describe('The events of this page.'),
    })
    .meta({ id: 'PaginatedClickhouseEventList' }),
})

export const eventValues = operation({
  ...common,
  id: 'events_values_retrieve',
  method: 'GET',
  path: `${path}values/`,
  aliases: ['/api/event/values/'],
  summary: "List an event property's values",
  description:
    'Ten of the last seven days, the most frequent first; lists count by their items. The key `custom_event` gives the names of all events that are no SDK’s own.',
  query: z.object({
    key: z.string().optional().describe('The property.'),
    value: z.string().optional().describe('Only values that contain this, in any case of letters.'),
    event_name: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('Only from events of this name; may be repeated.'),
  }),
  answer: z.array(z.object({ name: z.string().describe('The value, as text.') })),
})

export const retrieveEvent = operation({
  ...common,
  id: 'events_retrieve',
  method: 'GET',
  path: `${path}:id/`,
  aliases: ['/api/event/:id/'],
  summary: 'Get an event',
  description:
    'By its uuid. It is there as soon as it can be queried: `events/receipt/` tells of one that is not.',
  params: z.object({ id: z.string().describe('Its uuid, with or without hyphens.') }),
  query: z.object({ include_person: z.string().optional().describe('Anything: also tells the person.') }),
  answer: Event,
  errors: [404],
})

import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { operation } from '../../http/operation.ts'
import { GivenTags, Tags } from '../../http/tag-shapes.ts'
import { upgradeProperties } from '../../insights/upgrade-filters.ts'
import { HedgerowError } from '../../model/errors.ts'

const elementMatching = z.string().nullable().describe('`exact` (default), `contains` or `regex`.')
const properties = z
  .unknown()
  .check((context) => {
    try {
      upgradeProperties(context.value)
    } catch (error) {
      if (!(error instanceof HedgerowError)) throw error
      context.issues.push({ code: 'custom', message: error.message, input: context.value })
    }
  })
  .describe('Filters of the event: a list, all of which must hold, or a group of AND and OR.')

/** What a step says; all that it says must hold. Blanks at either end are kept: they may be meant. */
const conditions = {
  event: z.string().max(400).nullable().describe("The event's name; null for any."),
  tag_name: z.string().max(400).nullable().describe('Only on `$autocapture`, as the next three are.'),
  text: z.string().max(400).nullable().describe("The element's text."),
  text_matching: elementMatching,
  href: z.string().max(65_535).nullable().describe('Where the element leads.'),
  href_matching: elementMatching,
  selector: z.string().max(65_535).nullable().describe('A CSS selector: `div > button.primary`.'),
  url: z.string().max(65_535).nullable().describe("Compared with the event's `$current_url`."),
  url_matching: z
    .enum(['contains', 'regex', 'exact', ''])
    .nullable()
    .describe('`contains` (default; `%` and `_` are wildcards), `regex` or `exact`.'),
  name: z.string().max(400).nullable().describe('What people call the step.'),
  properties,
}

const ActionStep = z
  .object({ id: z.string().describe('Names the step, to change or keep it.'), ...conditions })
  .meta({ id: 'ActionStep' })

const GivenStep = z
  .object({
    id: z.string().nullable().describe('A step that the action has; it keeps what is not sent.'),
    ...conditions,
  })
  .partial()
  .meta({ id: 'ActionStepChanges' })

const Action = z
  .object({
    id: z.int().describe('What addresses and filters name it by.'),
    name: z.string().nullable().describe('Unique among the actions that are not deleted.'),
    description: z.string().describe('What it is for; may be empty.'),
    tags: Tags,
    post_to_slack: z.boolean().describe('Kept for clients; nothing is posted.'),
    slack_message_format: z.string().describe('Kept for clients: the text of such a message.'),
    steps: z
      .array(ActionStep)
      .describe('An event is one of the action when any step fits; none fits no event.'),
    created_at: Instant.describe('When it was made.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    deleted: z.boolean().describe('Deleted ones are not listed; `PATCH` with `false` brings one back.'),
    is_calculating: z.literal(false).describe('Always false: events are matched when they are asked for.'),
    last_calculated_at: Instant.nullable().describe('Kept for clients, who set it; nothing is calculated.'),
    team_id: z.int().describe('The project.'),
    is_action: z.literal(true).describe('Always true: tells it from the definition of an event.'),
  })
  .meta({ id: 'Action', description: 'A name for all events that fit one of several descriptions.' })

const ActionChanges = z
  .object({
    name: z.string().trim().max(400).nullable().describe('Used once among the actions that are not deleted.'),
    description: z.string().nullable().describe('What it is for.'),
    tags: GivenTags,
    post_to_slack: z.boolean().describe('Kept for clients; nothing is posted.'),
    slack_message_format: z
      .string()
      .max(600)
      .nullable()
      .describe('Kept for clients; at most 600 characters.'),
    steps: z
      .array(GivenStep)
      .max(500)
      .describe('All steps from now on: those with an `id` are changed, those left out are gone.'),
    last_calculated_at: DateTime.describe('Kept for clients.'),
    deleted: z.boolean().describe('True deletes it, false brings it back.'),
  })
  .partial()
  .meta({ id: 'ActionChanges' })
export type GivenAction = z.output<typeof ActionChanges>

const path = '/api/projects/:project_id/actions/'
const alias = '/api/action/'
const common = { access: 'project', tags: ['actions'] } as const
const read = { ...common, scope: 'action:read' } as const
const write = { ...common, scope: 'action:write' } as const
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the action.'),
})
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

export const listActions = operation({
  ...read,
  id: 'actions_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List actions',
  description: 'All that are not deleted, at once.',
  answer: z
    .object({ results: z.array(Action).describe('All of them, in one list.') })
    .meta({ id: 'ActionList' }),
})

export const createAction = operation({
  ...write,
  id: 'actions_create',
  method: 'POST',
  path,
  aliases: [alias],
  summary: 'Create an action',
  description: 'It holds for events that were captured before, too. Without `steps` no event is one of it.',
  body: ActionChanges,
  status: 201,
  answer: Action,
  errors: [400],
})

export const retrieveAction = operation({
  ...read,
  ...one,
  id: 'actions_retrieve',
  method: 'GET',
  summary: 'Get an action',
  description: 'Also a deleted one.',
  answer: Action,
  errors: [404],
})

export const updateAction = operation({
  ...write,
  ...one,
  id: 'actions_partial_update',
  method: 'PATCH',
  summary: 'Change an action',
  description: 'What is not sent stays. `{"deleted": true}` deletes it, `false` brings it back.',
  body: ActionChanges,
  answer: Action,
  errors: [400, 404],
})

export const replaceAction = operation({
  ...updateAction,
  id: 'actions_update',
  method: 'PUT',
  summary: 'Change an action, as PATCH does',
})

export const deleteAction = operation({
  ...write,
  ...one,
  id: 'actions_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'Insights may use it: PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})

export const countAction = operation({
  ...read,
  id: 'actions_count_retrieve',
  method: 'GET',
  path: `${path}:id/count/`,
  aliases: [`${alias}:id/count/`],
  params,
  summary: "Count an action's events",
  description: 'Those of the last three months.',
  answer: z.object({ count: z.int().describe('How many events fit it.') }),
  errors: [404],
})

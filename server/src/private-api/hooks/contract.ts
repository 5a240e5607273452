import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const event = z.literal('action_performed').describe('What is told: an event that matches an action.')
const target = z.string().max(255).describe('The http or https address that is told, by POST.')
const resourceId = z
  .int()
  .min(1)
  .max(2_147_483_647)
  .nullable()
  .describe('The id of the action; null for every action of the project.')

const shape = {
  id: z.string().describe('What addresses name it by.'),
  created: Instant.describe('When it was made.'),
  updated: Instant.describe('When it last changed.'),
  event: z.string().describe('What is told: `action_performed`, an event that matches an action.'),
  target: z.string().describe('The address that is told, by POST.'),
  resource_id: z.int().nullable().describe('The id of the action; null for every action of the project.'),
  team: z.int().describe('The project.'),
  disabled_at: Instant.nullable().describe(
    'Since when nothing is sent, as the target said again and again that it is gone. A change of `target` begins anew.',
  ),
  last_failure: z.string().nullable().describe('Why the last message that failed did not arrive.'),
}
const Hook = z
  .object(shape)
  .meta({ id: 'Hook', description: 'An address that is told of events as they arrive.' })
const NewHook = z
  .object({
    ...shape,
    secret: z.string().describe('What messages are signed with. It is told here and never again.'),
  })
  .meta({ id: 'CreatedHook' })

const changes = { event, target, resource_id: resourceId.optional() }
const path = '/api/projects/:project_id/hooks/'
const common = { access: 'project', tags: ['hooks'] } as const
const read = { ...common, scope: 'webhook:read' } as const
const write = { ...common, scope: 'webhook:write' } as const
const one = { path: `${path}:id/`, params: z.object({ id: z.uuid().describe('Id of the hook.') }) } as const

export const listHooks = operation({
  ...read,
  id: 'hooks_list',
  method: 'GET',
  path,
  summary: 'List hooks',
  description: 'The newest first.',
  query: z.object(pageQuery),
  answer: pageOf(Hook).meta({ id: 'PaginatedHookList' }),
})

export const createHook = operation({
  ...write,
  id: 'hooks_create',
  method: 'POST',
  path,
  summary: 'Create a hook',
  description:
    'Events that arrive from now on and match the action are sent to `target`: `{"hook": {"id", "event", "target"}, "data": {the event}}`, signed with the `secret` of the answer.',
  body: z.object(changes).meta({ id: 'HookCreation' }),
  status: 201,
  answer: NewHook,
  errors: [400],
})

export const retrieveHook = operation({
  ...read,
  ...one,
  id: 'hooks_retrieve',
  method: 'GET',
  summary: 'Get a hook',
  description: '`last_failure` says how its last messages went; its secret is not told again.',
  answer: Hook,
  errors: [404],
})

export const updateHook = operation({
  ...write,
  ...one,
  id: 'hooks_partial_update',
  method: 'PATCH',
  summary: 'Change a hook',
  description: 'What is not sent stays.',
  body: z.object(changes).partial().meta({ id: 'HookChanges' }),
  answer: Hook,
  errors: [400, 404],
})

export const replaceHook = operation({
  ...updateHook,
  id: 'hooks_update',
  method: 'PUT',
  summary: 'Change a hook, as PATCH does',
  description: '`event` and `target` must be sent; what else is not sent stays.',
  body: z.object(changes).meta({ id: 'HookReplacement' }),
})

export const deleteHook = operation({
  ...write,
  ...one,
  id: 'hooks_destroy',
  method: 'DELETE',
  summary: 'Delete a hook',
  description: 'What it has still to send is not sent.',
  status: 204,
  answer: null,
  errors: [404],
})

import { z } from 'zod'
import { isScope } from '../../accounts/scopes.ts'
import { operation } from '../../http/operation.ts'

const PersonalApiKey = z
  .object({
    id: z.string().describe('Not a secret.'),
    label: z.string().describe('What it is for, in your words.'),
    created_at: z
      .string()
      .meta({ format: 'date-time' })
      .describe('When it was made; a new value does not change it.'),
    last_used_at: z
      .string()
      .nullable()
      .meta({ format: 'date-time' })
      .describe('Accurate to about an hour; null until the key was used.'),
    user_id: z.int().describe('Whose key it is.'),
    value: z
      .string()
      .nullable()
      .describe('The key itself: only in the answer to its creation, or to `roll/`, never again.'),
    mask_value: z.string().describe('Enough to recognise the key by.'),
    scopes: z.array(z.string()).describe('`["*"]` is everything that its user may do.'),
    scoped_teams: z.array(z.int()).nullable().describe('Projects that it is held to; null for all.'),
    scoped_organizations: z.array(z.string()).nullable().describe('Organizations that it is held to.'),
  })
  .meta({ id: 'PersonalAPIKey' })

const scope = z.string().check((context) => {
  if (!isScope(context.value)) {
    context.issues.push({ code: 'custom', message: `Invalid scope: ${context.value}`, input: context.value })
  }
})

const NewPersonalApiKey = z
  .object({
    label: z.string().trim().min(1).max(40).describe("Just for you, usually to describe the key's purpose."),
    scopes: z
      .array(scope)
      .nullish()
      .describe('What it may do, `["insight:read", "cohort:write"]`; null or left out for everything.'),
    scoped_teams: z
      .array(z.int())
      .nullish()
      .describe('Ids of the projects that it is held to; null or left out for all.'),
    scoped_organizations: z
      .array(z.uuid())
      .nullish()
      .describe('Ids of the organizations that it is held to; null or left out for all.'),
  })
  .meta({ id: 'NewPersonalAPIKey' })

const path = '/api/personal_api_keys/'
const common = { access: 'user', tags: ['personal_api_keys'] } as const
const id = z.object({ id: z.string().describe('Id of the key, as the list tells it; not the key itself.') })

export const listKeys = operation({
  ...common,
  id: 'personal_api_keys_list',
  method: 'GET',
  path,
  summary: 'List your personal API keys',
  description: 'Your own only, newest first, all at once.',
  answer: z.array(PersonalApiKey),
})

export const retrieveKey = operation({
  ...common,
  id: 'personal_api_keys_retrieve',
  method: 'GET',
  path: `${path}:id/`,
  summary: 'Get one of your personal API keys',
  description: 'What it may do and when it was used; never its value.',
  params: id,
  answer: PersonalApiKey,
  errors: [404],
})

export const retrieveCurrentKey = operation({
  ...common,
  id: 'personal_api_keys_current_retrieve',
  scope: 'any',
  limitsKeys: true,
  method: 'GET',
  path: `${path}@current/`,
  summary: 'Get the key that the request is made with',
  description: 'To find out what a key may do. 404 for a session.',
  answer: PersonalApiKey,
  errors: [404],
})

export const createKey = operation({
  ...common,
  id: 'personal_api_keys_create',
  method: 'POST',
  path,
  summary: 'Create a personal API key',
  description:
    'Without `scopes` it can do all that you can. Its `value` is in this answer and nowhere else: copy it now.',
  body: NewPersonalApiKey,
  status: 201,
  answer: PersonalApiKey,
})

export const rollKey = operation({
  ...common,
  id: 'personal_api_keys_roll_create',
  method: 'POST',
  path: `${path}:id/roll/`,
  summary: 'Give one of your personal API keys another value',
  description:
    'The old value stops working at once; label, scopes and limits stay. The new `value` is in this answer and nowhere else.',
  params: id,
  answer: PersonalApiKey,
  errors: [404],
})

export const deleteKey = operation({
  ...common,
  id: 'personal_api_keys_destroy',
  method: 'DELETE',
  path: `${path}:id/`,
  summary: 'Delete one of your personal API keys',
  description: 'It stops working at once.',
  params: id,
  status: 204,
  answer: null,
  errors: [404],
})

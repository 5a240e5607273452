import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const Integration = z
  .object({
    id: z.int().describe('What addresses name it by.'),
    kind: z.literal('slack').describe('Which service; `slack` is the only one that PostHog has.'),
    config: z.record(z.string(), z.unknown()).describe('What the pairing gave, without secrets.'),
    created_at: Instant.describe('When it was made.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    errors: z.string().describe('What is wrong with it; empty for nothing.'),
  })
  .meta({ id: 'Integration', description: 'A connection to another service.' })

const path = '/api/projects/:project_id/integrations/'
const common = { access: 'project', tags: ['integrations'] } as const
const read = { ...common, scope: 'integration:read' } as const
const write = { ...common, scope: 'integration:write' } as const
const one = {
  path: `${path}:id/`,
  params: z.object({
    id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the integration.'),
  }),
} as const

export const listIntegrations = operation({
  ...read,
  id: 'integrations_list',
  method: 'GET',
  path,
  summary: 'List integrations',
  description: 'There are none: the one kind that PostHog has (Slack) is paired with an app of its own.',
  query: z.object(pageQuery),
  answer: pageOf(Integration).meta({ id: 'PaginatedIntegrationList' }),
})

export const createIntegration = operation({
  ...write,
  id: 'integrations_create',
  method: 'POST',
  path,
  summary: 'Refused: no kind of integration is here',
  description: 'Slack needs an app that is registered with it. Subscriptions and hooks go to any webhook.',
  body: z
    .object({
      kind: z.string().max(100).describe('`slack`.'),
      config: z.record(z.string(), z.unknown()).optional().describe('What the pairing gave.'),
    })
    .meta({ id: 'NewIntegration' }),
  status: 201,
  answer: Integration,
  errors: [400],
})

export const retrieveIntegration = operation({
  ...read,
  ...one,
  id: 'integrations_retrieve',
  method: 'GET',
  summary: 'Get an integration',
  description: 'There are none, so it is not found.',
  answer: Integration,
  errors: [404],
})

export const deleteIntegration = operation({
  ...write,
  ...one,
  id: 'integrations_destroy',
  method: 'DELETE',
  summary: 'Delete an integration',
  description: 'There are none, so it is not found.',
  status: 204,
  answer: null,
  errors: [404],
})

export const integrationChannels = operation({
  ...read,
  id: 'integrations_channels_retrieve',
  method: 'GET',
  path: `${path}:id/channels/`,
  params: one.params,
  summary: 'List the channels of an integration',
  description: 'There are no integrations, so it is not found.',
  answer: z
    .object({
      channels: z
        .array(
          z.object({
            id: z.string().describe('Id of the channel in the other service.'),
            name: z.string().describe('What it is called there.'),
            is_private: z.boolean().describe('Whether only its members see it.'),
            is_member: z.boolean().describe('Whether the pairing may post there.'),
            is_ext_shared: z.boolean().describe('Whether people of other workspaces are in it.'),
          }),
        )
        .describe('Where messages could be posted.'),
    })
    .meta({ id: 'IntegrationChannels' }),
  errors: [404],
})

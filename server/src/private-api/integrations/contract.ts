import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const Integration = z
  .object({
    id: z.int(),
    kind: z.literal('slack'),
    config: z.record(z.string(), z.unknown()),
    created_at: Instant,
    created_by: UserBasic.nullable(),
    errors: z.string(),
  })
  .meta({ id: 'Integration', description: 'A connection to another service.' })

const path = '/api/projects/:project_id/integrations/'
const common = { access: 'project', tags: ['integrations'] } as const
const read = { ...common, scope: 'integration:read' } as const
const write = { ...common, scope: 'integration:write' } as const
const one = {
  path: `${path}:id/`,
  params: z.object({ id: z.coerce.number().int().positive().max(2_147_483_647) }),
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
  answer: Integration,
  errors: [404],
})

export const deleteIntegration = operation({
  ...write,
  ...one,
  id: 'integrations_destroy',
  method: 'DELETE',
  summary: 'Delete an integration',
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
  answer: z
    .object({
      channels: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          is_private: z.boolean(),
          is_member: z.boolean(),
          is_ext_shared: z.boolean(),
        }),
      ),
    })
    .meta({ id: 'IntegrationChannels' }),
  errors: [404],
})

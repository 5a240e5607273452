import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { whichInsight } from '../../http/insight-shapes.ts'
import { operation } from '../../http/operation.ts'

const SharingConfiguration = z
  .object({
    created_at: Instant.describe('When this link was made.'),
    enabled: z.boolean().describe('Whether anybody with the link can see it.'),
    access_token: z
      .string()
      .describe('The link is `/shared/<access_token>`; `/embedded/<access_token>` may stand in a frame.'),
  })
  .meta({
    id: 'SharingConfiguration',
    description: 'A link by which anybody can see something, without an account.',
  })

const SharingChanges = z
  .object({
    enabled: z.boolean().describe('True turns the link on, false off; the link itself stays the same.'),
  })
  .partial()
  .meta({ id: 'SharingChanges' })

const common = { access: 'project', tags: ['sharing'], answer: SharingConfiguration } as const
const read = { ...common, scope: 'sharing_configuration:read', method: 'GET', errors: [404] } as const
const write = { ...common, scope: 'sharing_configuration:write', errors: [400, 403, 404] } as const

const ofDashboard = {
  path: '/api/projects/:project_id/dashboards/:id/sharing/',
  aliases: ['/api/dashboard/:id/sharing/'],
  params: z.object({
    id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the dashboard.'),
  }),
} as const
const ofInsight = {
  path: '/api/projects/:project_id/insights/:id/sharing/',
  aliases: ['/api/insight/:id/sharing/', '/api/dashboard_item/:id/sharing/'],
  params: z.object({ id: whichInsight }),
} as const

export const dashboardSharing = {
  retrieve: operation({
    ...read,
    ...ofDashboard,
    id: 'dashboards_sharing_list',
    summary: "Get a dashboard's link",
    description: 'Made when it is first asked for; off until it is turned on.',
  }),
  update: operation({
    ...write,
    ...ofDashboard,
    id: 'dashboards_sharing_partial_update',
    method: 'PATCH',
    summary: "Turn a dashboard's link on or off",
    description: 'For who may edit the dashboard.',
    body: SharingChanges,
  }),
  renew: operation({
    ...write,
    ...ofDashboard,
    path: `${ofDashboard.path}refresh/`,
    aliases: ofDashboard.aliases.map((alias) => `${alias}refresh/`),
    id: 'dashboards_sharing_refresh_create',
    method: 'POST',
    summary: 'Give a dashboard another link',
    description: 'The one that it had leads nowhere from then on.',
  }),
}

export const insightSharing = {
  retrieve: operation({
    ...read,
    ...ofInsight,
    id: 'insights_sharing_list',
    summary: "Get an insight's link",
    description: dashboardSharing.retrieve.description,
  }),
  update: operation({
    ...write,
    ...ofInsight,
    id: 'insights_sharing_partial_update',
    method: 'PATCH',
    summary: "Turn an insight's link on or off",
    description: 'For who may edit the insight.',
    body: SharingChanges,
  }),
  renew: operation({
    ...write,
    ...ofInsight,
    path: `${ofInsight.path}refresh/`,
    aliases: ofInsight.aliases.map((alias) => `${alias}refresh/`),
    id: 'insights_sharing_refresh_create',
    method: 'POST',
    summary: 'Give an insight another link',
    description: dashboardSharing.renew.description,
  }),
}

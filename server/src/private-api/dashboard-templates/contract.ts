import { z } from 'zod'
import { operation } from '../../http/operation.ts'

const path = '/api/projects/:project_id/dashboard_templates/'
const common = { access: 'project', tags: ['dashboard_templates'] } as const

const DashboardTemplate = z
  .object({
    name: z.string().describe('What `use_template` of a new dashboard takes.'),
    url: z.string().nullable().describe('Where it is from; null for those that come with Hedgerow.'),
    description: z.string(),
    verified: z.boolean(),
    maintainer: z.string(),
    installed: z.boolean(),
    has_new_version: z.boolean(),
  })
  .meta({ id: 'DashboardTemplate' })

export const templateRepository = operation({
  ...common,
  scope: 'dashboard_template:read',
  id: 'dashboard_templates_repository_retrieve',
  method: 'GET',
  path: `${path}repository/`,
  summary: 'List templates for dashboards',
  answer: z.array(DashboardTemplate),
})

export const installTemplate = operation({
  ...common,
  scope: 'dashboard_template:write',
  id: 'dashboard_templates_create',
  method: 'POST',
  path,
  summary: 'Install a template, as staff',
  description:
    'For compatibility: all of `repository/` are installed, and none is fetched from elsewhere. The answer is an empty text.',
  body: z.object({ name: z.string(), url: z.string().nullish() }).meta({ id: 'InstallDashboardTemplate' }),
  answer: z.literal(''),
  errors: [400, 403],
})

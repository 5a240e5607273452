import { z } from 'zod'
import { operation } from '../../http/operation.ts'

const path = '/api/projects/:project_id/dashboard_templates/'
const common = { access: 'project', tags: ['dashboard_templates'] } as const

const DashboardTemplate = z
  .object({
    name: z.string().describe('What `use_template` of a new dashboard takes.'),
    url: z.string().nullable().describe('Where it is from; null for those that come with Hedgerow.'),
    description: z.string().describe('What a dashboard of it shows.'),
    verified: z.boolean().describe('Always true: all come with Hedgerow.'),
    maintainer: z.string().describe('Who made it.'),
    installed: z.boolean().describe('Always true: all can be used at once.'),
    has_new_version: z.boolean().describe('Always false: they are renewed with Hedgerow.'),
  })
  .meta({ id: 'DashboardTemplate', description: 'A dashboard to begin with.' })

export const templateRepository = operation({
  ...common,
  scope: 'dashboard_template:read',
  id: 'dashboard_templates_repository_retrieve',
  method: 'GET',
  path: `${path}repository/`,
  summary: 'List templates for dashboards',
  description: 'All that there are, in one list; nothing is fetched from elsewhere.',
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
  body: z
    .object({
      name: z.string().describe('Of a template in `repository/`.'),
      url: z.string().nullish().describe('Accepted for compatibility.'),
    })
    .meta({ id: 'InstallDashboardTemplate' }),
  answer: z.literal(''),
  errors: [400, 403],
})

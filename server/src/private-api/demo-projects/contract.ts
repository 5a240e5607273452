import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

export const states = ['waiting', 'running', 'stopping', 'stopped', 'done', 'failed'] as const
/** What is made where nothing else is asked for. */
export const usual = { people: 20_000, seed: 1, name: 'Quillwort (demo)' }

const DemoProject = z
  .object({
    id: z.int().describe('What addresses name it by; the project itself has an id of its own.'),
    project: z
      .int()
      .nullable()
      .describe('Id of the project; null once it is gone: stopped, failed, or deleted by somebody.'),
    name: z.string().describe('What the project was called at first.'),
    state: z
      .enum(states)
      .describe(
        '`waiting` for its turn, `running`, `stopping`, and then `stopped`, `failed` (both leave nothing behind) or `done`.',
      ),
    people: z.int().describe('How many people there will be.'),
    events: z.int().describe('How many events there are so far.'),
    progress: z.number().describe('How far it has come, from 0 to 1.'),
    seed: z.int().describe('The same seed and number of people tell the same story, up to another day.'),
    error: z.string().nullable().describe('Why it failed; null where it has not.'),
    created_at: Instant.describe('When it was asked for; its events end then.'),
    finished_at: Instant.nullable().describe('When it was done, stopped or failed; null before.'),
  })
  .meta({ id: 'DemoProject', description: 'A project whose data are made up.' })

const path = '/api/organizations/:organization_id/demo_projects/'
const organization = {
  organization_id: z.string().describe('The organization; `@current` is the one you work in.'),
}
const params = z.object({
  ...organization,
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the demo project.'),
})
const common = { access: 'user', limitsKeys: true, tags: ['demo_projects'] } as const

export const listDemoProjects = operation({
  ...common,
  id: 'demo_projects_list',
  method: 'GET',
  path,
  scope: 'project:read',
  summary: 'List demo projects',
  description: 'The newest first, also those that are gone.',
  params: z.object(organization),
  query: z.object(pageQuery),
  answer: pageOf(DemoProject).meta({ id: 'PaginatedDemoProjectList' }),
  errors: [404],
})

export const createDemoProject = operation({
  ...common,
  id: 'demo_projects_create',
  method: 'POST',
  path,
  scope: 'project:write',
  summary: 'Make a demo project',
  description:
    'For admins. Three months of a product that does not exist: people and companies, events, flags, a running experiment, ' +
    'cohorts, insights and dashboards. It is filled in the background, one in an organization at a time (409); ask for it ' +
    'until it is `done`. You are switched to it.',
  params: z.object(organization),
  body: z
    .object({
      people: z
        .int()
        .min(20)
        .max(100_000)
        .describe('How many people, 20,000 unless said; each has some 50 events.'),
      seed: z.int().min(0).max(2_147_483_647).describe('Another seed, other people. 1 unless said.'),
      name: z
        .string()
        .trim()
        .min(1)
        .max(200)
        .describe('Name of the project; `Quillwort (demo)` unless said.'),
    })
    .partial()
    .meta({ id: 'NewDemoProject' }),
  status: 201,
  answer: DemoProject,
  errors: [403, 404, 409],
})

export const retrieveDemoProject = operation({
  ...common,
  id: 'demo_projects_retrieve',
  method: 'GET',
  path: `${path}:id/`,
  scope: 'project:read',
  summary: 'Get how far a demo project has come',
  description: 'Every second or so, until it is `done`, `stopped` or `failed`.',
  params,
  answer: DemoProject,
  errors: [404],
})

export const stopDemoProject = operation({
  ...common,
  id: 'demo_projects_stop_create',
  method: 'POST',
  path: `${path}:id/stop/`,
  scope: 'project:write',
  summary: 'Stop making a demo project',
  description:
    'For admins. What there is of it is deleted. 400 for one that is over: delete its project instead.',
  params,
  answer: DemoProject,
  errors: [400, 403, 404],
})

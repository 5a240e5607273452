import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { PersonList, personListQuery } from '../../http/person-list.ts'
import { actorsQuery } from '../../insights/queries.ts'

const filters = z
  .record(z.string(), z.unknown())
  .describe(
    'Who is in it: `{"properties": {"type": "AND", "values": […]}}`, groups of AND and OR around conditions of type ' +
      '`person`, `cohort` (key `id`) and `behavioral` (value `performed_event`, `performed_event_multiple`, ' +
      '`performed_event_first_time`, `performed_event_sequence`, `performed_event_regularly`, ' +
      '`stopped_performing_event` or `restarted_performing_event`), each with `"negation": true` for its opposite.',
  )
const groups = z
  .array(z.record(z.string(), z.unknown()))
  .describe('The older way to say who is in it, used where `filters` says nothing.')

const Cohort = z
  .object({
    id: z.int().describe('What addresses and filters name it by.'),
    name: z.string().nullable().describe('What people call it; null where nobody has named it.'),
    description: z.string().describe('What it is for; may be empty.'),
    groups,
    deleted: z.boolean().describe('Deleted ones are not listed; `PATCH` with `false` brings one back.'),
    filters,
    is_calculating: z
      .boolean()
      .describe('Whether its people are being found out; until then the last ones count.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    created_at: Instant.describe('When it was made.'),
    last_calculation: Instant.nullable().describe('When its people were last found out.'),
    errors_calculating: z.int().describe('How often that has failed since it last worked.'),
    last_error: z.string().nullable().describe('What was wrong the last time, if it was.'),
    count: z.int().nullable().describe('How many people it has; null until that is known.'),
    is_static: z
      .boolean()
      .describe('Whether its people stay who they are: listed, uploaded or copied, not found out.'),
  })
  .meta({ id: 'Cohort', description: 'A named set of people.' })

const CohortChanges = z
  .object({
    name: z.string().max(400).nullable().describe('What people call it; at most 400 characters.'),
    description: z.string().max(1000).nullable().describe('What it is for; at most 1,000 characters.'),
    groups,
    filters: filters.nullable(),
    is_static: z
      .boolean()
      .describe(
        'Whether its people stay who they are: listed, uploaded or copied, not found out. It stays so.',
      ),
    deleted: z.boolean().describe('True deletes it, false brings it back.'),
    csv: z
      .unknown()
      .describe(
        'Of a static cohort, in a `multipart/form-data` body: a file whose first column holds distinct ids. The people ' +
          'whose they are are added; ids of nobody are passed over.',
      ),
  })
  .partial()
  .meta({ id: 'CohortChanges' })
export type GivenCohort = z.output<typeof CohortChanges>

const path = '/api/projects/:project_id/cohorts/'
const alias = '/api/cohort/'
const common = { access: 'project', tags: ['cohorts'] } as const
const read = { ...common, scope: 'cohort:read' } as const
const write = { ...common, scope: 'cohort:write' } as const
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the cohort.'),
})
const one = { path: `${path}:id/`, aliases: [`${alias}:id/`], params } as const

export const listCohorts = operation({
  ...read,
  id: 'cohorts_list',
  method: 'GET',
  path,
  aliases: [alias],
  summary: 'List cohorts',
  description: 'Newest first, without deleted ones.',
  query: z.object({
    ...pageQuery,
    search: z.string().optional().describe('A part of the name or description, in any case of letters.'),
    type: z
      .enum(['static', 'dynamic'])
      .optional()
      .describe(
        '`static` for those whose people stay who they are, `dynamic` for those that are calculated.',
      ),
  }),
  answer: pageOf(Cohort).meta({ id: 'PaginatedCohortList' }),
})

export const createCohort = operation({
  ...write,
  id: 'cohorts_create',
  method: 'POST',
  path,
  aliases: [alias],
  summary: 'Create a cohort',
  description:
    'A dynamic one is calculated at once, after the answer; events that come later count from the next calculation on, ' +
    'some fifteen minutes later. A static one has the people of `csv` or of `query`, or nobody yet. The address may ' +
    'carry the filters of an insight and what pins a number of it, as links to its people do: then these are in it.',
  query: z.looseObject({
    insight: z.string().optional().describe('`TRENDS`, `STICKINESS` or `LIFECYCLE`'),
  }),
  body: CohortChanges.extend({
    query: actorsQuery.nullish().describe('Of a static cohort: whose people are in it.'),
  }).meta({ id: 'NewCohort' }),
  status: 201,
  answer: Cohort,
  errors: [400],
})

export const retrieveCohort = operation({
  ...read,
  ...one,
  id: 'cohorts_retrieve',
  method: 'GET',
  summary: 'Get a cohort',
  description: 'Also a deleted one.',
  answer: Cohort,
  errors: [404],
})

export const updateCohort = operation({
  ...write,
  ...one,
  id: 'cohorts_partial_update',
  method: 'PATCH',
  summary: 'Change a cohort',
  description:
    'What is not sent stays. A dynamic one is calculated anew, and so are those that refer to it; until that is done ' +
    'its people are those from before. `{"deleted": true}` deletes it, `false` brings it back.',
  body: CohortChanges,
  answer: Cohort,
  errors: [400, 404],
})

export const replaceCohort = operation({
  ...updateCohort,
  id: 'cohorts_update',
  method: 'PUT',
  summary: 'Change a cohort, as PATCH does',
})

export const deleteCohort = operation({
  ...write,
  ...one,
  id: 'cohorts_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'Insights may use it: PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})

export const cohortPersons = operation({
  ...read,
  id: 'cohorts_persons_retrieve',
  method: 'GET',
  path: `${path}:id/persons/`,
  aliases: [`${alias}:id/persons/`, `${path}:id/persons.csv`],
  params,
  summary: "List a cohort's people",
  description:
    'Newest first. With `format=csv` or `is_csv_export=1`, or the path `persons.csv`, a table of up to 10,000 of them.',
  query: personListQuery.omit({ cohort: true }).extend({
    format: z.string().optional().describe('`csv` for a table.'),
    is_csv_export: z.string().optional().describe('`1` for a table.'),
  }),
  answer: PersonList,
  errors: [400, 404],
})

export const duplicateCohort = operation({
  ...write,
  id: 'cohorts_duplicate_as_static_cohort_retrieve',
  method: 'GET',
  path: `${path}:id/duplicate_as_static_cohort/`,
  aliases: [`${alias}:id/duplicate_as_static_cohort/`],
  params,
  summary: 'Copy a cohort as a static one',
  description: 'The people that it has now. A GET that makes something, as in PostHog.',
  answer: Cohort,
  errors: [404],
})

const Success = z.object({ success: z.literal(true).describe('Always true.') }).meta({ id: 'Success' })
const mostIds = 10_000

export const addPersons = operation({
  ...write,
  id: 'cohorts_add_persons_to_static_cohort_partial_update',
  method: 'PATCH',
  path: `${path}:id/add_persons_to_static_cohort/`,
  aliases: [`${alias}:id/add_persons_to_static_cohort/`],
  params,
  summary: 'Add people to a static cohort',
  description: 'Those who are in it already stay; ids of nobody are passed over.',
  body: z
    .object({ person_ids: z.array(z.guid()).min(1).max(mostIds).describe('uuids of persons') })
    .meta({ id: 'CohortPersons' }),
  answer: Success,
  errors: [400, 404],
})

export const removePerson = operation({
  ...write,
  id: 'cohorts_remove_person_from_static_cohort_partial_update',
  method: 'PATCH',
  path: `${path}:id/remove_person_from_static_cohort/`,
  aliases: [`${alias}:id/remove_person_from_static_cohort/`],
  params,
  summary: 'Take somebody out of a static cohort',
  description: 'Who is not in it stays out; nothing happens.',
  body: z.object({ person_id: z.guid().describe('uuid of a person') }).meta({ id: 'CohortPerson' }),
  answer: Success,
  errors: [400, 404],
})

export const cohortsOfPerson = operation({
  ...read,
  id: 'persons_cohorts_retrieve',
  rateLimit: 'persons',
  method: 'GET',
  path: '/api/projects/:project_id/persons/cohorts/',
  aliases: ['/api/person/cohorts/'],
  summary: 'List the cohorts that somebody is in',
  description: 'As they were last calculated, without deleted ones.',
  query: z.object({ person_id: z.string().optional().describe('Integer id or uuid of the person.') }),
  answer: z
    .object({ results: z.array(Cohort).describe('The cohorts, in one list.') })
    .meta({ id: 'CohortList' }),
  errors: [400, 404],
})

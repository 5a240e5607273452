import { z } from 'zod'
import { significanceCodes } from '../../experiments/statistics.ts'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { activityOperation } from '../../http/activity-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { funnelStep, trendsResult } from '../../insights/answers.ts'
import { ExperimentHoldout } from './holdout-contract.ts'

const filters = z
  .record(z.string(), z.unknown())
  .describe(
    'What is compared: a trend or a funnel as legacy filters, `{"insight": "TRENDS", "events": [{"id": "purchase"}]}`. Its ' +
      '`properties` are about who gets the flag.',
  )
const parameters = z
  .record(z.string(), z.unknown())
  .nullable()
  .describe(
    '`feature_flag_variants`: `[{"key": "control", "rollout_percentage": 50}, {"key": "test", "rollout_percentage": 50}]`, ' +
      'which can not be changed later. What is not known is kept.',
  )

const Experiment = z
  .object({
    id: z.int().describe('What addresses name it by.'),
    name: z.string().describe('Shown in lists; people in it do not see it.'),
    description: z.string().nullable().describe('What is to be found out; null where nobody said.'),
    start_date: Instant.nullable().describe('Null while it is a draft.'),
    end_date: Instant.nullable().describe('What happens later is not counted.'),
    feature_flag_key: z.string().describe('Key of that flag: what code asks for.'),
    feature_flag: z.int().describe('Id of the feature flag whose variants are compared.'),
    parameters,
    filters,
    secondary_metrics: z
      .array(z.unknown())
      .nullable()
      .describe('What else is compared: `[{"name": "Refunds", "filters": {…}}]`.'),
    holdout_id: z.int().nullable().describe('Id of the holdout: those whom it keeps out get no variant.'),
    holdout: ExperimentHoldout.nullable().describe('The holdout itself; null for none.'),
    archived: z.boolean().describe('Whether it is put away; it is listed all the same.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    created_at: Instant.describe('When it was made.'),
    updated_at: Instant.describe('When it last changed.'),
  })
  .meta({ id: 'Experiment', description: "Compares a feature flag's variants by what people do." })

const ExperimentChanges = z
  .object({
    name: z.string().trim().min(1).max(400).describe('Shown in lists; at most 400 characters.'),
    description: z.string().max(400).nullable().describe('What is to be found out; at most 400 characters.'),
    start_date: DateTime.nullable().describe('Launches a draft: its flag is turned on.'),
    end_date: DateTime.nullable().describe('Ends it. The flag stays as it is.'),
    feature_flag_key: z
      .string()
      .trim()
      .min(1)
      .max(400)
      .describe('Key of the flag that is made. A flag with the variant `control` and another is taken.'),
    parameters,
    filters,
    secondary_metrics: z
      .array(
        z.object({ name: z.string().max(400).optional().describe('What people call it.'), filters }).loose(),
      )
      .max(20)
      .nullable()
      .describe('Further metrics; judged in the same way, and asked for by their index.'),
    holdout_id: z
      .int()
      .positive()
      .max(2_147_483_647)
      .nullable()
      .describe('Id of a holdout, or null; of a draft only.'),
    archived: z.boolean().describe('Puts it away, or back; its flag stays as it is.'),
  })
  .partial()
  .meta({ id: 'ExperimentChanges' })
export type GivenExperiment = z.output<typeof ExperimentChanges>

const NewExperiment = ExperimentChanges.required({ name: true, feature_flag_key: true }).meta({
  id: 'NewExperiment',
})
export type GivenNewExperiment = z.output<typeof NewExperiment>

const path = '/api/projects/:project_id/experiments/'
const common = { access: 'project', tags: ['experiments'] } as const
const read = { ...common, scope: 'experiment:read' } as const
const write = { ...common, scope: 'experiment:write' } as const
const params = z.object({
  id: z.coerce.number().int().positive().max(2_147_483_647).describe('Id of the experiment.'),
})
const one = { path: `${path}:id/`, params } as const

export const listExperiments = operation({
  ...read,
  id: 'experiments_list',
  method: 'GET',
  path,
  summary: 'List experiments',
  description: 'In the order in which they were made, archived ones too unless `archived` says otherwise.',
  query: z.object({
    ...pageQuery,
    search: z.string().optional().describe('In the name and the description.'),
    archived: z
      .enum(['true', 'false'])
      .optional()
      .catch(undefined)
      .describe('`true` for archived ones only, `false` for the others only; default all.'),
    status: z
      .enum(['draft', 'running', 'complete'])
      .optional()
      .catch(undefined)
      .describe('Only those that were not launched (`draft`), that run, or that have ended; default all.'),
  }),
  answer: pageOf(Experiment).meta({ id: 'PaginatedExperimentList' }),
})

export const createExperiment = operation({
  ...write,
  id: 'experiments_create',
  method: 'POST',
  path,
  summary: 'Create an experiment',
  description:
    'With its feature flag, which is on only with a `start_date`. Without `feature_flag_variants` there are `control` and ' +
    '`test`, half each.',
  body: NewExperiment,
  status: 201,
  answer: Experiment,
  errors: [400, 409],
})

export const retrieveExperiment = operation({
  ...read,
  ...one,
  id: 'experiments_retrieve',
  method: 'GET',
  summary: 'Get an experiment',
  description: 'What it was set up to do; `results/` tells what came out.',
  answer: Experiment,
  errors: [404],
})

export const updateExperiment = operation({
  ...write,
  ...one,
  id: 'experiments_partial_update',
  method: 'PATCH',
  summary: 'Change an experiment',
  description:
    'What is not sent stays; key and variants can not change. The first `start_date` turns the flag on. New `properties` in ' +
    "`filters` replace the flag's conditions by one for all whom they describe.",
  body: ExperimentChanges,
  answer: Experiment,
  errors: [400, 404, 409],
})

export const replaceExperiment = operation({
  ...write,
  ...one,
  id: 'experiments_update',
  method: 'PUT',
  summary: 'Change an experiment, with its name',
  description: 'As PATCH does, but `name` and `feature_flag_key` must be sent.',
  body: NewExperiment,
  answer: Experiment,
  errors: [400, 404, 409],
})

export const deleteExperiment = operation({
  ...write,
  ...one,
  id: 'experiments_destroy',
  method: 'DELETE',
  summary: 'Delete an experiment',
  description: 'With the flag that was made for it; a flag that was there before stays.',
  status: 204,
  answer: null,
  errors: [400, 404, 409],
})

export const experimentsActivity = activityOperation({
  ...read,
  id: 'experiments_activity_retrieve',
  path: `${path}activity/`,
})

export const experimentActivity = activityOperation({
  ...read,
  id: 'experiments_activity_retrieve_2',
  path: `${path}:id/activity/`,
  params,
})

const byVariant = <T extends z.ZodType>(value: T) => z.record(z.string(), value)

const CountVariant = z
  .object({
    key: z.string().describe('The variant'),
    count: z.number().describe('How often it happened'),
    exposure: z.number().describe('How many saw the variant, against those who saw control; 1 for control'),
    absolute_exposure: z.int().describe('How many people saw the variant'),
  })
  .meta({ id: 'ExperimentCountVariant' })
const FunnelVariant = z
  .object({
    key: z.string().describe('The variant'),
    success_count: z.int().describe('How many went through the funnel'),
    failure_count: z.int().describe('How many began and did not'),
  })
  .meta({ id: 'ExperimentFunnelVariant' })

const verdict = {
  probability: byVariant(z.number()).describe('How probable it is that a variant is the best; sums to 1'),
  significant: z.boolean().describe('Whether it says anything: `significance_code` is `significant`'),
  significance_code: z
    .enum(significanceCodes)
    .describe(
      '`significant`, or why not: `not_enough_exposure` (fewer than 100 people in a variant), `low_win_probability` (below ' +
        '90 %), `high_loss` (of a funnel, 1 % or more), `high_p_value` (of a trend, 0.05 or more)',
    ),
  p_value: z.number().optional().describe('Of a trend: control against the variant of the highest count'),
  expected_loss: z
    .number()
    .optional()
    .describe('Of a funnel: by how much the best of the others is expected to convert less than control'),
  variants: z.array(z.union([CountVariant, FunnelVariant])).describe('`control` first'),
  credible_intervals: byVariant(z.tuple([z.number(), z.number()]).nullable()).describe(
    'Where the conversion rate, or how often it happens to one who saw the variant, is with a probability of 95 %; null ' +
      'where nobody saw it',
  ),
}

const SampleRatio = z
  .object({
    observed: byVariant(z.number()).describe('How many people saw each variant'),
    expected: byVariant(z.number()).describe("How many that should be, by the flag's percentages"),
    chi_squared: z
      .number()
      .nullable()
      .describe("How far the numbers are apart, as Pearson's test has it; null with too few people to tell"),
    p_value: z.number().nullable().describe('Null with too few people to tell'),
    mismatch: z.boolean().describe('The difference is too large for chance: no result can be trusted'),
    warning: z.string().nullable().describe('That, as a sentence'),
  })
  .meta({ id: 'ExperimentSampleRatio', description: 'Whether variants are seen as often as they should be.' })

const freshness = {
  last_refresh: Instant.describe('When the oldest of the numbers were read'),
  is_cached: z.boolean().describe('Whether some were calculated for an earlier request'),
}

const refresh = z
  .string()
  .optional()
  .describe('`true`: calculate, whatever was answered before. Without it, what is fresh is served again.')

export const experimentResults = operation({
  ...read,
  id: 'experiments_results_retrieve',
  method: 'GET',
  path: `${path}:id/results/`,
  params,
  rateLimit: 'analytics',
  summary: 'Get what an experiment says',
  description:
    '400 `no_data` before control and another variant have been seen, and for drafts; `too_much_data` for more than ten ' +
    'variants.',
  query: z.object({ refresh }),
  answer: z
    .object({
      insight: z
        .array(z.union([trendsResult, z.array(funnelStep)]))
        .describe('The metric by variant: the series of a trend, or the steps of a funnel'),
      filters: z.record(z.string(), z.unknown()).describe('What was asked, as legacy filters'),
      ...verdict,
      total_exposures: byVariant(z.int()).describe(
        'How many people saw each variant, and how many the holdout was seen to keep out, as `holdout-<id>`',
      ),
      sample_ratio: SampleRatio,
      ...freshness,
    })
    .meta({ id: 'ExperimentResults' }),
  errors: [400, 404],
  readsEvents: true,
})

export const secondaryResults = operation({
  ...read,
  id: 'experiments_secondary_results_retrieve',
  method: 'GET',
  path: `${path}:id/secondary_results/`,
  params,
  rateLimit: 'analytics',
  summary: 'Get what an experiment says by one of its secondary metrics',
  description: 'Judged as the main metric is, over the same time and the same people.',
  query: z.object({ id: z.string().optional().describe('Index of the metric, from 0.'), refresh }),
  answer: z
    .object({
      result: byVariant(z.number()).describe('Counts of a trend; conversion rates of a funnel, 0 to 1'),
      verdict: z
        .object(verdict)
        .nullable()
        .describe('Null before control and another variant have been seen'),
      ...freshness,
    })
    .meta({ id: 'ExperimentSecondaryResults' }),
  errors: [400, 404],
  readsEvents: true,
})

export const requiresFlag = operation({
  ...read,
  id: 'experiments_requires_flag_implementation_retrieve',
  method: 'GET',
  path: `${path}requires_flag_implementation/`,
  rateLimit: 'analytics',
  summary: 'Tell whether events lack the values of flags',
  description: 'Looks at the newest twenty events of each that the filters name, of the last seven days.',
  query: z
    .looseObject({
      events: z.unknown().describe('As JSON text: `[{"id": "purchase"}]`'),
      actions: z.unknown().describe('As JSON text: `[{"id": 7}]`'),
      date_from: z.unknown().describe('From when; default `-7d`'),
    })
    .partial(),
  answer: z
    .object({ result: z.boolean().describe('True where none of them carries a `$feature/…` property') })
    .meta({ id: 'RequiresFlagImplementation' }),
  errors: [400],
  readsEvents: true,
})

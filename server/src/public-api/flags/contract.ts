import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { EarlyAccessFeatureInShort } from '../../http/flag-shapes.ts'
import type { PublicOperation } from '../../http/operation.ts'

/**
 * What flags say of themselves to SDKs. The routes read bodies by themselves (`read-request.ts`), being more lenient
 * than any schema.
 */
const tag = {
  name: 'flags',
  description: `What SDKs ask: which flags somebody gets, and how the flags are defined, for those that find it out on their
own. A **project API key** (\`phc_…\`) is enough to have flags evaluated. Definitions and remote configuration tell how a
project works, so they need a **personal API key** with \`feature_flag:read\` (\`Authorization: Bearer phx_…\`); \`token\`
says for which project. None of this is limited in rate, and all of it is answered while the database or the warehouse is
away: from memory, and with \`errorsWhileComputingFlags\` where something about the person could not be looked up.`,
} as const

const properties = z.record(z.string(), z.unknown())

const AskedFlags = z
  .object({
    token: z.string().describe('The project API key, `phc_…`. `api_key` is the same.'),
    distinct_id: z.string().describe('Who asks; at most 200 characters.'),
    $anon_distinct_id: z
      .string()
      .optional()
      .describe('The id from before, for flags that keep what somebody got then.'),
    $device_id: z.string().nullish().describe('The device, for flags that are drawn by it.'),
    person_properties: properties.optional().describe('Win over those that are known.'),
    groups: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .describe('By type, the key.'),
    group_properties: z.record(z.string(), properties).optional().describe('By type; win over those known.'),
    flag_keys_to_evaluate: z.array(z.string()).optional().describe('Only these flags.'),
    geoip_disable: z.boolean().optional().describe('Says that the address is not the person’s.'),
    disable_flags: z
      .boolean()
      .optional()
      .describe('True evaluates none: for what is told besides flags only.'),
    evaluation_contexts: z
      .array(z.string())
      .optional()
      .describe(
        'Where it runs, as `docs` or `checkout`: flags with contexts are evaluated only for who names one of theirs.',
      ),
    evaluation_runtime: z
      .enum(['client', 'server', 'all'])
      .optional()
      .describe('Where it runs: flags for the other side are left out. Default: all flags.'),
  })
  .meta({ id: 'FlagsRequest' })

const FlagDetails = z
  .object({
    key: z.string().describe('What code asks for.'),
    enabled: z.boolean().describe('Whether who asks gets it.'),
    variant: z
      .string()
      .nullable()
      .describe('Which variant, for flags with variants; null for others and where it is off.'),
    failed: z.literal(true).optional().describe('It could not be evaluated: what is known of it stays.'),
    reason: z
      .object({
        code: z
          .string()
          .describe(
            '`condition_match`, `no_condition_match`, `out_of_rollout_bound`, `flag_disabled` and the like.',
          ),
        condition_index: z
          .int()
          .nullable()
          .describe("Which of the flag's condition sets decided, from 0; null where none did."),
        description: z.string().describe('The same for people.'),
      })
      .describe('Why it came out so.'),
    metadata: z
      .object({
        id: z.int().describe("The flag's id in the private API."),
        version: z.int().describe("Counts the flag's changes, from 1."),
        description: z.string().nullable().describe('What the flag is for; null where nobody said.'),
        payload: z.unknown().describe('Text that holds JSON, mostly; null where there is none.'),
        has_experiment: z
          .boolean()
          .describe('Whether an experiment goes by it: then SDKs report that it was called.'),
      })
      .describe('What is known of the flag itself.'),
  })
  .meta({ id: 'EvaluatedFlag' })

const version = (versions: string) => ({
  v: z.string().optional().describe(versions),
  config: z.string().optional().describe('`true` for what posthog-js is told besides flags.'),
})

const exampleFlags = {
  'new-checkout': {
    key: 'new-checkout',
    enabled: true,
    variant: 'test',
    reason: { code: 'condition_match', condition_index: 0, description: 'Matched condition set 1' },
    metadata: {
      id: 12,
      version: 3,
      description: 'The checkout on one page',
      payload: null,
      has_experiment: true,
    },
  },
}

const shared = {
  method: 'POST',
  tag,
  body: AskedFlags,
  example: { token: 'phc_…', distinct_id: 'user-1', person_properties: { plan: 'pro' } },
  errors: [400, 401, 413],
} as const

export const flagsOperation = {
  ...shared,
  id: 'flags_evaluate',
  path: '/flags/',
  summary: 'Evaluate flags',
  description:
    'Every flag that is on, also those that are not for who asks. Without `v` and `config` as with `v=2&config=true`; ' +
    '`v=1` gives `featureFlags` and `featureFlagPayloads` instead.',
  query: z.object(version('`2` for details, `1` for values.')),
  answer: z
    .looseObject({
      flags: z.record(z.string(), FlagDetails).optional().describe('By key; not with `v=1`.'),
      featureFlags: z
        .record(z.string(), z.union([z.boolean(), z.string()]))
        .optional()
        .describe('With `v=1`, by key: `true`, `false` or a variant.'),
      featureFlagPayloads: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('With `v=1`, by key: what comes with those that are on, mostly text that holds JSON.'),
      errorsWhileComputingFlags: z
        .boolean()
        .describe(
          'Whether some could not be evaluated. SDKs then keep what they knew of the ones that are not there.',
        ),
      requestId: z.string().describe('Names this request; SDKs send it along with `$feature_flag_called`.'),
      evaluatedAt: z.int().describe('Milliseconds since 1970.'),
    })
    .meta({
      id: 'EvaluatedFlags',
      examples: [
        {
          flags: exampleFlags,
          errorsWhileComputingFlags: false,
          requestId: '0190c2f0-5a44-7cc0-9d6e-3f1b2a4c5d6e',
          evaluatedAt: 1_767_225_600_000,
        },
      ],
    }),
} satisfies PublicOperation

export const decideOperation = {
  ...shared,
  id: 'decide',
  path: '/decide/',
  summary: 'Evaluate flags, for older SDKs',
  description:
    '`v=1` gives the keys of flags that are on, `v=2` their values, `v=3` all values with payloads, `v=4` what `/flags/` ' +
    'gives. All with what posthog-js is told besides.',
  query: z.object(version('1 to 4.')),
  answer: z
    .looseObject({
      featureFlags: z
        .unknown()
        .optional()
        .describe(
          'Keys of the flags that are on (`v=1`), or values by key (`v=2`, `v=3`): `true`, `false` or a variant.',
        ),
    })
    .meta({ id: 'Decided', examples: [{ featureFlags: ['new-checkout'] }] }),
} satisfies PublicOperation

const byProjectKey = { token: z.string().describe('The project API key, `phc_…`.') }

export const earlyAccessOperation = {
  tag,
  method: 'GET',
  id: 'early_access_features',
  path: '/api/early_access_features/',
  summary: 'List the features that people may turn on for themselves',
  description:
    'Whoever is for or against one says so by an event `$feature_enrollment_update`, as posthog-js sends it, that sets the ' +
    "person's property `$feature_enrollment/<flag key>`.",
  query: z.object({
    ...byProjectKey,
    stage: z.string().optional().describe('Of these stages; may be repeated. Default `beta`.'),
  }),
  answer: z
    .object({
      earlyAccessFeatures: z.array(EarlyAccessFeatureInShort).describe('Those of the stages asked for.'),
    })
    .meta({
      id: 'EarlyAccessFeatures',
      examples: [
        {
          earlyAccessFeatures: [
            {
              id: '0190c2f0-5a44-7cc0-9d6e-7a8b9c0d1e2f',
              name: 'Checkout on one page',
              description: 'Pay without leaving the cart.',
              stage: 'beta',
              documentationUrl: null,
              payload: {},
              flagKey: 'new-checkout',
            },
          ],
        },
      ],
    }),
  errors: [401],
} satisfies PublicOperation

const flagKey = z.string().nullable()

export const surveysOperation = {
  tag,
  method: 'GET',
  id: 'surveys_for_sdks',
  path: '/api/surveys/',
  summary: 'List surveys',
  description:
    'Drafts and ended ones too, but not archived ones: SDKs show those with a `start_date` and no `end_date`, to who has ' +
    'all of its flags.',
  query: z.object(byProjectKey),
  answer: z
    .object({
      surveys: z
        .array(
          z
            .object({
              id: z.uuid().describe('Names the survey; SDKs send it as `$survey_id`.'),
              name: z.string().describe('What its makers call it.'),
              type: z.string().describe('`popover`, `api`, `widget` and so on: how SDKs show it.'),
              linked_flag_key: flagKey.describe('A flag that who sees it must have; null for none.'),
              targeting_flag_key: flagKey.describe(
                'A flag made from its targeting conditions; null for none.',
              ),
              internal_targeting_flag_key: flagKey.describe(
                'On for who has neither answered nor dismissed it.',
              ),
              questions: z
                .array(z.unknown())
                .nullable()
                .describe('In order; as `surveys/` of the private API describes them.'),
              conditions: properties
                .nullable()
                .describe('Where and when it is shown: address, device, events, wait.'),
              appearance: properties.nullable().describe('Colours and texts.'),
              start_date: Instant.nullable().describe('When it was launched; null for drafts.'),
              end_date: Instant.nullable().describe('When it was stopped; null while it runs.'),
              current_iteration: z
                .int()
                .nullable()
                .describe('Which round it is in, from 1; null for surveys without rounds.'),
              current_iteration_start_date: Instant.nullable().describe('When that round began.'),
              schedule: z.string().nullable().describe('`once`, `recurring` or `always`; null is once.'),
              enable_partial_responses: z
                .boolean()
                .nullable()
                .describe('Whether answers are sent question by question, before the last is answered.'),
            })
            .meta({ id: 'SurveyForSdks' }),
        )
        .describe('All that are not archived.'),
      survey_config: z.null().describe('Always null: no looks are kept for all surveys.'),
    })
    .meta({ id: 'SurveysForSdks', examples: [{ surveys: [], survey_config: null }] }),
  errors: [401],
} satisfies PublicOperation

const ofProject = { project_id: z.string().describe('The project; `@current` is the one you work in.') }
const projectQuery = {
  token: z.string().optional().describe('The project API key of the project that is meant.'),
}

export const definitionsOperation = {
  tag,
  method: 'GET',
  id: 'flag_definitions',
  path: '/flags/definitions/',
  summary: 'Get the definitions of flags',
  description:
    'For SDKs that evaluate flags on their own. Also as `/api/feature_flag/local_evaluation/`. With `If-None-Match`, 304 while nothing has changed.',
  query: z.object({
    ...projectQuery,
    send_cohorts: z.string().optional().describe('Whether the SDK knows cohorts; the value does not matter.'),
  }),
  answer: z
    .object({
      flags: z
        .array(
          z.looseObject({
            key: z.string().describe('What code asks for.'),
            active: z.boolean().describe('Whether it is on at all.'),
            filters: properties.describe('Who gets it: conditions, variants, payloads.'),
          }),
        )
        .describe('All flags of the project that are not deleted.'),
      group_type_mapping: z
        .record(z.string(), z.string())
        .describe('Names of the group types by their index, `{"0": "company"}`.'),
      cohorts: z
        .record(z.string(), properties)
        .describe('By id, the conditions of cohorts that the flags name; only with `send_cohorts`.'),
    })
    .meta({
      id: 'FlagDefinitions',
      examples: [
        {
          flags: [
            {
              key: 'new-checkout',
              active: true,
              filters: { groups: [{ properties: [], rollout_percentage: 25 }] },
            },
          ],
          group_type_mapping: { '0': 'company' },
          cohorts: {},
        },
      ],
    }),
  needsPersonalKey: true,
  errors: [401, 403],
} satisfies PublicOperation

export const localEvaluationOperation = {
  ...definitionsOperation,
  id: 'feature_flags_local_evaluation_retrieve',
  params: z.object(ofProject),
  path: '/api/projects/:project_id/feature_flags/local_evaluation/',
  summary: 'Get the definitions of flags of a project',
} satisfies PublicOperation

export const remoteConfigOperation = {
  tag,
  method: 'GET',
  id: 'feature_flags_remote_config_retrieve',
  params: z.object({ ...ofProject, key: z.string().describe("The flag's key, or its id.") }),
  path: '/api/projects/:project_id/feature_flags/:key/remote_config/',
  summary: "Get a remote configuration flag's payload",
  description: 'By key or id. Empty where it has none.',
  query: z.object(projectQuery),
  answer: z.unknown().meta({ examples: ['{"color": "green"}'] }),
  needsPersonalKey: true,
  errors: [401, 403, 404],
} satisfies PublicOperation

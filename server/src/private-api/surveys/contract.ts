import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { activityOperation } from '../../http/activity-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { MinimalFeatureFlag } from '../../http/flag-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const json = z.record(z.string(), z.unknown())

const Branching = z
  .looseObject({
    type: z.enum(['next_question', 'end', 'specific_question', 'response_based']),
    index: z.int().nonnegative().optional().describe('Of the question that comes next, from 0.'),
    responseValues: z
      .record(z.string(), z.union([z.int().nonnegative(), z.string()]))
      .optional()
      .describe(
        'By answer, the index of the next question, `end` or `next_question`. Answers are the indexes of choices; of ratings ' +
          '`negative`, `neutral` and `positive`, or `detractors`, `passives` and `promoters`.',
      ),
  })
  .meta({ id: 'SurveyBranching' })

const Question = z
  .looseObject({
    id: z
      .string()
      .regex(/^[\w-]{1,100}$/, 'An id is made of letters, digits, "-" and "_".')
      .nullish()
      .describe('By it answers are known: `$survey_response_<id>`. Given where there is none.'),
    type: z.enum(['open', 'link', 'rating', 'single_choice', 'multiple_choice']),
    question: z.string().max(10_000),
    description: z.string().max(10_000).nullish(),
    descriptionContentType: z.enum(['text', 'html']).nullish(),
    optional: z.boolean().nullish(),
    buttonText: z.string().nullish(),
    link: z.string().nullish().describe('Of `link`: `https:`, `http:` or `mailto:`.'),
    display: z.enum(['number', 'emoji']).nullish().describe('Of `rating`.'),
    scale: z.int().nullish().describe('Of `rating`: 2, 3 or 5 emojis; 5, 7 or 10 numbers. 10 begins with 0.'),
    lowerBoundLabel: z.string().nullish(),
    upperBoundLabel: z.string().nullish(),
    choices: z.array(z.string()).max(100).nullish().describe('Of `single_choice` and `multiple_choice`.'),
    shuffleOptions: z.boolean().nullish(),
    hasOpenChoice: z.boolean().nullish().describe('Whether the last choice is a text of one’s own.'),
    branching: Branching.nullish(),
  })
  .meta({ id: 'SurveyQuestion' })
export type GivenQuestion = z.output<typeof Question>

const matchType = z.enum(['regex', 'not_regex', 'exact', 'is_not', 'icontains', 'not_icontains'])
const Conditions = z
  .looseObject({
    url: z.string().nullish(),
    urlMatchType: matchType.nullish(),
    selector: z.string().nullish().describe('Only where such an element is on the page.'),
    seenSurveyWaitPeriodInDays: z.int().nonnegative().nullish().describe('After any survey was seen.'),
    events: z
      .looseObject({
        values: z.array(z.looseObject({ name: z.string() })).max(100),
        repeatedActivation: z.boolean().nullish(),
      })
      .nullish()
      .describe('Shown when one of these is captured.'),
    actions: z
      .looseObject({ values: z.array(z.looseObject({ id: z.int() })).max(100) })
      .nullish()
      .describe('Shown when something is captured that is one of these.'),
    deviceTypes: z.array(z.string()).max(20).nullish(),
    deviceTypesMatchType: matchType.nullish(),
    linkedFlagVariant: z.string().nullish().describe('Which variant of the linked flag; `any` for each.'),
  })
  .meta({ id: 'SurveyConditions' })

const Appearance = z
  .looseObject({
    thankYouMessageDescriptionContentType: z.enum(['text', 'html']).nullish(),
    surveyPopupDelaySeconds: z
      .number()
      .nonnegative('Survey popup delay seconds must be a positive integer')
      .nullish(),
    whiteLabel: z.boolean().nullish(),
  })
  .meta({ id: 'SurveyAppearance' })

const type = z
  .enum(['popover', 'widget', 'api', 'button', 'email', 'full_screen'])
  .describe('SDKs show `popover` and `widget`; `api` is for your own code to show.')
const schedule = z.enum(['once', 'recurring', 'always'])

const Survey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string().describe('For you; SDKs are not told of it.'),
    type,
    schedule: schedule.nullable(),
    linked_flag: MinimalFeatureFlag.nullable(),
    linked_flag_id: z.int().nullable(),
    targeting_flag: MinimalFeatureFlag.nullable(),
    internal_targeting_flag: MinimalFeatureFlag.nullable().describe(
      'Off for who has answered or dismissed the survey.',
    ),
    feature_flag_keys: z
      .array(z.object({ key: z.string(), value: z.string().nullable() }))
      .describe('The keys of all of them.'),
    questions: z.array(json).nullable(),
    conditions: json.nullable(),
    appearance: json.nullable(),
    created_at: Instant,
    created_by: UserBasic.nullable(),
    start_date: Instant.nullable().describe('Null while it is a draft.'),
    end_date: Instant.nullable(),
    archived: z.boolean(),
    responses_limit: z.int().nullable(),
    iteration_count: z.int().nullable(),
    iteration_frequency_days: z.int().nullable(),
    iteration_start_dates: z.array(Instant).nullable(),
    current_iteration: z.int().nullable(),
    current_iteration_start_date: Instant.nullable(),
    enable_partial_responses: z.boolean().nullable(),
  })
  .meta({ id: 'Survey', description: 'Questions that SDKs show to people.' })

const SurveyChanges = z
  .object({
    name: z.string().trim().min(1).max(400).describe('Like no other of the project.'),
    description: z.string().max(10_000),
    type,
    schedule: schedule
      .nullable()
      .describe('`recurring` is asked `iteration_count` times, `always` whenever its conditions hold.'),
    linked_flag_id: z.int().nullable().describe('A flag that people must have.'),
    targeting_flag_id: z.int().nullable().describe('A further one.'),
    targeting_flag_filters: json
      .nullable()
      .describe('Who is asked, as filters of a flag; the survey gets a flag of its own for them.'),
    remove_targeting_flag: z.boolean().nullable().describe('Deletes that flag.'),
    questions: z.array(Question).max(50).nullable(),
    conditions: Conditions.nullable().describe('Where and when it is shown.'),
    appearance: Appearance.nullable(),
    start_date: DateTime.nullable().describe('Launches it.'),
    end_date: DateTime.nullable().describe('Stops it; null resumes it.'),
    archived: z.boolean(),
    responses_limit: z
      .int()
      .nonnegative()
      .max(2_147_483_647)
      .nullable()
      .describe('It ends when so many have answered; looked at every few minutes. 0 is no limit.'),
    iteration_count: z.int().nonnegative().max(500).nullable(),
    iteration_frequency_days: z.int().nonnegative().max(3650).nullable(),
    enable_partial_responses: z
      .boolean()
      .nullable()
      .describe('Whether answers are sent question by question.'),
  })
  .partial()
  .meta({ id: 'SurveyChanges' })
export type GivenSurvey = z.output<typeof SurveyChanges>

const NewSurvey = SurveyChanges.required({ name: true, type: true }).meta({ id: 'NewSurvey' })

const path = '/api/projects/:project_id/surveys/'
const common = { access: 'project', tags: ['surveys'] } as const
const read = { ...common, scope: 'survey:read' } as const
const write = { ...common, scope: 'survey:write' } as const
const params = z.object({ id: z.uuid() })
const one = { path: `${path}:id/`, params } as const

export const listSurveys = operation({
  ...read,
  id: 'surveys_list',
  method: 'GET',
  path,
  summary: 'List surveys',
  description: 'Newest first.',
  query: z.object({
    ...pageQuery,
    search: z.string().optional().describe('In the name and the description.'),
    archived: z.enum(['true', 'false']).optional().catch(undefined),
  }),
  answer: pageOf(Survey).meta({ id: 'PaginatedSurveyList' }),
})

export const createSurvey = operation({
  ...write,
  id: 'surveys_create',
  method: 'POST',
  path,
  summary: 'Create a survey',
  description:
    'A draft, unless it has a `start_date`. HTML in it may hold neither scripts nor styles that load anything.',
  body: NewSurvey,
  status: 201,
  answer: Survey,
  errors: [400],
})

export const retrieveSurvey = operation({
  ...read,
  ...one,
  id: 'surveys_retrieve',
  method: 'GET',
  summary: 'Get a survey',
  answer: Survey,
  errors: [404],
})

export const updateSurvey = operation({
  ...write,
  ...one,
  id: 'surveys_partial_update',
  method: 'PATCH',
  summary: 'Change a survey',
  description: 'What is not sent stays. Its own flags are on while it runs.',
  body: SurveyChanges,
  answer: Survey,
  errors: [400, 404],
})

export const replaceSurvey = operation({
  ...write,
  ...one,
  id: 'surveys_update',
  method: 'PUT',
  summary: 'Change a survey, with its name and type',
  description: 'As PATCH does, but `name` and `type` must be sent.',
  body: NewSurvey,
  answer: Survey,
  errors: [400, 404],
})

export const deleteSurvey = operation({
  ...write,
  ...one,
  id: 'surveys_destroy',
  method: 'DELETE',
  summary: 'Delete a survey',
  description: 'With its own flags; answers are events, and stay.',
  status: 204,
  answer: null,
  errors: [400, 404],
})

export const copySurvey = operation({
  ...write,
  id: 'surveys_duplicate_to_projects_create',
  method: 'POST',
  path: `${path}:id/duplicate_to_projects/`,
  params,
  summary: 'Copy a survey to projects',
  description: 'To all or to none, as drafts; without flags, events and actions, which are of their project.',
  body: z
    .object({ target_team_ids: z.array(z.int()).min(1).max(100).describe('Ids of projects.') })
    .meta({ id: 'SurveyTargets' }),
  status: 201,
  answer: z
    .object({
      created_surveys: z.array(z.object({ team_id: z.int(), survey_id: z.uuid(), name: z.string() })),
      count: z.int(),
    })
    .meta({ id: 'CopiedSurveys' }),
  errors: [400, 404],
})

export const surveysActivity = activityOperation({
  ...read,
  id: 'surveys_activity_retrieve',
  path: `${path}activity/`,
})

export const surveyActivity = activityOperation({
  ...read,
  id: 'surveys_activity_retrieve_2',
  path: `${path}:id/activity/`,
  params,
})

const fromEvents = { ...read, method: 'GET', rateLimit: 'analytics', readsEvents: true } as const

export const responsesCount = operation({
  ...fromEvents,
  id: 'surveys_responses_count_retrieve',
  path: `${path}responses_count/`,
  summary: 'Count the responses of all surveys',
  description: 'By the ids of surveys; those without any are left out.',
  query: z.object({ survey_ids: z.string().optional().describe('Only of these, separated by commas.') }),
  answer: z.record(z.string(), z.int()),
})

const between = {
  date_from: DateTime.optional().describe('From when; at the earliest from the start of the survey.'),
  date_to: DateTime.optional().describe('Until when; at the latest until its end.'),
}

const Counts = z
  .object({
    total_count: z.int(),
    unique_persons: z.int(),
    first_seen: Instant.nullable(),
    last_seen: Instant.nullable(),
    total_count_only_seen: z.int().describe('Of `survey shown`: those that were neither sent nor dismissed.'),
    unique_persons_only_seen: z.int().describe('The same, of people.'),
  })
  .meta({ id: 'SurveyEventCounts' })

const stats = {
  stats: z
    .object({ 'survey shown': Counts, 'survey dismissed': Counts, 'survey sent': Counts })
    .describe(
      'Of answers that were sent question by question, all count once, and do not count as dismissed. Who dismissed the ' +
        'survey and answered it has answered.',
    ),
  rates: z
    .object({
      response_rate: z.number(),
      dismissal_rate: z.number(),
      unique_users_response_rate: z.number(),
      unique_users_dismissal_rate: z.number(),
    })
    .describe('Percentages of how often, and to how many, it was shown.'),
}

const QuestionStats = z
  .object({
    question_id: z.string(),
    question_index: z.int(),
    question_text: z.string(),
    question_type: z.string(),
    response_count: z.int(),
    distribution: z
      .record(z.string(), z.int())
      .describe(
        'By choice or rating, how often; texts of one’s own together as `<other>`. Empty for open questions.',
      ),
    average: z.number().nullable().describe('Of ratings.'),
  })
  .meta({ id: 'SurveyQuestionStats' })

export const surveysStats = operation({
  ...fromEvents,
  id: 'surveys_stats_retrieve',
  path: `${path}stats/`,
  summary: 'How often surveys were shown, dismissed and answered',
  description: 'All together, without archived ones.',
  query: z.object(between),
  answer: z.object(stats).meta({ id: 'SurveysStats' }),
  errors: [400],
})

export const surveyStats = operation({
  ...fromEvents,
  id: 'surveys_stats_retrieve_2',
  path: `${path}:id/stats/`,
  params,
  summary: 'How often a survey was shown, dismissed and answered, and what was answered',
  query: z.object(between),
  answer: z
    .object({
      ...stats,
      questions: z.array(QuestionStats),
      survey_id: z.uuid(),
      start_date: Instant.nullable(),
      end_date: Instant.nullable(),
    })
    .meta({ id: 'SurveyStats' }),
  errors: [400, 404],
})

export const surveyResponses = operation({
  ...fromEvents,
  id: 'surveys_responses_list',
  path: `${path}:id/responses/`,
  params,
  summary: 'List the responses to a survey',
  description: 'Newest first. Answers that were sent question by question are one response.',
  query: z.object({
    ...pageQuery,
    ...between,
    question_id: z
      .string()
      .optional()
      .describe('Only those that answer this question, and only its answers.'),
  }),
  answer: z
    .object({
      next: z.string().nullable().describe('Address of the next page.'),
      previous: z.string().nullable().describe('Address of the previous page.'),
      results: z.array(
        z
          .object({
            uuid: z.uuid().describe('Of the event that was sent last.'),
            distinct_id: z.string(),
            session_id: z.string().nullable(),
            submitted_at: Instant,
            answers: z.array(
              z.object({
                question_id: z.string(),
                question_index: z.int(),
                question_text: z.string(),
                question_type: z.string(),
                answer: z.union([z.string(), z.array(z.string())]),
              }),
            ),
          })
          .meta({ id: 'SurveyResponse' }),
      ),
    })
    .meta({ id: 'SurveyResponses' }),
  errors: [400, 404],
})

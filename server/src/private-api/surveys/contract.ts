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
    type: z
      .enum(['next_question', 'end', 'specific_question', 'response_based'])
      .describe(
        'Where it goes on: at the next question, at the end, at the question of `index`, or by `responseValues`.',
      ),
    index: z.int().nonnegative().optional().describe('Of the question that comes next, from 0.'),
    responseValues: z
      .record(z.string(), z.union([z.int().nonnegative(), z.string()]))
      .optional()
      .describe(
        'By answer, the index of the next question, `end` or `next_question`. Answers are the indexes of choices; of ratings ' +
          '`negative`, `neutral` and `positive`, or `detractors`, `passives` and `promoters`.',
      ),
  })
  .meta({ id: 'SurveyBranching', description: 'Where a survey goes on after an answer.' })

const Question = z
  .looseObject({
    id: z
      .string()
      .regex(/^[\w-]{1,100}$/, 'An id is made of letters, digits, "-" and "_".')
      .nullish()
      .describe('By it answers are known: `$survey_response_<id>`. Given where there is none.'),
    type: z
      .enum(['open', 'link', 'rating', 'single_choice', 'multiple_choice'])
      .describe('How it is answered: by a text, not at all (`link`), by a rating, by one choice or several.'),
    question: z.string().max(10_000).describe('What is asked.'),
    description: z.string().max(10_000).nullish().describe('Shown below the question.'),
    descriptionContentType: z
      .enum(['text', 'html'])
      .nullish()
      .describe('How the description is read; default `text`.'),
    optional: z.boolean().nullish().describe('Whether it may be left out; default false.'),
    buttonText: z.string().nullish().describe("On the button that sends the answer; default the SDK's."),
    link: z.string().nullish().describe('Of `link`: `https:`, `http:` or `mailto:`.'),
    display: z.enum(['number', 'emoji']).nullish().describe('Of `rating`.'),
    scale: z.int().nullish().describe('Of `rating`: 2, 3 or 5 emojis; 5, 7 or 10 numbers. 10 begins with 0.'),
    lowerBoundLabel: z.string().nullish().describe('Of `rating`: what the lowest means, `Unlikely`.'),
    upperBoundLabel: z.string().nullish().describe('Of `rating`: what the highest means, `Very likely`.'),
    choices: z.array(z.string()).max(100).nullish().describe('Of `single_choice` and `multiple_choice`.'),
    shuffleOptions: z
      .boolean()
      .nullish()
      .describe("Whether choices come in a new order each time; one's own text stays the last."),
    hasOpenChoice: z.boolean().nullish().describe('Whether the last choice is a text of one’s own.'),
    branching: Branching.nullish(),
  })
  .meta({ id: 'SurveyQuestion' })
export type GivenQuestion = z.output<typeof Question>

const matchType = z.enum(['regex', 'not_regex', 'exact', 'is_not', 'icontains', 'not_icontains'])
const Conditions = z
  .looseObject({
    url: z.string().nullish().describe('Only on pages whose address matches; null or empty for all.'),
    urlMatchType: matchType.nullish().describe('How `url` is compared; default `icontains`.'),
    selector: z.string().nullish().describe('Only where such an element is on the page.'),
    seenSurveyWaitPeriodInDays: z.int().nonnegative().nullish().describe('After any survey was seen.'),
    events: z
      .looseObject({
        values: z
          .array(z.looseObject({ name: z.string().describe("The event's name.") }))
          .max(100)
          .describe('Names of the events.'),
        repeatedActivation: z.boolean().nullish().describe('Whether it is shown each time; default once.'),
      })
      .nullish()
      .describe('Shown when one of these is captured.'),
    actions: z
      .looseObject({
        values: z
          .array(z.looseObject({ id: z.int().describe("The action's id.") }))
          .max(100)
          .describe('The actions.'),
      })
      .nullish()
      .describe('Shown when something is captured that is one of these.'),
    deviceTypes: z
      .array(z.string())
      .max(20)
      .nullish()
      .describe('Only on these: `Desktop`, `Mobile`, `Tablet`.'),
    deviceTypesMatchType: matchType
      .nullish()
      .describe('How `deviceTypes` are compared; default `icontains`.'),
    linkedFlagVariant: z.string().nullish().describe('Which variant of the linked flag; `any` for each.'),
  })
  .meta({
    id: 'SurveyConditions',
    description: 'Where and when SDKs show a survey. What is not known is kept and given to them.',
  })

const Appearance = z
  .looseObject({
    thankYouMessageDescriptionContentType: z
      .enum(['text', 'html'])
      .nullish()
      .describe('How the description of the thanks is read; default `text`.'),
    surveyPopupDelaySeconds: z
      .number()
      .nonnegative('Survey popup delay seconds must be a positive integer')
      .nullish()
      .describe('How long to wait before it is shown, once its conditions hold; seconds.'),
    whiteLabel: z
      .boolean()
      .nullish()
      .describe("Whether the note of who made the survey's software is left out."),
  })
  .meta({
    id: 'SurveyAppearance',
    description: 'Colours and texts. What is not known is kept and given to SDKs.',
  })

const type = z
  .enum(['popover', 'widget', 'api', 'button', 'email', 'full_screen'])
  .describe('SDKs show `popover` and `widget`; `api` is for your own code to show.')
const schedule = z.enum(['once', 'recurring', 'always'])

const Survey = z
  .object({
    id: z.uuid().describe('What addresses and events name it by: `$survey_id`.'),
    name: z.string().describe('Shown in lists; people who are asked do not see it.'),
    description: z.string().describe('For you; SDKs are not told of it.'),
    type,
    schedule: schedule
      .nullable()
      .describe('Whether people are asked `once`, `recurring` or `always`; null is once.'),
    linked_flag: MinimalFeatureFlag.nullable().describe('A flag that people must have to be asked.'),
    linked_flag_id: z.int().nullable().describe('Id of `linked_flag`; null for none.'),
    targeting_flag: MinimalFeatureFlag.nullable().describe(
      "Who is asked, as a flag of the survey's own; null for everybody.",
    ),
    internal_targeting_flag: MinimalFeatureFlag.nullable().describe(
      'Off for who has answered or dismissed the survey.',
    ),
    feature_flag_keys: z
      .array(
        z.object({
          key: z
            .string()
            .describe(
              'Which of them: `linked_flag_key`, `targeting_flag_key` or `internal_targeting_flag_key`.',
            ),
          value: z.string().nullable().describe("The flag's key; null where there is none."),
        }),
      )
      .describe('The keys of all of them.'),
    questions: z
      .array(json)
      .nullable()
      .describe('In the order in which they are asked; each as in `SurveyQuestion`.'),
    conditions: json
      .nullable()
      .describe(
        'Where and when it is shown, as in `SurveyConditions`; its actions are told with their steps. Null for everywhere.',
      ),
    appearance: json
      .nullable()
      .describe("Colours and texts, as in `SurveyAppearance`; null for the SDK's own."),
    created_at: Instant.describe('When it was made.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    start_date: Instant.nullable().describe('Null while it is a draft.'),
    end_date: Instant.nullable().describe('When it was stopped, or had enough responses; null until then.'),
    archived: z.boolean().describe('Whether it is put away: SDKs are not told of it.'),
    responses_limit: z
      .int()
      .nullable()
      .describe('It ends when so many have answered; null or 0 is no limit.'),
    iteration_count: z.int().nullable().describe('How many rounds it has; null for no rounds.'),
    iteration_frequency_days: z.int().nullable().describe('Days from the start of a round to the next.'),
    iteration_start_dates: z
      .array(Instant)
      .nullable()
      .describe('When each round begins; null for drafts, empty where there are none.'),
    current_iteration: z
      .int()
      .nullable()
      .describe('Which round it is in, from 1; null where there are none or it has not been launched.'),
    current_iteration_start_date: Instant.nullable().describe('When that round began.'),
    enable_partial_responses: z
      .boolean()
      .nullable()
      .describe('Whether answers are sent question by question, before the last is answered.'),
  })
  .meta({ id: 'Survey', description: 'Questions that SDKs show to people.' })

const SurveyChanges = z
  .object({
    name: z.string().trim().min(1).max(400).describe('Like no other of the project.'),
    description: z.string().max(10_000).describe('For you; SDKs are not told of it.'),
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
    questions: z
      .array(Question)
      .max(50)
      .nullable()
      .describe('In the order in which they are asked; at most 50.'),
    conditions: Conditions.nullable().describe('Where and when it is shown.'),
    appearance: Appearance.nullable().describe('Colours and texts.'),
    start_date: DateTime.nullable().describe('Launches it.'),
    end_date: DateTime.nullable().describe('Stops it; null resumes it.'),
    archived: z.boolean().describe('True puts it away: SDKs are not told of it any more.'),
    responses_limit: z
      .int()
      .nonnegative()
      .max(2_147_483_647)
      .nullable()
      .describe('It ends when so many have answered; looked at every few minutes. 0 is no limit.'),
    iteration_count: z
      .int()
      .nonnegative()
      .max(500)
      .nullable()
      .describe('How many rounds it has; needs `iteration_frequency_days`. In each, people are asked anew.'),
    iteration_frequency_days: z
      .int()
      .nonnegative()
      .max(3650)
      .nullable()
      .describe('Days from the start of a round to the next.'),
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
const params = z.object({ id: z.uuid().describe('Id of the survey.') })
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
    archived: z
      .enum(['true', 'false'])
      .optional()
      .catch(undefined)
      .describe('`true` for archived ones only, `false` for the others only; default all.'),
    status: z
      .enum(['draft', 'running', 'stopped'])
      .optional()
      .catch(undefined)
      .describe(
        'Only those that were not launched (`draft`), that people are asked now (`running`) or that have ended (`stopped`); default all.',
      ),
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
  description: 'Also a draft or an archived one. `responses/` and `stats/` tell what was answered.',
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
      created_surveys: z
        .array(
          z.object({
            team_id: z.int().describe('The project.'),
            survey_id: z.uuid().describe('Id of the copy in it.'),
            name: z.string().describe('The name of the copy, which says when it was copied.'),
          }),
        )
        .describe('One for each project.'),
      count: z.int().describe('How many were made.'),
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
    total_count: z.int().describe('How often.'),
    unique_persons: z.int().describe('How many different people.'),
    first_seen: Instant.nullable().describe('When for the first time; null for never.'),
    last_seen: Instant.nullable().describe('When for the last time; null for never.'),
    total_count_only_seen: z.int().describe('Of `survey shown`: those that were neither sent nor dismissed.'),
    unique_persons_only_seen: z.int().describe('The same, of people.'),
  })
  .meta({ id: 'SurveyEventCounts' })

const stats = {
  stats: z
    .object({
      'survey shown': Counts.describe('How often it was shown.'),
      'survey dismissed': Counts.describe('How often it was closed without an answer.'),
      'survey sent': Counts.describe('How often it was answered.'),
    })
    .describe(
      'Of answers that were sent question by question, all count once, and do not count as dismissed. Who dismissed the ' +
        'survey and answered it has answered.',
    ),
  rates: z
    .object({
      response_rate: z.number().describe('Answers for a hundred times that it was shown.'),
      dismissal_rate: z.number().describe('Dismissals for a hundred times that it was shown.'),
      unique_users_response_rate: z.number().describe('Of a hundred people who saw it, how many answered.'),
      unique_users_dismissal_rate: z
        .number()
        .describe('Of a hundred people who saw it, how many dismissed it.'),
    })
    .describe('Percentages of how often, and to how many, it was shown.'),
}

const QuestionStats = z
  .object({
    question_id: z.string().describe('Id of the question in the survey.'),
    question_index: z.int().describe('Its place, from 0.'),
    question_text: z.string().describe('As it is asked now.'),
    question_type: z.string().describe('`open`, `link`, `rating`, `single_choice` or `multiple_choice`.'),
    response_count: z.int().describe('How many responses answer it.'),
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
  description: 'Within `date_from` and `date_to`, and only while it ran.',
  query: z.object(between),
  answer: z
    .object({
      ...stats,
      questions: z.array(QuestionStats).describe('What was answered, question by question.'),
      survey_id: z.uuid().describe('The survey that was asked about.'),
      start_date: Instant.nullable().describe('When it was launched; null for drafts.'),
      end_date: Instant.nullable().describe('When it was stopped; null while it runs.'),
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
      results: z
        .array(
          z
            .object({
              uuid: z.uuid().describe('Of the event that was sent last.'),
              distinct_id: z.string().describe('Who answered.'),
              session_id: z
                .string()
                .nullable()
                .describe('The session in which it was answered; null where the SDK sends none.'),
              submitted_at: Instant.describe('When the last answer of it was sent.'),
              answers: z
                .array(
                  z.object({
                    question_id: z.string().describe('Id of the question in the survey.'),
                    question_index: z.int().describe('Its place, from 0.'),
                    question_text: z.string().describe('As it is asked now.'),
                    question_type: z
                      .string()
                      .describe('`open`, `link`, `rating`, `single_choice` or `multiple_choice`.'),
                    answer: z
                      .union([z.string(), z.array(z.string())])
                      .describe('A text, also for ratings; a list for `multiple_choice`.'),
                  }),
                )
                .describe('Those that were given, in the order of the questions.'),
            })
            .meta({ id: 'SurveyResponse' }),
        )
        .describe('The responses of this page, newest first.'),
    })
    .meta({ id: 'SurveyResponses' }),
  errors: [400, 404],
})

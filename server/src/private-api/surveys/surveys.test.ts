import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../../../test/app.ts'
import { type Ingested, ingested } from '../../../test/ingested.ts'
import { testAnswers } from '../../../test/insights.ts'
import { createProjectStore, insertProject } from '../../accounts/projects.ts'
import { actions } from '../../database/schema.ts'
import type { Answers } from '../../insights/answer-life.ts'
import { createPropertyTypes } from '../../insights/property-types.ts'
import { createInsights } from '../../insights/run.ts'
import { newProjectApiKey } from '../../kit/api-keys.ts'
import { featureFlagRoutes } from '../feature-flags/routes.ts'
import { createFlagStore } from '../feature-flags/store.ts'
import { surveyRoutes } from './routes.ts'
import { createSurveyStore, type SurveyStore } from './store.ts'
import { surveyTask } from './tasks.ts'

/** Surveys over a real pipeline: what SDKs send of them is what their results are made of. */

let on: Ingested
let path: string
let surveys: SurveyStore
let answers: Answers
let clock = new Date('2024-03-01T12:00:00Z')

beforeAll(async () => {
  on = await ingested(afterAll, ({ database, warehouse, activity, cohorts }) => {
    const flags = createFlagStore({
      database,
      activity,
      findCohorts: cohorts.load,
      changed: async () => {},
    })
    const insights = createInsights({
      warehouse,
      findProject: () => ({
        timezone: 'America/New_York',
        testAccountFilters: [],
        botFilter: 'off',
        dropEventsOlderThan: null,
      }),
      propertyTypes: createPropertyTypes(database),
      findAction: async () => undefined,
    })
    answers = testAnswers(insights)
    surveys = createSurveyStore({ database, activity, flags, now: () => clock })
    const projects = createProjectStore(database)
    return [featureFlagRoutes({ flags, activity }), surveyRoutes({ surveys, answers, projects, activity })]
  })
  path = `${on.base}surveys/`
})

let names = 0
const newName = () => `Survey ${++names}`
const one = (id: string) => `${path}${id}/`
const open = { type: 'open', question: 'Why?' }
const made = async (body: object = {}, at = path) => {
  const answer = await on.api.post(at, { name: newName(), type: 'popover', questions: [open], ...body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}
const changed = async (id: string, body: object) => {
  const answer = await on.api.patch(one(id), body)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}
const flag = async (body: object) => (await on.api.post(`${on.base}feature_flags/`, body)).body
const flagById = async (id: number) => (await on.api.get(`${on.base}feature_flags/${id}/`)).body
const refused = ({ status, body }: Answer) => [status, body.code, body.attr, body.detail]
const email = {
  groups: [{ properties: [{ key: 'email', type: 'person', value: '@x', operator: 'icontains' }] }],
}
const unasked = (key: string) => [
  {
    variant: '',
    rollout_percentage: 100,
    properties: ['$survey_dismissed', '$survey_responded'].map((answer) => ({
      key: `${answer}/${key}`,
      value: 'is_not_set',
      operator: 'is_not_set',
      type: 'person',
    })),
  },
]
const start = '2024-03-01T00:00:00Z'

describe('a survey', () => {
  test('is made as a draft, with a flag for those who were not asked', async () => {
    const linked = await flag({ key: 'linked' })
    const given = {
      name: ' How is it? ',
      description: 'For us.',
      type: 'popover',
      questions: [
        { type: 'rating', question: 'How?', display: 'number', scale: 10, lowerBoundLabel: 'bad', more: [1] },
        { id: 'why', type: 'open', question: 'Why <b>so</b>?', descriptionContentType: 'html' },
      ],
      conditions: { url: '/pricing', urlMatchType: 'icontains', more: null },
      appearance: { backgroundColor: '#fff', whiteLabel: true },
      linked_flag_id: linked.id,
    }
    const { status, body } = await on.api.post(path, { ...given, id: 'x', created_by: 9 })
    expect(status).toBe(201)
    const [rating, why] = given.questions
    expect(body).toEqual({
      ...given,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'How is it?',
      schedule: 'once',
      linked_flag: expect.objectContaining({ id: linked.id, key: 'linked', active: true }),
      targeting_flag: null,
      internal_targeting_flag: expect.objectContaining({
        key: expect.stringMatching(/^survey-targeting-[0-9a-f]{10}-custom$/),
        name: 'Targeting flag for survey How is it?',
        active: false,
        filters: { groups: unasked(body.id) },
      }),
      feature_flag_keys: [
        { key: 'linked_flag_key', value: 'linked' },
        { key: 'targeting_flag_key', value: null },
        { key: 'internal_targeting_flag_key', value: body.internal_targeting_flag.key },
      ],
      questions: [{ ...rating, id: expect.stringMatching(/^[0-9a-f-]{36}$/) }, why],
      start_date: null,
      end_date: null,
      archived: false,
      responses_limit: null,
      iteration_count: null,
      iteration_frequency_days: null,
      iteration_start_dates: [],
      current_iteration: null,
      current_iteration_start_date: null,
      enable_partial_responses: false,
      created_by: expect.objectContaining({ id: on.api.user.id }),
      created_at: expect.stringMatching(/\.\d{6}Z$/),
    })
    expect((await on.api.get(one(body.id))).body).toEqual(body)
  })

  test('is launched, stopped and resumed; its own flags are on while it runs, and not among all flags', async () => {
    const survey = await made({ targeting_flag_filters: email })
    const own = [survey.targeting_flag.id, survey.internal_targeting_flag.id]
    const areOn = async () => Promise.all(own.map(async (id) => (await flagById(id)).active))
    expect(await areOn()).toEqual([false, false])
    expect((await changed(survey.id, { start_date: start })).start_date).toBe('2024-03-01T00:00:00.000000Z')
    expect(await areOn()).toEqual([true, true])
    await changed(survey.id, { end_date: '2024-03-02T00:00:00Z' })
    expect(await areOn()).toEqual([false, false])
    expect((await changed(survey.id, { end_date: null })).end_date).toBeNull()
    expect(await areOn()).toEqual([true, true])
    expect((await changed(survey.id, { archived: true })).archived).toBe(true)
    const { results } = (await on.api.get(`${on.base}feature_flags/?limit=1000`)).body
    expect(results.filter(({ id }: { id: number }) => own.includes(id))).toEqual([])
  })

  test('is not for the people of a flag that is not there', async () => {
    for (const field of ['linked_flag_id', 'targeting_flag_id']) {
      for (const id of [0, -1, 2_000_000_000]) {
        const given = { name: `No flag ${field} ${id}`, type: 'popover', questions: [], [field]: id }
        const { status, body } = await on.api.post(path, given)
        expect([field, id, status, body.type]).toEqual([field, id, 400, 'validation_error'])
      }
    }
  })

  test('is for those whom its targeting describes, which can be changed and removed', async () => {
    const survey = await made({ start_date: start })
    expect(survey.targeting_flag).toBeNull()
    const targeted = await changed(survey.id, { targeting_flag_filters: email })
    expect(targeted.targeting_flag).toMatchObject({
      key: expect.stringMatching(/^survey-targeting-[0-9a-f]{10}$/),
      active: true,
      filters: email,
    })
    const half = { groups: [{ properties: [], rollout_percentage: 50 }] }
    const less = await changed(survey.id, { targeting_flag_filters: half })
    expect(less.targeting_flag).toMatchObject({ id: targeted.targeting_flag.id, filters: half })
    expect((await changed(survey.id, { targeting_flag_filters: null })).targeting_flag.filters).toEqual(half)
    expect((await changed(survey.id, { remove_targeting_flag: true })).targeting_flag).toBeNull()
    expect((await flagById(targeted.targeting_flag.id)).deleted).toBe(true)
    const other = await flag({ key: 'there before'.replace(' ', '-') })
    expect((await changed(survey.id, { targeting_flag_id: other.id })).targeting_flag.id).toBe(other.id)
    expect((await on.api.delete(one(survey.id))).status).toBe(204)
    expect((await flagById(other.id)).deleted).toBe(false)
  })

  test('that recurs is asked again when its time has come', async () => {
    clock = new Date('2024-03-01T12:00:00Z')
    const recurring = { schedule: 'recurring', iteration_count: 3, iteration_frequency_days: 10 }
    const survey = await made(recurring)
    expect([survey.iteration_start_dates, survey.current_iteration]).toEqual([null, null])
    const begun = await changed(survey.id, { start_date: start })
    expect(begun).toMatchObject({
      iteration_start_dates: [1, 11, 21].map((day) => `2024-03-${day < 10 ? '01' : day}T00:00:00.000000Z`),
      current_iteration: 1,
      current_iteration_start_date: '2024-03-01T00:00:00.000000Z',
      internal_targeting_flag: { filters: { groups: unasked(`${survey.id}/1`) } },
    })
    const task = surveyTask({ surveys, answers, now: () => clock })
    await task.run({}, new AbortController().signal)
    expect((await on.api.get(one(survey.id))).body.current_iteration).toBe(1)
    clock = new Date('2024-03-12T00:00:00Z')
    // one that can't be counted for the moment is not in the way of the others
    const limited = await made({ start_date: start, responses_limit: 1 })
    const away = { ask: () => Promise.reject(new Error('away')) }
    const failing = surveyTask({ surveys, answers: away, now: () => clock })
    await expect(failing.run({}, new AbortController().signal)).rejects.toThrow('not every survey')
    await on.api.delete(one(limited.id))
    expect((await on.api.get(one(survey.id))).body).toMatchObject({
      current_iteration: 2,
      current_iteration_start_date: '2024-03-11T00:00:00.000000Z',
      internal_targeting_flag: { filters: { groups: unasked(`${survey.id}/2`) } },
    })
    expect((await on.api.patch(one(survey.id), { iteration_count: 1 })).body.detail).toBe(
      'Cannot change survey recurrence to 1, should be at least 2',
    )
    const once = await changed(survey.id, { schedule: 'once', iteration_count: 0 })
    expect(once).toMatchObject({ current_iteration: null, iteration_start_dates: [] })
    expect(once.internal_targeting_flag.filters.groups).toEqual(unasked(survey.id))
  })

  test('can be stopped when its flags are not what they were', async () => {
    const linked = await flag({ key: 'soon-gone' })
    const survey = await made({ linked_flag_id: linked.id, targeting_flag_filters: email, start_date: start })
    for (const { id } of [linked, survey.targeting_flag]) {
      const gone = await on.api.patch(`${on.base}feature_flags/${id}/`, { deleted: true })
      expect(gone.status).toBe(200)
    }
    const stopped = await changed(survey.id, { end_date: '2024-03-02T00:00:00Z' })
    expect(stopped).toMatchObject({
      linked_flag: { deleted: true },
      internal_targeting_flag: { active: false },
    })
  })

  test('is shown by actions, as they are', async () => {
    const values = { projectId: Number(on.base.split('/')[3]), name: 'bought' }
    const [action] = await on.api.database.db.insert(actions).values(values).returning()
    const survey = await made({ conditions: { actions: { values: [{ id: action!.id, name: 'old' }] } } })
    expect(survey.conditions).toEqual({
      actions: { values: [{ id: action!.id, name: 'bought', steps: [] }] },
    })
    await on.api.database.db.update(actions).set({ name: 'paid', deleted: true })
    expect((await on.api.get(one(survey.id))).body.conditions.actions.values[0].name).toBe('paid')
    const without = await changed(survey.id, { conditions: { actions: { values: [] } } })
    expect(without.conditions).toEqual({ actions: { values: [] } })
  })

  test('is deleted for good, with its own flags', async () => {
    const survey = await made({ targeting_flag_filters: email, start_date: start })
    expect(await on.api.delete(one(survey.id))).toMatchObject({ status: 204, text: '' })
    expect((await on.api.get(one(survey.id))).status).toBe(404)
    expect((await on.api.delete(one(survey.id))).status).toBe(404)
    for (const { id } of [survey.targeting_flag, survey.internal_targeting_flag]) {
      expect((await flagById(id)).deleted).toBe(true)
    }
    await made({ name: survey.name })
  })

  test('is listed with the newest first, found, and told apart from archived ones', async () => {
    const [first, second] = [await made({ name: 'Needle A' }), await made({ description: 'a needle b' })]
    await changed(second.id, { archived: true })
    const ids = async (query: string) =>
      (await on.api.get(`${path}?search=needle${query}`)).body.results.map(({ id }: { id: string }) => id)
    expect(await ids('')).toEqual([second.id, first.id])
    expect(await ids('&archived=true')).toEqual([second.id])
    expect(await ids('&archived=false')).toEqual([first.id])
    expect(await ids('&limit=1&offset=1')).toEqual([first.id])
    expect(await ids('&status=draft')).toEqual([second.id, first.id])
    await changed(first.id, { start_date: '2026-03-01T00:00:00Z' })
    expect(await ids('&status=draft&archived=false')).toEqual([])
    expect(await ids('&status=running')).toEqual([first.id])
    await changed(first.id, { end_date: '2026-03-02T00:00:00Z' })
    expect(await ids('&status=running')).toEqual([])
    expect(await ids('&status=stopped')).toEqual([first.id])
    expect(await ids('&status=nonsense')).toEqual([second.id, first.id])
    expect((await on.api.get(`${path}?search=needle&limit=1`)).body).toMatchObject({
      count: 2,
      next: expect.stringContaining('offset=1'),
    })
    expect(await ids('%25')).toEqual([])
  })

  test('is copied to other projects, to all or none', async () => {
    const target = await on.api.database.transaction((tx) =>
      insertProject(tx, on.api.user, {
        organizationId: on.api.organization.id,
        apiToken: newProjectApiKey(),
      }),
    )
    const source = await on.api.post(`/api/projects/${target.id}/surveys/`, {
      name: 'Source',
      type: 'popover',
      questions: [{ id: 'q', ...open }],
      conditions: { url: '/a', events: { values: [{ name: 'x' }] } },
      start_date: start,
    })
    const from = `/api/projects/${target.id}/surveys/`
    const copy = (ids: unknown) =>
      on.api.post(`${from}${source.body.id}/duplicate_to_projects/`, { target_team_ids: ids })
    const { status, body } = await copy([target.id])
    expect([status, body.count]).toEqual([201, 1])
    const made = (await on.api.get(`${from}${body.created_surveys[0].survey_id}/`)).body
    expect(made).toMatchObject({
      name: expect.stringMatching(/^Source \(duplicated at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\)$/),
      start_date: null,
      conditions: { url: '/a' },
    })
    expect(made.questions[0].id).not.toBe('q')
    const stranger = await on.api.stranger()
    for (const ids of [[target.id, stranger.project.id], [target.id]]) {
      expect((await copy(ids)).status).toBe(400)
    }
    expect((await on.api.get(from)).body.count).toBe(2)
    expect((await copy([])).status).toBe(400)
  })
})

test('what can not be is refused, and not made', async () => {
  const { name } = await made({ questions: [open, { type: 'open', question: 'And?' }] })
  const plain = await flag({ key: 'plain' })
  const variants = [
    { key: 'a', rollout_percentage: 50 },
    { key: 'b', rollout_percentage: 50 },
  ]
  const many = await flag({ key: 'many', filters: { groups: [{}], multivariate: { variants } } })
  const questions = (question: object) => ({ questions: [{ ...open, ...question }] })
  const rating = (display: unknown, scale: unknown) => questions({ type: 'rating', display, scale })
  const html = (text: string) => questions({ description: text })
  const before = (await on.api.get(path)).body.count
  for (const [body, attr, detail] of [
    [{ name }, null, 'There is already a survey with this name.'],
    [{ name: '' }, 'name', 'This field may not be blank.'],
    [{ type: 'external_survey' }, 'type', '"external_survey" is not a valid choice.'],
    [{ schedule: 'daily' }, 'schedule', '"daily" is not a valid choice.'],
    [{ questions: {} }, 'questions', 'Expected a list of items but got type "object".'],
    [questions({ type: 'text' }), 'questions__0__type', '"text" is not a valid choice.'],
    [questions({ question: ' ' }), 'questions', 'Question text is required'],
    [questions({ id: 'a b' }), 'questions__0__id', undefined],
    [
      {
        questions: [
          { ...open, id: 'a' },
          { ...open, id: 'a' },
        ],
      },
      'questions',
      'Question ids must be unique.',
    ],
    [questions({ type: 'single_choice' }), 'questions', 'Question choices must be a list of strings'],
    [
      questions({ type: 'multiple_choice', choices: ['a', ' '] }),
      'questions',
      'Question choices cannot be empty',
    ],
    [rating('number', 4), 'questions', 'The scale of number ratings is one of: 5, 7, 10'],
    [rating('emoji', 10), 'questions', 'The scale of emoji ratings is one of: 2, 3, 5'],
    [rating(undefined, 5), 'questions', 'A rating needs a display and a scale.'],
    [
      questions({ type: 'link', link: 'javascript:alert(1)' }),
      'questions',
      'Link must be a URL with one of these schemes: [https, http, mailto]',
    ],
    [
      questions({ type: 'link', link: 'mailto:nobody' }),
      'questions',
      'Invalid mailto link. Please enter a valid mailto link (e.g., mailto:example@domain.com).',
    ],
    [
      questions({ type: 'link', link: 'https://' }),
      'questions',
      'Invalid HTTPS URL. Please enter a valid HTTPS link.',
    ],
    [
      questions({ branching: { type: 'specific_question', index: 1 } }),
      'questions',
      'Branching leads to "1", which is no question.',
    ],
    [html('<script>alert(1)</script>'), 'questions', 'HTML may not hold <script>alert(1)</script>'],
    [html('<img src=x onerror=alert(1)>'), 'questions', 'HTML may not hold <img src=x onerror=alert(1)>'],
    [html('<b onclick="x">hi</b>'), 'questions', 'HTML may not hold onclick="x"'],
    [{ appearance: { thankYouMessageHeader: '<iframe></iframe>' } }, 'appearance', undefined],
    [{ appearance: { surveyPopupDelaySeconds: -1 } }, 'appearance__surveyPopupDelaySeconds', undefined],
    [{ conditions: { urlMatchType: 'like' } }, 'conditions__urlMatchType', '"like" is not a valid choice.'],
    [
      { conditions: { actions: { values: [{ id: 4_000 }] } } },
      'conditions',
      'There is no action with ID 4000.',
    ],
    [{ linked_flag_id: 4_000 }, null, 'Feature Flag with this ID does not exist'],
    [{ targeting_flag_id: 4_000 }, null, 'Targeting Feature Flag with this ID does not exist'],
    [
      { conditions: { linkedFlagVariant: 'a' } },
      null,
      'linkedFlagVariant can only be used when a linked_flag_id is specified',
    ],
    [
      { conditions: { linkedFlagVariant: 'a' }, linked_flag_id: plain.id },
      null,
      "Feature flag variant 'a' specified but the linked feature flag has no variants",
    ],
    [
      { conditions: { linkedFlagVariant: 'c' }, linked_flag_id: many.id },
      null,
      "Feature flag variant 'c' does not exist. Available variants: a, b",
    ],
    [
      { targeting_flag_filters: { groups: [{ properties: [], rollout_percentage: 100 }] } },
      null,
      'Invalid operation: User targeting rolls out to everyone. If you want to roll out to everyone, delete this targeting',
    ],
    [
      { targeting_flag_filters: { groups: [{ properties: [{ type: 'group', key: 'a', value: 1 }] }] } },
      'filters',
      undefined,
    ],
    [{ responses_limit: -1 }, 'responses_limit', undefined],
    [{ iteration_count: 501 }, 'iteration_count', 'Ensure this value is less than or equal to 500.'],
  ] as [object, string | null, string | undefined][]) {
    const answer = await on.api.post(path, { name: newName(), type: 'popover', questions: [open], ...body })
    expect([body, ...refused(answer)]).toEqual([
      body,
      400,
      expect.any(String),
      attr,
      detail ?? answer.body.detail,
    ])
  }
  expect((await on.api.get(path)).body.count).toBe(before)
  const named = await made({ conditions: { linkedFlagVariant: 'any' }, linked_flag_id: plain.id })
  expect(refused(await on.api.patch(one(named.id), { name })).slice(0, 2)).toEqual([400, 'unique'])
  await made({
    questions: [
      { type: 'link', question: 'a < b & <a href="https://x.test/?a=1&b=2">c</a>', link: 'http://x.test' },
    ],
  })
})

test('another project sees none', async () => {
  const survey = await made()
  const stranger = await on.api.stranger()
  const key = { key: stranger.key }
  const theirs = `/api/projects/${stranger.project.id}/surveys/`
  expect((await on.api.get(theirs, key)).body.results).toEqual([])
  for (const rest of ['', 'stats/', 'responses/', 'activity/']) {
    expect((await on.api.get(`${theirs}${survey.id}/${rest}`, key)).status).toBe(404)
  }
  const { id } = await flag({ key: 'ours' })
  const body = { name: 'x', type: 'popover', linked_flag_id: id }
  expect((await on.api.post(theirs, body, key)).status).toBe(400)
})

test('what is done is in the activity log', async () => {
  await on.api.activities()
  const { id } = await made({ name: 'Told' })
  await changed(id, { description: 'New', targeting_flag_filters: email })
  await changed(id, {})
  await on.api.delete(one(id))
  const its = { scope: 'Survey', itemId: id, userId: on.api.user.id, itemCreatedBy: on.api.user.id }
  const told = (await on.api.activities()).filter(({ scope }) => scope === 'Survey')
  expect(told).toMatchObject([
    { ...its, activity: 'created', detail: { name: 'Told', changes: null } },
    {
      ...its,
      activity: 'updated',
      detail: {
        changes: [
          { action: 'created', field: 'targeting_flag_filters', after: email },
          { action: 'changed', field: 'description', before: '', after: 'New' },
        ],
      },
    },
    { ...its, activity: 'deleted' },
  ])
  const survey = await made()
  expect((await on.api.get(`${path}activity/`)).body.total_count).toBe(1)
  expect((await on.api.get(`${one(survey.id)}activity/`)).body.results).toMatchObject([
    { activity: 'created' },
  ])
})

describe('results', () => {
  const at = (hour: number) => `2024-03-05T${String(hour).padStart(2, '0')}:00:00Z`
  const questions = [
    { id: 'score', type: 'rating', question: 'How?', display: 'number', scale: 10 },
    {
      id: 'one',
      type: 'single_choice',
      question: 'Which?',
      choices: ['a', "b'", 'Other'],
      hasOpenChoice: true,
    },
    { id: 'many', type: 'multiple_choice', question: 'Which ones?', choices: ['x', 'y', 'z'] },
    open,
  ]
  let survey: { id: string; questions: { id: string }[] }
  const event = (name: string, who: string, hour: number, properties: object = {}) => ({
    event: `survey ${name}`,
    distinct_id: who,
    timestamp: at(hour),
    properties: { $survey_id: survey.id, ...properties },
  })
  const sent = (who: string, hour: number, properties: object) => event('sent', who, hour, properties)

  beforeAll(async () => {
    clock = new Date('2024-03-01T12:00:00Z')
    survey = await made({ questions, start_date: start })
    const why = `$survey_response_${survey.questions[3]!.id}`
    await on.send(
      ...['ann', 'bob', 'cid', 'dan', 'eve'].map((who, hour) => event('shown', who, hour)),
      event('shown', 'ann', 6),
      // question by question: one response, the last answer of each
      sent('ann', 7, { $survey_submission_id: 's1', $survey_response_score: 9, $session_id: 'web' }),
      sent('ann', 8, {
        $survey_submission_id: 's1',
        $survey_response_score: 10,
        $survey_response_one: 'a',
        $survey_response_many: ['x', 'z'],
      }),
      sent('ann', 9, { $survey_submission_id: 's1', [why]: 'Because.' }),
      // by place, as older SDKs do
      sent('bob', 8, { $survey_response: '8', $survey_response_1: 'my own', $survey_response_3: ' ' }),
      sent('cid', 9, {
        $survey_submission_id: 's2',
        $survey_response_score: 8,
        $survey_response_one: "b'",
        $survey_response_many: ['z', 'none of them'],
      }),
      event('dismissed', 'cid', 10),
      event('dismissed', 'dan', 11),
      event('dismissed', 'eve', 12, { $survey_partially_completed: true }),
      // before it began, of another survey, and of nobody's
      { ...sent('old', 1, { $survey_response_score: 1 }), timestamp: '2024-02-01T00:00:00Z' },
      sent('zoe', 1, { $survey_id: 'other', $survey_response_score: 1 }),
    )
  })

  test('count how often, and by how many, it was shown, dismissed and answered', async () => {
    const { body } = await on.api.get(`${one(survey.id)}stats/`)
    const none = { total_count_only_seen: 0, unique_persons_only_seen: 0 }
    const seen = (first: number, last: number) => ({
      first_seen: at(first).replace('Z', '.000000Z'),
      last_seen: at(last).replace('Z', '.000000Z'),
    })
    expect(body).toMatchObject({
      survey_id: survey.id,
      start_date: '2024-03-01T00:00:00.000000Z',
      end_date: null,
      stats: {
        'survey shown': {
          total_count: 6,
          unique_persons: 5,
          total_count_only_seen: 1,
          unique_persons_only_seen: 1,
          ...seen(0, 6),
        },
        'survey dismissed': { total_count: 2, unique_persons: 1, ...none, ...seen(10, 11) },
        'survey sent': { total_count: 3, unique_persons: 3, ...none, ...seen(7, 9) },
      },
      rates: {
        response_rate: 50,
        dismissal_rate: 33.33,
        unique_users_response_rate: 60,
        unique_users_dismissal_rate: 20,
      },
    })
  })

  test('say what was answered to each question', async () => {
    const { body } = await on.api.get(`${one(survey.id)}stats/`)
    const [score, choice, many, why] = body.questions
    expect(score).toEqual({
      question_id: 'score',
      question_index: 0,
      question_text: 'How?',
      question_type: 'rating',
      response_count: 3,
      distribution: { 10: 1, 8: 2 },
      average: 26 / 3,
    })
    expect(choice).toMatchObject({
      response_count: 3,
      distribution: { a: 1, "b'": 1, '<other>': 1 },
      average: null,
    })
    expect(many).toMatchObject({ response_count: 2, distribution: { x: 1, z: 2, '<other>': 1 } })
    expect(why).toMatchObject({ question_id: survey.questions[3]!.id, response_count: 1, distribution: {} })
  })

  test('are of a time where that is wanted', async () => {
    const range = `?date_from=${at(8)}&date_to=${at(10)}`
    const { stats, questions } = (await on.api.get(`${one(survey.id)}stats/${range}`)).body
    expect(Object.values(stats).map((one) => (one as { total_count: number }).total_count)).toEqual([0, 1, 3])
    expect(stats['survey shown']).toMatchObject({ first_seen: null, unique_persons: 0 })
    expect(questions[0].response_count).toBe(3)
    for (const query of [`?date_from=${at(10)}&date_to=${at(8)}`, '?date_from=soon']) {
      expect((await on.api.get(`${one(survey.id)}stats/${query}`)).status).toBe(400)
    }
  })

  test('list responses, a page at a time', async () => {
    const list = async (query = '') => (await on.api.get(`${one(survey.id)}responses/${query}`)).body
    const { results, next, previous } = await list()
    expect([next, previous]).toEqual([null, null])
    const ann = results.find(({ distinct_id }: { distinct_id: string }) => distinct_id === 'ann')
    expect(ann).toMatchObject({
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      submitted_at: '2024-03-05T09:00:00.000000Z',
    })
    expect(ann.answers.map(({ answer }: { answer: unknown }) => answer)).toEqual([
      '10',
      'a',
      ['x', 'z'],
      'Because.',
    ])
    const whose = (page: { results: { distinct_id: string }[] }) =>
      page.results.map(({ distinct_id }) => distinct_id)
    expect(whose({ results }).sort()).toEqual(['ann', 'bob', 'cid'])
    const first = await list('?limit=2')
    const second = await list(new URL(first.next).search)
    expect([...whose(first), ...whose(second)].sort()).toEqual(['ann', 'bob', 'cid'])
    const texts = await list(`?question_id=${survey.questions[3]!.id}`)
    expect(texts.results).toMatchObject([
      { distinct_id: 'ann', answers: [{ question_text: 'Why?', answer: 'Because.' }] },
    ])
    expect((await on.api.get(`${one(survey.id)}responses/?question_id=x`)).status).toBe(400)
  })

  test('count the responses of all surveys', async () => {
    const empty = await made({ start_date: start })
    const counts = async (query = '') => (await on.api.get(`${path}responses_count/${query}`)).body
    expect(await counts()).toEqual({ [survey.id]: 3 })
    expect(await counts(`?survey_ids=${empty.id},${survey.id}`)).toEqual({ [survey.id]: 3 })
    expect(await counts(`?survey_ids=${empty.id}`)).toEqual({})
    const { stats } = (await on.api.get(`${path}stats/`)).body
    expect(stats['survey sent'].total_count).toBe(4)
    const stranger = await on.api.stranger()
    const theirs = `/api/projects/${stranger.project.id}/surveys/responses_count/`
    expect((await on.api.get(theirs, { key: stranger.key })).body).toEqual({})
  })

  test('end it when enough have answered', async () => {
    const limited = await changed(survey.id, { responses_limit: 4 })
    expect(limited.responses_limit).toBe(4)
    const task = surveyTask({ surveys, answers, now: () => new Date('2024-03-06T00:00:00Z') })
    await task.run({}, new AbortController().signal)
    expect((await on.api.get(one(survey.id))).body.end_date).toBeNull()
    await changed(survey.id, { responses_limit: 3 })
    await on.api.activities()
    await task.run({}, new AbortController().signal)
    expect((await on.api.get(one(survey.id))).body).toMatchObject({
      end_date: '2024-03-06T00:00:00.000000Z',
      internal_targeting_flag: { active: false },
    })
    expect((await on.api.activities()).filter(({ scope }) => scope === 'Survey')).toMatchObject([
      { isSystem: true, userId: null, activity: 'updated' },
    ])
  })
})

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** A survey from nothing to its end, on the pages, with people who really answer it. */
let server: RunningServer
let browser: Browser

const path = '/api/projects/@current/surveys/'

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const people = ['ana', 'ben', 'cy'].map((distinct_id) => ({
    event: '$identify',
    distinct_id,
    properties: { $set: { plan: distinct_id === 'cy' ? 'free' : 'pro' } },
  }))
  await capture(server.url, '/batch/', { batch: people })
  const known = async () => (await hogql(server.url, 'select count() from persons'))[0]?.[0] === 3
  await eventually(known, 'the people are stored')
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** The survey as SDKs are told of it by the project's key, where it runs: they are told of drafts, and show none. */
async function toldSdks(name: string): Promise<Json | undefined> {
  const response = await fetch(`${server.url}/api/surveys/?token=${init.projectApiKey}`)
  const { surveys } = (await response.json()) as Json
  return surveys.find((one: Json) => one.name === name && one.start_date && !one.end_date)
}

async function surveyOf(name: string): Promise<Json> {
  const { results } = await api(server.url, 'GET', `${path}?search=${encodeURIComponent(name)}`)
  return results.find((one: Json) => one.name === name)
}

/** Three people see it: two answer, one of them at length; the third dismisses it. */
async function answer({ id, questions }: Json, by: Record<string, (string | string[])[]>) {
  const events = Object.keys({ ...by, cy: [] }).flatMap((distinct_id): object[] => {
    const common = { distinct_id, properties: { $survey_id: id } }
    const given = by[distinct_id]
    if (!given)
      return [
        { ...common, event: 'survey shown' },
        { ...common, event: 'survey dismissed' },
      ]
    const answers = Object.fromEntries(given.map((one, at) => [`$survey_response_${questions[at].id}`, one]))
    return [
      { ...common, event: 'survey shown' },
      { ...common, event: 'survey sent', properties: { ...common.properties, ...answers } },
    ]
  })
  await capture(server.url, '/batch/', { batch: events })
  const query = `select count() from events where properties.$survey_id = '${id}'`
  const stored = async () => Number((await hogql(server.url, query))[0]?.[0]) === events.length
  await eventually(stored, 'what people did is stored')
}

describe.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])('$width px wide', ({ width, height }) => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    ;({ context, page, errors } = await openSignedIn(browser, server, { width, height }))
  })
  afterAll(() => context.close())
  afterEach(async () => {
    for (const { id } of (await api(server.url, 'GET', `${path}?limit=1000`)).results) {
      await api(server.url, 'DELETE', `${path}${id}/`)
    }
  })

  // the preview is posthog-js's own markup, as it is on customers' pages
  const photo = (name: string) => photographForAll(page, `surveys-${name}`, '[data-testid="survey-preview"]')
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const question = (number: number) => page.getByRole('group', { name: `Question ${number}`, exact: true })
  const text = (number: number) => question(number).getByRole('textbox', { name: 'Question', exact: true })
  const part = (name: string) => page.getByRole('region', { name, exact: true })
  const preview = () => page.getByTestId('survey-preview')
  const confirm = async (verb: string) => {
    await page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  const menu = async (name: string, item: string) => {
    await button(`More about ${name}`).click()
    await page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  test('a survey is written, launched, answered, read, stopped, archived and deleted', async () => {
    const name = `How is it ${width}`
    await page.goto(`${server.url}/surveys`)
    await heading('Surveys')
    await page.getByText('No surveys yet.').waitFor()
    await photo('none')

    await page.getByRole('link', { name: 'New survey' }).first().click()
    await heading('New survey')
    await photo('new')
    await button('Create as a draft').click()
    await page.getByText('A survey needs a name.').waitFor()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
    await question(1).getByLabel('Type of question 1').selectOption('rating')
    await text(1).fill('How happy are you?')
    await question(1).getByLabel('The lowest means').fill('Not at all')
    await button('Add a question').click()
    await question(2).getByLabel('Type of question 2').selectOption('multiple_choice')
    await text(2).fill('What do you use?')
    await question(2).getByRole('textbox', { name: 'Choice 1' }).fill('Charts')
    await question(2).getByRole('textbox', { name: 'Choice 2' }).fill('Flags')
    await button('Add a question').click()
    await text(3).fill('Why?')
    // the third comes first, and whoever is unhappy is asked it at once
    await question(3).getByRole('button', { name: 'Move question 3 up' }).click()
    await question(1).getByLabel('Then').selectOption('response_based')
    await question(1).getByLabel('After 4 or 5 (positive)').selectOption('2')
    expect(await text(2).inputValue()).toBe('Why?')
    // the preview is posthog-js's own code, and goes on as it would
    await text(1).click()
    await preview().getByText('How happy are you?').waitFor()
    await preview().getByRole('button', { name: /5/ }).click()
    await preview().getByRole('button', { name: 'Submit survey' }).click()
    await preview().getByText('What do you use?').waitFor()
    await preview().getByText('Flags').waitFor()

    await part('After the last answer').getByLabel('Thanks').fill('You are kind.')
    await part('How it looks').getByLabel('Button', { exact: true }).fill('#1d4ed8')
    await part('Who is asked').getByText('Some people').click()
    await button('Create as a draft').click()
    await page.getByText('A set without filters at 100 % is everybody').waitFor()
    await part('Who is asked').getByRole('button', { name: 'Add a filter' }).click()
    await page.keyboard.type('plan')
    await page.getByRole('option', { name: 'plan', exact: true }).click()
    await part('Who is asked').getByLabel('Values, any of which may match').fill('pro')
    await page.keyboard.press('Enter')
    await part('Who is asked').getByText('Matches about 2 of 3 people.').waitFor()
    await part('Where and when').getByLabel('Address of the page').fill('/app')
    await part('Where and when').getByLabel('Days after any other survey').fill('7')
    await part('Preview').getByText('Thanks', { exact: true }).click()
    await preview().getByText('You are kind.').waitFor()
    await photo('written')
    await button('Create as a draft').click()
    await heading(name)
    await page.getByText('Nobody sees a draft.').waitFor()
    await page.getByText('People where plan equals “pro”').waitFor()
    await page.getByText('On pages whose address contains “/app”').waitFor()
    await photo('draft')
    expect(await toldSdks(name)).toBeUndefined()

    await button('Launch').click()
    await confirm('Launch')
    await button('Stop').waitFor()
    const told = await eventually(() => toldSdks(name), 'SDKs are told')
    expect(told).toMatchObject({
      type: 'popover',
      appearance: { submitButtonColor: '#1d4ed8', thankYouMessageHeader: 'You are kind.' },
      conditions: { url: '/app', seenSurveyWaitPeriodInDays: 7 },
      targeting_flag_key: expect.stringContaining('survey-targeting-'),
      questions: [
        { type: 'rating', branching: { type: 'response_based', responseValues: { positive: 2 } } },
        { type: 'open', question: 'Why?' },
        { type: 'multiple_choice', choices: ['Charts', 'Flags'] },
      ],
    })
    await page.getByText('Nobody has seen it so far.').waitFor()

    await answer(told, { ana: ['5', 'It is fast.', ['Charts', 'Flags']], ben: ['2', '', ['Flags']] })
    await button('Refresh the results').click()
    await part('Results').getByText('It is fast.').waitFor()
    await part('Results').getByText('2 answers, 3.5 on average').waitFor()
    await part('Results').getByText('66.67 %').waitFor()
    await part('Responses').getByRole('row', { name: /ana/ }).getByText('Charts, Flags').waitFor()
    await photo('answered')
    await part('Responses').getByLabel('Answers to').selectOption({ label: '2. Why?' })
    await part('Responses').getByRole('row', { name: /ben/ }).waitFor({ state: 'detached' })
    await part('Responses').getByRole('link', { name: 'ana' }).click()
    await heading('ana')
    await page.goBack()

    // what is not saved is not lost without a word
    await page.getByRole('link', { name: 'Edit' }).click()
    await heading(`Edit ${name}`)
    await page.getByLabel('Description', { exact: true }).first().fill('Of those who pay')
    await page.getByText('It runs: people see what you save within a minute.').waitFor()
    await button('Cancel').click()
    await page.getByRole('dialog').getByText('Leave without saving?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await part('Who is asked').getByText('Everybody', { exact: true }).click()
    await question(3).getByRole('button', { name: 'Remove question 3' }).click()
    await button('Save').click()
    await heading(name)
    await page.getByText('Of those who pay').first().waitFor()
    expect(await surveyOf(name)).toMatchObject({
      targeting_flag: null,
      questions: [
        { id: told.questions[0].id, branching: { responseValues: {} } },
        { id: told.questions[1].id },
      ],
    })

    await button('Stop').click()
    await confirm('Stop')
    await eventually(async () => !(await toldSdks(name)), 'SDKs are told of it no longer')
    await button('Resume').click()
    await confirm('Resume')
    await eventually(() => toldSdks(name), 'SDKs are told of it again')
    await part('History').getByText('Resumed').waitFor()

    await page.goto(`${server.url}/surveys`)
    await page.getByRole('row', { name: new RegExp(`${name}.*running 2`) }).waitFor()
    await photo('list')
    await menu(name, 'Archive')
    await confirm('Archive')
    await page.getByText('No surveys yet.').waitFor()
    await page.getByText('Archived', { exact: true }).click()
    await menu(name, 'Bring back from the archive')
    await page.getByText('No surveys match.').waitFor()
    await button('Clear filters').click()

    // deleted for the eye, until it can't be taken back any more
    await menu(name, 'Delete')
    await page.getByText('No surveys yet.').waitFor()
    await button('Undo').click()
    await page.getByRole('link', { name, exact: true }).waitFor()
    expect(await surveyOf(name)).toBeDefined()
    await menu(name, 'Delete')
    await page.getByText('No surveys yet.').waitFor()
    await page.reload()
    await eventually(async () => !(await surveyOf(name)), 'it is deleted')
    await page.getByText('No surveys yet.').waitFor()
    expect(errors).toEqual([])
  })

  test('surveys are found by name and state, begun from templates, and duplicated', async () => {
    await page.goto(`${server.url}/surveys/new`)
    await button(/^Net promoter score/).click()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('NPS')
    await preview().getByText('How likely are you to recommend us').waitFor()
    await button('Create as a draft').click()
    await heading('NPS')
    await button('More about NPS').click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('NPS (copy)')
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('NPS')
    await button('Create as a draft').click()
    await page.getByText('There is already a survey with this name.').waitFor()
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Other')
    await part('How it looks').getByText('Feedback button').click()
    await page.getByText('Opened by a tab “Feedback” at the edge of your page.').waitFor()
    await photo('widget')
    await button('Create as a draft').click()
    await heading('Other')
    await button('Launch').click()
    await confirm('Launch')

    await page.goto(`${server.url}/surveys`)
    const rows = page.getByRole('row').filter({ has: page.getByRole('link') })
    const shown = (...names: string[]) =>
      eventually(
        async () => (await rows.getByRole('link').allInnerTexts()).join() === names.join(),
        `${names} are shown`,
      )
    await shown('Other', 'NPS')
    await page.getByText('Running', { exact: true }).click()
    await shown('Other')
    await page.getByText('Draft', { exact: true }).click()
    await shown('NPS')
    await page.getByText('All', { exact: true }).click()
    await page.getByLabel('Search surveys').fill('oth')
    await shown('Other')
    await page.goto(`${server.url}/surveys/00000000-0000-4000-8000-000000000000`)
    await heading('Survey not found')
  })
})

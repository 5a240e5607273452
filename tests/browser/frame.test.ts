import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { launchChromium, picture } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** What stands around every page: finding anything, going anywhere by keys, projects, being offline, what is not saved. */
const patient = { timeout: 20_000 }
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await capture(server.url, '/batch/', {
    batch: [
      { event: 'signed up', distinct_id: 'grace', properties: { $set: { email: 'grace@navy.example' } } },
      { event: 'signed up', distinct_id: 'linus' },
    ],
  })
  await eventually(
    async () => Number((await hogql(server.url, 'select count() from events'))[0]?.[0]) === 2,
    'the events are stored',
  )
  const make = (what: string, body: object) =>
    api(server.url, 'POST', `/api/projects/@current/${what}/`, body)
  await make('surveys', {
    name: 'Findable survey',
    type: 'popover',
    questions: [{ type: 'open', question: 'How is it?' }],
  })
  await make('early_access_feature', { name: 'Findable feature', stage: 'beta' })
  await make('experiments', {
    name: 'Findable experiment',
    feature_flag_key: 'findable-experiment',
    filters: { insight: 'TRENDS', events: [{ id: 'signed up', type: 'events' }] },
  })
  await make('cohorts', { name: 'Findable cohort', is_static: true })
  ;({ context, page, errors } = await openSignedIn(browser, server, { width: 1440, height: 900 }))
})

afterAll(async () => {
  await context?.close()
  await browser?.close()
  await server?.stop()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
const search = async (text: string) => {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search' }).fill(text)
}
const option = (name: string | RegExp) => page.getByRole('option', { name }).first()

test('the search finds whatever has a name, people by their e-mail, and sections of the settings', async () => {
  await search('findable')
  for (const what of ['survey', 'feature', 'experiment', 'cohort']) {
    await option(`Findable ${what}`).waitFor(patient)
  }
  await photographForAll(page, 'palette')
  await option('Findable survey').click()
  await heading('Findable survey')
  await search('grace@navy.example')
  await option('grace@navy.example').waitFor(patient)
  await page.keyboard.press('Enter')
  await heading('grace@navy.example')
  await search('ip anonym')
  await option('Privacy').waitFor()
  await page.getByRole('combobox', { name: 'Search' }).fill('autocapture')
  await option('Captured on web pages').click()
  await heading('Project settings')
  await expect.poll(() => page.url()).toContain('#web-capture')
  await search('new survey')
  await option('New survey').click()
  await heading('New survey')
  expect(errors).toEqual([])
})

test('g and n with a letter go somewhere; the title and the focus say where one is', async () => {
  await page.goto(`${server.url}/home`)
  await heading(/Hello/)
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await heading('Annotations')
  const project = await api(server.url, 'GET', '/api/projects/@current/')
  expect(await page.title()).toBe(`Annotations · ${project.name} · Hedgerow`)
  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'People' }).click()
  await heading('People')
  await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('People')
  await page.keyboard.press('n')
  await page.keyboard.press('f')
  await heading('Funnel')
  // a new one asks for its first event at once, in a field that takes letters
  await page.goto(`${server.url}/home`)
  await heading(/Hello/)
  await page.keyboard.press('?')
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await sheet.waitFor()
  // no two of them are the same
  const keys = await sheet.locator('dt').allTextContents()
  expect(new Set(keys).size).toBe(keys.length)
  await photographForAll(page, 'shortcuts')
  await page.keyboard.press('Escape')
  expect(errors).toEqual([])
})

test('a project is made where projects are switched, and one goes on to its first event', async () => {
  await page.goto(`${server.url}/home`)
  await page.getByRole('button', { name: /switch the project/ }).click()
  await page.getByRole('menuitem', { name: 'New project' }).click()
  const dialog = page.getByRole('dialog', { name: 'New project' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Second app')
  await picture(page, 'new-project')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await page.waitForURL(/\/onboarding$/)
  await page.getByRole('button', { name: /Second app.*switch the project/ }).waitFor()
  // and back by the search
  const { organization } = await api(server.url, 'GET', '/api/users/@me/')
  const first = organization.teams.find(({ name }: { name: string }) => name !== 'Second app')
  await search(`${first.name} `.trim())
  await page.getByRole('option', { name: first.name, exact: true }).click()
  await page.waitForURL(`**/project/${first.id}/home`)
  expect(errors).toEqual([])
})

test('an organization is renamed; what is written and not saved is asked about', async () => {
  await page.goto(`${server.url}/organization/settings`)
  const name = page.locator('#general').getByRole('textbox', { name: 'Name' })
  await name.fill('Hedge & Sons')
  await page.getByRole('link', { name: 'Roles' }).click() // a section of the same page
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  const question = page.getByRole('dialog', { name: 'Leave without saving?' })
  await question.waitFor()
  await picture(page, 'settings-unsaved')
  await question.getByRole('button', { name: 'Cancel' }).click()
  expect(await name.inputValue()).toBe('Hedge & Sons')
  await page.getByRole('button', { name: 'Save name' }).click()
  await page.getByText('The name is saved.').waitFor()
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await heading(/Hello/)
  await page.getByRole('button', { name: /Hedge & Sons.*switch the project/ }).waitFor()
  expect(errors).toEqual([])
})

test('who is offline is told so, until they are back', async () => {
  await page.goto(`${server.url}/home`)
  await heading(/Hello/)
  await context.setOffline(true)
  await page.getByText("You're offline.").waitFor()
  await picture(page, 'offline')
  await context.setOffline(false)
  await page.getByText("You're offline.").waitFor({ state: 'detached' })
  // requests that failed meanwhile are in the console
  errors.length = 0
})

test('a name has its history, and what is in the history has its way back', async () => {
  const { results } = await api(server.url, 'GET', '/api/projects/@current/event_definitions/')
  const { id, name } = results.find((one: { name: string }) => one.name === 'signed up')
  await api(server.url, 'PATCH', `/api/projects/@current/event_definitions/${id}/`, {
    description: 'Somebody has an account now.',
    verified: true,
  })
  await page.goto(`${server.url}/data-management/events`)
  await page.getByRole('row', { name: /signed up.* 2 / }).waitFor(patient)
  await page.getByRole('button', { name: `More about ${name}` }).click()
  await page.getByRole('menuitem', { name: 'History' }).click()
  await heading('History')
  await page.getByText(/Description: “Somebody has an account now.”/).waitFor()
  await expect.poll(() => page.getByRole('row').count()).toBe(2)
  await photographForAll(page, 'history-of-one')
  await page.getByRole('link', { name: '“signed up”' }).click()
  await heading('Events')
  await page.getByRole('row', { name: /signed up/ }).waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'signed up: remove this filter' }).click()
  await page.getByRole('combobox', { name: 'Kind of thing' }).selectOption('Everything')
  await expect.poll(() => page.getByRole('row').count(), patient).toBeGreaterThan(2)
  expect(errors).toEqual([])
})

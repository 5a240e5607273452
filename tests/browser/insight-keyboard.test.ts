import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { fillShop, questions, trend } from './shop.ts'
import { signIn } from './sign-in.ts'

/** The editors without a mouse: after everything that is picked, added or removed the focus is where one goes on. */
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
const patient = { timeout: 20_000 }

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await fillShop(server.url)
  context = await browser.newContext({ viewport: { width: 1440, height: 1000 } })
  page = await signIn(context, server)
  errors = complaints(page)
})
afterAll(async () => {
  await context?.close()
  await browser?.close()
  await server?.stop()
})

const at = (question: unknown) =>
  `${server.url}/insights/new?q=${encodeURIComponent(JSON.stringify(question))}`

/** What has the focus, by what it is called. */
const focused = () =>
  page.evaluate<string>(`(() => {
    const at = document.activeElement
    if (!at || at === document.body) return 'nothing'
    return at.getAttribute('aria-label') || at.title || at.labels?.[0]?.textContent.trim() || at.textContent.trim() || at.tagName
  })()`)
const expectFocus = (name: string | RegExp) =>
  expect
    .poll(focused, { timeout: 10_000 })
    .toEqual(typeof name === 'string' ? name : expect.stringMatching(name))
const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}
/** Enter on the button of this name, which is reached by its name here. */
async function enter(name: string | RegExp): Promise<void> {
  const button = page.getByRole('button', { name, exact: true }).first()
  await button.waitFor(patient)
  await button.focus()
  await press('Enter')
}
/** In the list that is open: the first that fits. */
async function choose(text: string): Promise<void> {
  await expect.poll(() => page.evaluate<string>('document.activeElement.tagName'), patient).toBe('INPUT')
  await page.keyboard.type(text)
  await page.getByRole('option', { name: text }).filter({ visible: true }).first().waitFor(patient)
  await press('Enter')
}
const settled = () => page.waitForLoadState('networkidle')

test('an exclusion of a funnel is picked, its steps are next, and its removal leaves one beside it', async () => {
  await page.goto(at(questions.funnel))
  await page.getByTitle('People: got to pay').waitFor(patient)
  await enter('Exclusion')
  await expectFocus('Event that must not happen')
  await choose('refund')
  await page.getByText('without ‘refund’').waitFor(patient)
  await settled()
  await expectFocus('Event of exclusion 1')
  await press('Tab')
  await expectFocus('Remove exclusion 1')
  await press('Tab')
  await expectFocus('Exclusion 1: after step')
  await picture(page, 'keyboard-exclusion')
  await enter('Remove exclusion 1')
  await settled()
  await expectFocus('Exclusion')
  // one that is not picked goes away with its focus
  await press('Enter')
  await expectFocus('Event that must not happen')
  await press('Escape', 'Tab')
  await expectFocus('Exclusion')
  await expect.poll(() => page.getByRole('textbox', { name: 'Event that must not happen' }).count()).toBe(0)
  expect(errors).toEqual([])
})

test('steps are added, renamed, moved and removed', async () => {
  await page.goto(at(questions.funnel))
  await page.getByTitle('People: got to pay').waitFor(patient)
  await enter('Step')
  await expectFocus('Event of step 4')
  await choose('visit')
  await page.getByTitle('People: got to visit').waitFor(patient)
  await settled()
  await expectFocus('Event of step 4')
  await enter('More of step 4')
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor()
  await page.getByRole('menuitem', { name: 'Rename' }).focus()
  await press('Enter')
  await expectFocus('Name of step 4')
  await page.keyboard.type('Came again')
  await press('Enter')
  await page.getByTitle('People: got to Came again').waitFor(patient)
  await settled()
  await expectFocus('Name of step 4')
  await enter('More of step 4')
  await page.getByRole('menuitem', { name: 'Move up' }).focus()
  await press('Enter')
  await settled()
  await expectFocus(/^More of step/)
  await enter('Remove step 4')
  await settled()
  await expectFocus(/Step|step/)
  await enter('Remove step 1')
  await settled()
  await expectFocus('Remove step 1')
  expect(errors).toEqual([])
})

test('a filter that is added asks for its value; one that is removed leaves the next', async () => {
  await page.goto(at(trend('ActionsLineGraph', { breakdownFilter: undefined })))
  await page.getByRole('region', { name: 'Figures' }).waitFor(patient)
  await enter('Add a filter')
  await expectFocus('Search properties')
  await choose('$browser')
  await expectFocus('Values, any of which may match')
  await page.keyboard.type('Chrome')
  await press('Enter')
  await expect.poll(() => page.url()).toContain('Chrome')
  await settled()
  await expectFocus('Values, any of which may match')
  await press('Escape')
  await enter('Add a filter')
  await choose('price')
  await expectFocus(/^Value/)
  await enter('Remove the filter on price')
  await settled()
  await expectFocus('Add a filter')
  await enter('Add a filter')
  await press('Escape')
  await expectFocus('Add a filter')
  await enter('Add a group')
  await settled()
  await expectFocus(/group|Group/)
  await enter('Remove group 2')
  await settled()
  await expect.poll(focused, { timeout: 10_000 }).not.toBe('nothing')
  expect(errors).toEqual([])
})

test('breakdowns, maths, dates and displays keep the focus', async () => {
  await page.goto(at(trend('ActionsLineGraph', { breakdownFilter: undefined })))
  const figures = page.getByRole('region', { name: 'Figures' })
  await figures.waitFor(patient)
  await enter('Break down by: choose a property')
  await choose('$browser')
  await figures.getByRole('row', { name: /Chrome/ }).waitFor(patient)
  await settled()
  await expectFocus('Add a breakdown')
  await enter('Broken down by $browser. Change')
  await choose('price')
  await settled()
  await expectFocus('Broken down by price. Change')
  await enter('Remove the breakdown')
  await settled()
  await expectFocus(/breakdown|Break down/)
  await page.getByRole('combobox', { name: 'Count of series A' }).focus()
  await page.getByRole('combobox', { name: 'Count of series A' }).selectOption('Sum of a property')
  await page.getByText('Choose the property').waitFor(patient)
  await expectFocus('Count of series A')
  await enter('Property of series A')
  await choose('price')
  await settled()
  await expectFocus('Property: price. Change')
  await enter('Last 14 days')
  await page.getByRole('button', { name: 'Last 30 days' }).focus()
  await press('Enter')
  await settled()
  await expectFocus('Last 30 days')
  await page.getByRole('combobox', { name: 'Show as' }).focus()
  await page.getByRole('combobox', { name: 'Show as' }).selectOption('Pie')
  await settled()
  await expectFocus('Show as')
  await enter('Funnel')
  await settled()
  await expectFocus('How many get from step to step')
  expect(errors).toEqual([])
})

test('a legend, a lifecycle’s statuses and a people panel give the focus back', async () => {
  await page.goto(at(questions.lifecycle))
  const status = page.getByRole('checkbox', { name: 'dormant' })
  await status.waitFor(patient)
  await status.focus()
  await press('Space')
  await expect.poll(() => page.url()).toContain('toggledLifecycles')
  await settled()
  await expectFocus('dormant')
  await page.goto(at(questions.stickiness))
  const name = page.getByRole('button', { name: 'pay', exact: true })
  await name.waitFor(patient)
  await name.focus()
  await press('Enter')
  await settled()
  await expect.poll(() => name.getAttribute('aria-pressed')).toBe('false')
  await expectFocus(/pay/)
  const cell = page.getByTitle('People: visit, 1 day', { exact: true })
  await cell.focus()
  await press('Enter')
  await page.getByRole('dialog', { name: 'People' }).getByRole('listitem').first().waitFor(patient)
  await press('Escape')
  await expectFocus('People: visit, 1 day')
  expect(errors).toEqual([])
})

test('paths and retention', async () => {
  await page.goto(at(questions.paths))
  await page.getByRole('region', { name: 'Edges' }).waitFor(patient)
  const begin = page
    .getByRole('textbox', { name: 'Begin at' })
    .or(page.getByRole('combobox', { name: 'Begin at' }))
  await begin.focus()
  await choose('https://shop.example.com/pricing')
  await settled()
  await expectFocus(/Begin at|https/)
  await page.goto(at(questions.retention))
  await page.getByRole('region', { name: 'Retention' }).waitFor(patient)
  const event = page.getByRole('textbox', { name: 'Event of returning event' })
  await event.focus()
  await press('ArrowDown')
  await choose('pay')
  await settled()
  await expectFocus('Event of returning event')
  expect(errors).toEqual([])
})

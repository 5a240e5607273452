import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** Looking at a dashboard without changing it for others, and moving things between dashboards. */
const patient = { timeout: 20_000 }
const day = 86_400_000
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await capture(server.url, '/batch/', {
    batch: Array.from({ length: 60 }, (_, at) => ({
      event: '$pageview',
      distinct_id: `u${at % 7}`,
      // one a day: so many days, so many events
      timestamp: new Date(Date.now() - at * day).toISOString(),
      properties: { $browser: at % 2 ? 'Firefox' : 'Chrome' },
    })),
  })
  await eventually(async () => {
    const [row] = await hogql(server.url, 'select count() from events')
    return Number(row?.[0]) === 60
  }, 'the events are stored')
  ;({ context, page, errors } = await openSignedIn(browser, server, { width: 1440, height: 900 }))
})

afterAll(async () => {
  await context?.close()
  await browser?.close()
  await server?.stop()
})

const make = (kind: 'insights' | 'dashboards', body: object): Promise<Json> =>
  api(server.url, 'POST', `/api/projects/@current/${kind}/`, body)
const read = (id: number): Promise<Json> => api(server.url, 'GET', `/api/projects/@current/dashboards/${id}/`)

const views = {
  kind: 'TrendsQuery',
  series: [{ kind: 'EventsNode', event: '$pageview', math: 'total' }],
  interval: 'day',
  dateRange: { date_from: '-9d' },
  trendsFilter: { display: 'BoldNumber' },
}
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()
const shown = (text: string, on = page) => on.locator('section.card').getByText(text, { exact: true })
const onlyYou = () => page.getByText('Only you see this.')

test('dates and filters are one’s own until they are saved for everyone', async () => {
  const board = await make('dashboards', { name: 'Looked at' })
  await make('insights', { name: 'Views', query: views, dashboards: [board.id] })
  await page.goto(`${server.url}/dashboard/${board.id}`)
  await shown('10').waitFor(patient)
  await page.getByRole('button', { name: 'Dates of each insight' }).click()
  await page.getByRole('button', { name: 'Last 30 days' }).click()
  await shown('31').waitFor(patient)
  await onlyYou().waitFor()
  expect(page.url()).toContain('date_from=-30d')
  expect((await read(board.id)).filters).toEqual({})
  await photographForAll(page, 'dashboard-only-you')

  // a link shows the same to whoever has it, and Back undoes it
  await page.reload()
  await shown('31').waitFor(patient)
  await page.goBack()
  await shown('10').waitFor(patient)
  expect(await onlyYou().count()).toBe(0)
  await page.goForward()
  await shown('31').waitFor(patient)
  await page.getByRole('button', { name: 'Reset' }).click()
  await shown('10').waitFor(patient)

  await page.getByRole('button', { name: 'Dates of each insight' }).click()
  await page.getByRole('button', { name: 'Last 14 days' }).click()
  await shown('15').waitFor(patient)
  await page.getByRole('button', { name: 'Save for everyone' }).click()
  await expect.poll(async () => (await read(board.id)).filters.date_from, patient).toBe('-14d')
  await expect.poll(() => page.url()).not.toContain('date_from')
  await shown('15').waitFor(patient)
  await page.getByRole('button', { name: 'Undo' }).click()
  await shown('10').waitFor(patient)
  expect((await read(board.id)).filters).toEqual({})
  expect(errors).toEqual([])
})

test('who may not edit a dashboard looks at it with other dates all the same', async () => {
  const board = await make('dashboards', { name: 'Kept', restriction_level: 37 })
  await make('insights', { name: 'Views kept', query: views, dashboards: [board.id] })
  const { id: project } = await api(server.url, 'GET', '/api/projects/@current/')
  const invite = await api(server.url, 'POST', '/api/organizations/@current/invites/', {
    target_email: 'vera@example.org',
  })
  const own = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const vera = await own.newPage()
  await vera.goto(`${server.url}/signup/${invite.id}`)
  await vera.getByLabel('Name').fill('Vera')
  await vera.getByRole('textbox', { name: 'Password' }).fill('a hedge of hawthorn')
  await vera.getByRole('button', { name: /^Join / }).click()
  await vera.getByRole('button', { name: /Vera.*account menu/ }).waitFor()
  const complained = complaints(vera)
  await vera.goto(`${server.url}/project/${project}/dashboard/${board.id}`)
  await shown('10', vera).waitFor(patient)
  await vera.getByRole('button', { name: 'Dates of each insight' }).click()
  await vera.getByRole('button', { name: 'Last 30 days' }).click()
  await shown('31', vera).waitFor(patient)
  await vera.getByText('Only you see this.').waitFor()
  expect(await vera.getByRole('button', { name: 'Save for everyone' }).count()).toBe(0)
  await vera.getByRole('button', { name: 'More of Views kept' }).click()
  await vera.getByRole('menuitem', { name: 'Refresh' }).waitFor()
  expect(await vera.getByRole('menuitem').allTextContents()).toEqual(['Refresh', 'Save as PNG'])
  await picture(vera, 'dashboard-viewer')
  expect(complained).toEqual([])

  // and may edit it once its maker says so
  await page.goto(`${server.url}/dashboard/${board.id}`)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Who may edit it' }).click()
  const dialog = page.getByRole('dialog', { name: 'Who may edit this dashboard' })
  await dialog.getByRole('combobox', { name: 'Let somebody edit it' }).click()
  await page.getByRole('option', { name: 'Vera' }).click()
  await dialog.getByRole('button', { name: 'Remove Vera' }).waitFor()
  await photographForAll(page, 'dashboard-editors')
  await vera.reload()
  await vera.getByRole('button', { name: 'Save for everyone' }).waitFor(patient)
  await dialog.getByRole('button', { name: 'Remove Vera' }).click()
  await dialog.getByText('Nobody else yet.').waitFor()
  await dialog.getByText('Everyone in the project').click()
  await dialog.getByText(/^Whoever sees the project/).waitFor()
  await page.keyboard.press('Escape')
  expect(errors).toEqual([])
  await own.close()
})

test('a tile is copied and moved to another dashboard, and back', async () => {
  const from = await make('dashboards', { name: 'From here', filters: { date_from: '-3d' } })
  const to = await make('dashboards', { name: 'To there' })
  await make('insights', { name: 'Wanderer', query: views, dashboards: [from.id] })
  await page.goto(`${server.url}/dashboard/${from.id}`)
  await shown('4').waitFor(patient)
  const pick = async (item: string) => {
    await page.getByRole('button', { name: 'More of Wanderer', exact: true }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await pick('Duplicate')
  await page.getByRole('link', { name: 'Wanderer (copy)' }).waitFor(patient)
  const copy = (await read(from.id)).tiles.find(({ insight }: Json) => insight?.name === 'Wanderer (copy)')
  // the copy asks what the insight asks, not what this dashboard makes of it
  const saved = await api(server.url, 'GET', `/api/projects/@current/insights/${copy.insight.id}/`)
  expect(saved.query.dateRange).toEqual({ date_from: '-9d' })
  await pick('Move to another dashboard')
  const dialog = page.getByRole('dialog', { name: 'Move “Wanderer”' })
  await dialog.getByLabel('To').selectOption('To there')
  await picture(page, 'dashboard-move')
  await dialog.getByRole('button', { name: 'Move', exact: true }).click()
  await page.getByText('Moved “Wanderer” to “To there”.').waitFor()
  const names = async (id: number) => (await read(id)).tiles.map(({ insight }: Json) => insight?.name).sort()
  expect(await names(to.id)).toEqual(['Wanderer'])
  await expect.poll(() => page.getByRole('link', { name: 'Wanderer', exact: true }).count()).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('link', { name: 'Wanderer', exact: true }).waitFor(patient)
  expect(await names(to.id)).toEqual([])
  expect(await names(from.id)).toEqual(['Wanderer', 'Wanderer (copy)'])
  expect(errors).toEqual([])
})

test('a text that is being written is not lost by Escape', async () => {
  const board = await make('dashboards', { name: 'Written on' })
  await page.goto(`${server.url}/dashboard/${board.id}`)
  await page.getByRole('button', { name: 'Add a text' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a text' })
  await dialog.getByRole('textbox', { name: 'Text' }).fill('# Launch')
  await page.keyboard.press('Escape')
  const question = page.getByRole('dialog', { name: 'Close without saving?' })
  await question.waitFor()
  await picture(page, 'dialog-unsaved')
  await page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  expect(await dialog.getByRole('textbox', { name: 'Text' }).inputValue()).toBe('# Launch')
  await page.keyboard.press('Escape')
  await question.getByRole('button', { name: 'Close anyway' }).click()
  await dialog.waitFor({ state: 'detached' })
  // nothing written, nothing asked
  await page.getByRole('button', { name: 'Add a text' }).click()
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(errors).toEqual([])
})

test('a letter refreshes, fills the screen, and opens what is added', async () => {
  const board = await make('dashboards', { name: 'By keys' })
  await make('insights', { name: 'Views by keys', query: views, dashboards: [board.id] })
  await page.goto(`${server.url}/dashboard/${board.id}`)
  await shown('10').waitFor(patient)
  const anew = page.waitForRequest((request) => request.url().includes('refresh=force_blocking'))
  await page.keyboard.press('r')
  await anew
  await page.keyboard.press('f')
  await page.getByRole('button', { name: 'Leave full screen' }).waitFor()
  await page.keyboard.press('f')
  await page.getByRole('navigation', { name: 'Project' }).waitFor()
  await page.keyboard.press('a')
  await page.getByRole('dialog', { name: 'Insights on this dashboard' }).waitFor()
  await page.keyboard.press('Escape')
  // after g a letter goes somewhere, whatever it does on the page
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await heading('Feature flags')
  expect(errors).toEqual([])
})

test('the home page shows the dashboard that was chosen for it, and a dashboard is pinned', async () => {
  const board = await make('dashboards', { name: 'Zebra' })
  await make('insights', { name: 'Views at home', query: views, dashboards: [board.id] })
  await make('dashboards', { name: 'Aardvark' })
  await page.goto(`${server.url}/dashboard/${board.id}`)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Show on the home page' }).click()
  await page.getByText('It is on everyone’s home page now.').waitFor()
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Pin', exact: true }).click()
  await page.getByText(/^Pinned/).waitFor()
  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Dashboards' }).click()
  await expect
    .poll(() => page.getByRole('row').getByRole('link').allTextContents(), patient)
    .toEqual(expect.arrayContaining(['Aardvark']))
  const names = await page.getByRole('row').getByRole('link').allTextContents()
  expect(names.indexOf('Zebra')).toBeLessThan(names.indexOf('Aardvark'))

  await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Home' }).click()
  await page.getByRole('link', { name: 'Zebra' }).waitFor()
  await shown('10').waitFor(patient)
  await page.getByRole('heading', { name: 'You looked at last' }).waitFor()
  await photographForAll(page, 'home-board')
  await page.setViewportSize({ width: 390, height: 844 })
  await photographForAll(page, 'home-board')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('button', { name: 'Another dashboard' }).click()
  await page.getByRole('menuitem', { name: 'None', exact: true }).click()
  await page.getByRole('heading', { name: 'No dashboard is chosen for this page' }).waitFor()
  await page.locator('figure canvas').nth(1).waitFor(patient)
  expect(errors).toEqual([])
})

describe('a new dashboard', () => {
  test('is made from the events that have arrived', async () => {
    await page.goto(`${server.url}/dashboard`)
    await page.getByRole('button', { name: 'New dashboard' }).click()
    await page.getByRole('radio', { name: 'What has arrived' }).check()
    await photographForAll(page, 'dashboard-new')
    await page.getByRole('textbox', { name: 'Name' }).fill('From ours')
    await page.getByRole('button', { name: 'Create' }).click()
    await heading('From ours')
    await page.locator('canvas').first().waitFor(patient)
    expect(errors).toEqual([])
  })
})

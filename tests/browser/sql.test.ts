import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { signIn } from './sign-in.ts'

/** The SQL page: writing with help, what is wrong and where, answers as tables and charts, keeping and finding again. */
const patient = { timeout: 20_000 }
const day = 86_400_000
let server: RunningServer
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await capture(server.url, '/batch/', {
    batch: Array.from({ length: 40 }, (_, at) => ({
      event: at % 4 ? '$pageview' : 'order',
      distinct_id: `u${at % 9}`,
      timestamp: new Date(Date.now() - (at / 6) * day).toISOString(),
      properties: { plan: at % 3 ? 'pro' : 'free', checkout_step: at },
    })),
  })
  await eventually(async () => {
    const [row] = await hogql(server.url, 'select count() from events')
    return Number(row?.[0]) === 40
  }, 'the events are stored')
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const byDay = 'select toDate(timestamp) as day, count() as events from events group by day order by day'
const open = (page: Page, query: string) => page.goto(`${server.url}/sql?q=${encodeURIComponent(query)}`)
const editor = (page: Page) => page.getByRole('textbox', { name: 'Query' })

/** Replaces what is written. */
async function write(page: Page, text: string): Promise<void> {
  await editor(page).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.insertText(text)
}

describe('at a desk', () => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    page = await signIn(context, server)
    errors = complaints(page)
  })
  afterAll(() => context.close())

  test('columns, properties and functions are suggested, and put in', async () => {
    await page.goto(`${server.url}/sql`)
    await write(page, 'select  from events')
    for (let step = 0; step < ' from events'.length; step++) await page.keyboard.press('ArrowLeft')
    await page.keyboard.type('properties.chec')
    await page.getByRole('option', { name: /checkout_step/ }).waitFor(patient)
    await picture(page, 'sql-suggestions')
    await page.keyboard.press('Enter')
    await page.keyboard.type(', cou')
    await page
      .getByRole('option', { name: /^count/ })
      .first()
      .waitFor(patient)
    await page.keyboard.press('Escape')
    await page.keyboard.type('nt()')
    expect(await editor(page).textContent()).toContain('properties.checkout_step, count() from events')
    // Tab leaves the editor, as it leaves any field
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate('document.activeElement?.textContent')).toBe('Run')
    expect(errors).toEqual([])
  })

  test('going back shows the query before, and its answer', async () => {
    await open(page, "select 'one' as first")
    const column = (name: string) =>
      page.getByRole('region', { name: 'Results' }).getByRole('columnheader', { name }).waitFor(patient)
    await column('first')
    await write(page, "select 'two' as second")
    await page.getByRole('button', { name: 'Run' }).click()
    await column('second')
    await page.goBack()
    await column('first')
    expect(await editor(page).textContent()).toBe("select 'one' as first")
    expect(errors).toEqual([])
  })

  test('what is written and was not run is there after a reload', async () => {
    await open(page, "select 'run' as ran")
    await page
      .getByRole('region', { name: 'Results' })
      .getByRole('columnheader', { name: 'ran' })
      .waitFor(patient)
    await write(page, "select 'not yet' as draft")
    await expect.poll(() => page.url(), patient).toContain('draft=')
    await page.reload()
    await page
      .getByRole('region', { name: 'Results' })
      .getByRole('columnheader', { name: 'ran' })
      .waitFor(patient)
    expect(await editor(page).textContent()).toBe("select 'not yet' as draft")
    await page.getByRole('button', { name: 'Run' }).click()
    await page
      .getByRole('region', { name: 'Results' })
      .getByRole('columnheader', { name: 'draft' })
      .waitFor(patient)
    expect(page.url()).not.toContain('draft=')
    expect(errors).toEqual([])
  })

  test('what is wrong is marked at the word that it is about', async () => {
    await page.goto(`${server.url}/sql`)
    await write(page, 'select evnt from events')
    const mark = page.locator('.cm-lintRange-error')
    await expect.poll(() => mark.textContent(), patient).toBe('evnt')
    await mark.hover()
    await page.getByText('Unable to resolve field: evnt. Did you mean "event"?').waitFor(patient)
    await picture(page, 'sql-error')
    await page.getByRole('button', { name: 'Run' }).click()
    await page
      .getByRole('alert')
      .getByText(/Did you mean "event"/)
      .waitFor(patient)
    expect(errors.filter((error) => !error.includes('status of 400'))).toEqual([])
    errors.length = 0
  })

  test('an answer is a table or a chart, is saved as both, shown on a dashboard, and changed', async () => {
    const board = await api(server.url, 'POST', '/api/projects/@current/dashboards/', { name: 'Of SQL' })
    await page.goto(`${server.url}/sql`)
    await write(page, byDay)
    await page.keyboard.press('ControlOrMeta+Enter')
    await page.getByRole('region', { name: 'Results' }).waitFor(patient)
    await page.getByRole('radiogroup', { name: 'Show as' }).getByText('Chart').click()
    await page.getByRole('img', { name: /Results: events by day, \d points/ }).waitFor(patient)
    await page.getByRole('combobox', { name: 'Draw' }).selectOption('Bars')
    await picture(page, 'sql-chart')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Events by day')
    await page.getByRole('dialog').getByLabel('Dashboard').selectOption('Of SQL')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Saved' }).waitFor(patient)

    await page.goto(`${server.url}/dashboard/${board.id}`)
    await page.getByRole('img', { name: /Events by day: events by day/ }).waitFor(patient)
    await page.getByRole('link', { name: 'Events by day' }).click()
    await page.getByRole('link', { name: 'Edit the SQL' }).click()
    await page.getByRole('button', { name: 'Saved' }).waitFor(patient)
    await page.getByRole('img', { name: /Results: events by day/ }).waitFor(patient)
    await write(page, byDay.replace('count() as events', 'count() as events, uniq(person_id) as people'))
    await page.keyboard.press('ControlOrMeta+Enter')
    await page.getByRole('option', { name: 'people' }).first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Save changes' }).click()
    await page.getByRole('button', { name: 'Saved' }).waitFor(patient)

    await page.getByRole('button', { name: 'History' }).click()
    const past = page.getByRole('dialog', { name: 'Queries run in this browser' })
    await past.getByRole('button', { name: /uniq\(person_id\)/ }).waitFor()
    await past.getByRole('button').filter({ hasText: byDay }).click()
    await expect.poll(() => editor(page).textContent()).toBe(byDay)
    expect(errors).toEqual([])
  })

  test('a query that takes long is cancelled', async () => {
    await page.goto(`${server.url}/sql`)
    await write(page, 'select max(sipHash64(number)) from numbers(20000000000)')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' })
    await page.getByText(/^Cancelled after \d+\.\d s\.$/).waitFor()
    await write(page, 'select 41 + 1 as answer')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('cell', { name: '42' }).waitFor(patient)
    expect(errors).toEqual([])
  })
})

describe.each([
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const)('$width px wide, $colorScheme', ({ width, height, colorScheme }) => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width, height }, colorScheme })
    page = await signIn(context, server)
    errors = complaints(page)
  })
  afterAll(() => context.close())

  test.each(['table', 'chart'])('as a %s', async (shown) => {
    await open(page, `-- what happens\n${byDay}`)
    await page.getByRole('region', { name: 'Results' }).waitFor(patient)
    if (shown === 'chart') {
      await page.getByRole('radiogroup', { name: 'Show as' }).getByText('Chart').click()
      await page.locator('figure canvas').waitFor(patient)
    }
    await picture(page, `sql-${shown}-${width}-${colorScheme}`)
    const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(beyond).toBeLessThanOrEqual(0)
    expect(await barriers(page)).toEqual([])
    expect(errors).toEqual([])
  })
})

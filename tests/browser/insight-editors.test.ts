import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { day, fillShop, nasty, node, questions, range, site } from './shop.ts'
import { signIn } from './sign-in.ts'

/** Each kind of insight asked, seen, changed, kept and opened again, and the people behind its numbers. */
let server: RunningServer
let browser: Browser
const patient = { timeout: 20_000 }

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await fillShop(server.url)
  await api(server.url, 'POST', '/api/projects/@current/actions/', {
    name: 'Paid something',
    description: 'Whoever gave us money',
    steps: [{ event: 'pay' }],
  })
  await api(server.url, 'POST', '/api/projects/@current/annotations/', {
    content: `Version 2 ${nasty}`,
    date_marker: new Date(Date.now() - 2 * day).toISOString(),
    scope: 'project',
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const at = (question: unknown) =>
  `${server.url}/insights/new?q=${encodeURIComponent(JSON.stringify(question))}`
const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor(patient)

async function pick(page: Page, field: string, name: string): Promise<void> {
  await page.getByRole('textbox', { name: field }).click()
  await page.getByRole('textbox', { name: field }).fill(name)
  await page.getByRole('option', { name, exact: false }).first().click()
}

async function save(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await heading(page, name)
  return page.url()
}

/** Opens the people behind a number, expects so many, and closes them. */
async function expectPeople(
  page: Page,
  open: () => Promise<void>,
  title: RegExp,
  count: number,
): Promise<void> {
  await open()
  const panel = page.getByRole('dialog', { name: 'People' })
  await panel.getByText(title).waitFor(patient)
  await expect.poll(() => panel.getByRole('listitem').count(), patient).toBe(count)
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
}

const number = (page: Page, name: string) => page.getByTitle(`People: ${name}`, { exact: true })

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

  test('a funnel is made step by step, seen, changed, saved and opened again', async () => {
    await page.goto(`${server.url}/insights`)
    await page.getByRole('button', { name: 'New insight' }).click()
    await page.getByRole('menuitem', { name: /Funnel/ }).click()
    await page.getByText('Pick the first step of a funnel.').waitFor()
    await pick(page, 'Add a step: event', '$pageview')
    await page.getByText('Add a second step to see conversion.').waitFor()
    await page.getByRole('button', { name: 'Step', exact: true }).click()
    await pick(page, 'Event of step 2', 'sign up')
    await page.getByRole('button', { name: 'Step', exact: true }).click()
    await pick(page, 'Event of step 3', 'Paid something')
    await page.getByRole('button', { name: 'Last 7 days' }).click()
    await page.getByRole('button', { name: 'Last 14 days' }).click()
    await number(page, 'got to Paid something').filter({ hasText: /^10$/ }).waitFor(patient)
    await number(page, 'went away before sign up').filter({ hasText: /^20$/ }).waitFor()
    await picture(page, 'editors-funnel-made')

    await expectPeople(
      page,
      () => number(page, 'went away before Paid something').click(),
      /Went away before step 3/,
      10,
    )
    await number(page, 'got to sign up').click()
    const panel = page.getByRole('dialog', { name: 'People' })
    await expect.poll(() => panel.getByRole('listitem').count(), patient).toBe(20)
    await picture(page, 'editors-funnel-people')
    await panel.getByRole('searchbox').fill('p12@')
    await expect.poll(() => panel.getByRole('listitem').count(), patient).toBe(1)
    await panel.getByRole('link', { name: 'p12@example.com' }).click()
    await heading(page, 'p12@example.com')
    await page.goBack()
    await panel.getByText(/Got to step 2/).waitFor(patient)
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Exclusion' }).click()
    await pick(page, 'Event that must not happen', 'refund')
    await number(page, 'got to Paid something').filter({ hasText: /^6$/ }).waitFor(patient)
    await page.getByText('Within 14 days, in order, without ‘refund’.').waitFor()
    await page.getByRole('button', { name: 'Remove exclusion 1' }).click()
    await number(page, 'got to Paid something').filter({ hasText: /^10$/ }).waitFor(patient)
    await page
      .getByRole('textbox', { name: 'Window' })
      .or(page.getByLabel('Window', { exact: true }))
      .fill('60')
    await page.getByRole('combobox', { name: 'Unit of the window' }).selectOption('minute')
    await expect.poll(() => number(page, 'got to Paid something').textContent(), patient).not.toBe('10')
    await page.getByRole('combobox', { name: 'Unit of the window' }).selectOption('day')

    await page.getByRole('button', { name: 'More of step 3' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByLabel('Name of step 3').fill('Money')
    await page.keyboard.press('Enter')
    await number(page, 'got to Money').waitFor(patient)
    await page.getByRole('button', { name: 'More of step 3' }).click()
    await page.getByRole('menuitem', { name: 'Move up' }).click()
    await expect.poll(() => page.getByLabel('Name of step 2').inputValue()).toBe('Money')
    await page.goBack()
    await expect.poll(() => page.getByLabel('Name of step 3').inputValue()).toBe('Money')

    await page.getByText('Time', { exact: true }).click()
    await page.getByText(/On average/).waitFor(patient)
    await page.getByText('Over time', { exact: true }).click()
    await page.getByRole('region', { name: 'Figures' }).waitFor(patient)
    await page.getByText('Steps', { exact: true }).last().click()

    const address = await save(page, 'From visit to money')
    await page.goto(address)
    await number(page, 'got to Money').filter({ hasText: /^10$/ }).waitFor(patient)
    expect(await page.getByRole('button', { name: 'Reset' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Remove step 3' }).click()
    await page.getByRole('button', { name: 'Reset' }).waitFor()
    await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Insights' }).click()
    await page.getByText('Left “From visit to money” with changes that are not saved.').waitFor()
    await page.getByRole('button', { name: 'Go back' }).click()
    await page.getByRole('button', { name: 'Reset' }).waitFor()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Reset' }).count(), patient).toBe(0)
    await page.goto(address)
    await number(page, 'got to sign up').waitFor(patient)
    expect(await page.getByLabel('Event of step 3').count()).toBe(0)

    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await heading(page, 'From visit to money (copy)')
    expect(page.url()).not.toBe(address)
    expect(errors).toEqual([])
  })

  test('retention: defaults answer at once; a cell opens who came back, and who did not', async () => {
    await page.goto(`${server.url}/insights/new?kind=RETENTION`)
    const table = page.getByRole('region', { name: 'Retention' })
    await table.waitFor(patient)
    await pick(page, 'Event of first event', '$pageview')
    await pick(page, 'Event of returning event', 'visit')
    await page.getByRole('combobox', { name: 'Which time' }).selectOption('for the first time')
    await page.getByRole('button', { name: 'Last 7 days' }).click()
    await page.getByRole('button', { name: 'Last 14 days' }).click()
    // of each of the eight days' five people one or two come back on every day after
    await expect.poll(() => table.getByRole('row').count(), patient).toBe(2 + 15)
    await picture(page, 'editors-retention-made')
    await page.getByRole('radiogroup', { name: 'Cells' }).getByText('People').click()
    const cell = table.getByTitle('People: back 1 day later').first()
    const count = Number(await cell.textContent())
    expect(count).toBeGreaterThan(0)
    await cell.click()
    const panel = page.getByRole('dialog', { name: 'People' })
    await panel.getByText(/back 1 day later/).waitFor(patient)
    await expect.poll(() => panel.getByRole('listitem').count(), patient).toBe(count)
    await panel.getByText("Didn't", { exact: true }).click()
    await panel.getByText(/not back 1 day later/).waitFor(patient)
    await expect.poll(() => panel.getByRole('listitem').count(), patient).toBe(5 - count)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await page.getByRole('combobox', { name: 'Period' }).selectOption('weeks')
    await page.getByRole('columnheader', { name: 'Week 1', exact: true }).waitFor(patient)
    const address = await save(page, 'Who comes back')
    await page.goto(address)
    await page.getByRole('columnheader', { name: 'Week 1', exact: true }).waitFor(patient)
    expect(await page.getByRole('button', { name: 'Reset' }).count()).toBe(0)
    expect(errors).toEqual([])
  })

  test('a retention curve is saved as a picture', async () => {
    await page.goto(at(questions.retention))
    await page.locator('figure canvas').first().waitFor(patient)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as PNG' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/[.]png$/)
    expect(errors).toEqual([])
  })

  test('lifecycle: statuses are switched off, and a number opens its people', async () => {
    await page.goto(`${server.url}/insights/new?kind=LIFECYCLE`)
    await page.getByRole('region', { name: 'Figures' }).waitFor(patient)
    await pick(page, 'Event of event', 'visit')
    await page.getByRole('button', { name: 'Last 30 days' }).click()
    await page.getByRole('button', { name: 'Last 14 days' }).click()
    const figures = page.getByRole('region', { name: 'Figures' })
    const cell = figures
      .getByTitle(/^People: new, /)
      .filter({ hasText: /^5$/ })
      .first()
    await cell.waitFor(patient)
    await picture(page, 'editors-lifecycle-made')
    await expectPeople(page, () => cell.click(), /visit · new · /, 5)
    await page.getByRole('checkbox', { name: 'dormant' }).click()
    const address = await save(page, 'Comings and goings')
    await page.goto(address)
    await page.getByRole('checkbox', { name: 'dormant' }).waitFor(patient)
    expect(await page.getByRole('checkbox', { name: 'dormant' }).isChecked()).toBe(false)
    expect(errors).toEqual([])
  })

  test('stickiness: on how many days people are there, or on so many or more', async () => {
    await page.goto(`${server.url}/insights/new?kind=STICKINESS`)
    await page.getByRole('region', { name: 'Figures' }).waitFor(patient)
    await pick(page, 'Event of series A', 'visit')
    await page.getByRole('button', { name: 'Last 7 days' }).click()
    await page.getByRole('button', { name: 'Last 14 days' }).click()
    // a third comes every day from then on, but two of them have had no other day yet
    const cell = number(page, 'visit, 1 day')
    await cell.filter({ hasText: /^28$/ }).waitFor(patient)
    await picture(page, 'editors-stickiness-made')
    await expectPeople(page, () => cell.click(), /visit · on 1 day/, 28)
    await page.getByRole('combobox', { name: 'Counted' }).selectOption('on so many or more')
    await page.getByTitle('People: visit, 1 day or more').filter({ hasText: /^40$/ }).waitFor(patient)
    const address = await save(page, 'How often')
    await page.goto(address)
    await page.getByTitle('People: visit, 1 day or more').filter({ hasText: /^40$/ }).waitFor(patient)
    expect(errors).toEqual([])
  })

  test('paths: from a step on, without another, and the people of an edge', async () => {
    await page.goto(`${server.url}/insights/new?kind=PATHS`)
    const edges = page.getByRole('region', { name: 'Edges' })
    await edges.waitFor(patient)
    await page.getByRole('button', { name: 'Last 7 days' }).click()
    await page.getByRole('button', { name: 'Last 14 days' }).click()
    const first = edges.getByTitle(`People: ${site} → ${site}/pricing`)
    await first.filter({ hasText: /^20$/ }).waitFor(patient)
    await picture(page, 'editors-paths-made')
    await expectPeople(page, () => first.click(), /→/, 20)
    await page.getByRole('button', { name: /^Step 2, .*getting-started/ }).click()
    await page.getByRole('menuitem', { name: 'People who came here' }).click()
    const panel = page.getByRole('dialog', { name: 'People' })
    await expect.poll(() => panel.getByRole('listitem').count(), patient).toBe(20)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Step 2, .*getting-started/ }).click()
    await page.getByRole('menuitem', { name: 'Begin here' }).click()
    await expect
      .poll(
        () =>
          page
            .getByRole('combobox', { name: 'Begin at' })
            .or(page.getByRole('textbox', { name: 'Begin at' }))
            .inputValue(),
        patient,
      )
      .toContain('getting-started')
    await expect.poll(() => edges.getByRole('row').count(), patient).toBe(3)
    const address = await save(page, 'From the docs')
    await page.goto(address)
    await expect.poll(() => edges.getByRole('row').count(), patient).toBe(3)
    expect(errors).toEqual([])
  })

  test('a trend is drawn in every way, counts a property, has its people and a remark', async () => {
    await page.goto(at({ kind: 'TrendsQuery', series: [node('pay')], interval: 'day', ...range }))
    await page.getByTitle('Version 2', { exact: false }).or(page.locator('figure canvas')).first().waitFor()
    const figures = page.getByRole('region', { name: 'Figures' })
    const cell = figures
      .getByTitle(/^People: pay, /)
      .filter({ hasText: /^5$/ })
      .first()
    await cell.waitFor(patient)
    await expectPeople(page, () => cell.click(), /^pay · /, 5)
    await page.locator('figure [role=group]').focus()
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft')
    await page.getByText(`Version 2 ${nasty}`).first().waitFor()
    await picture(page, 'editors-trend-remark')
    await page.keyboard.press('Escape')
    await page.getByRole('combobox', { name: 'Count of series A' }).selectOption('Sum of a property')
    await page.getByText('Choose the property').waitFor()
    await page.getByRole('button', { name: 'Property of series A' }).click()
    await page.getByRole('option', { name: 'price' }).click()
    await page.getByText('pay (sum of price)').filter({ visible: true }).first().waitFor(patient)
    for (const display of ['Area', 'Bars side by side', 'Value bars', 'Pie', 'Table', 'Number']) {
      await page.getByRole('combobox', { name: 'Show as' }).selectOption(display)
      await page.getByText('pay (sum of price)').filter({ visible: true }).first().waitFor(patient)
      expect(await page.getByText("Couldn't load").count()).toBe(0)
    }
    await page.getByRole('textbox', { name: 'Formula' }).fill('A / D')
    await page.getByText("There's no series D. You have A.").waitFor()
    await page.getByRole('textbox', { name: 'Formula' }).fill('A * 2')
    await page.keyboard.press('Enter')
    await page.getByText('Formula (A * 2)').filter({ visible: true }).first().waitFor(patient)
    await page.getByText('560', { exact: true }).waitFor(patient)
    const saved = await save(page, 'Money')
    await page.goto(saved)
    expect(await page.getByRole('combobox', { name: 'Show as' }).inputValue()).toBe('BoldNumber')
    expect(errors).toEqual([])
  })

  test('what is on the screen is a table in a file, and an API call that answers the same', async () => {
    await page.goto(at(questions.funnel))
    await number(page, 'got to pay').waitFor(patient)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ])
    const [, ...lines] = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')
    expect(lines.map((line) => /pageview|sign up|pay/.exec(line)?.[0])).toEqual([
      'pageview',
      'sign up',
      'pay',
    ])
    await page.getByRole('button', { name: 'API call' }).click()
    const drawer = page.getByRole('dialog', { name: 'This chart as an API call' })
    const curl = await drawer.locator('pre').first().textContent()
    await picture(page, 'editors-api-call')
    const { stdout } = await promisify(execFile)('sh', ['-c', curl!], {
      env: { ...process.env, PERSONAL_API_KEY: init.personalApiKey },
    })
    expect(JSON.parse(stdout).results.map((step: { count: number }) => step.count)).toEqual([40, 20, 10])
    await drawer.getByRole('tab', { name: 'TypeScript' }).click()
    const typescript = await drawer.locator('pre').filter({ visible: true }).textContent()
    const script = typescript!.replace(
      'console.log(await response.json())',
      'console.log((await response.json()).results.map((step) => step.count).join())',
    )
    const ran = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, PERSONAL_API_KEY: init.personalApiKey },
    })
    expect(ran.stdout.trim()).toBe('40,20,10')
    expect(errors).toEqual([])
  })

  test('every kind is drawn on a dashboard', async () => {
    const board = await api(server.url, 'POST', '/api/projects/@current/dashboards/', { name: 'All kinds' })
    for (const [name, query] of Object.entries(questions)) {
      await api(server.url, 'POST', '/api/projects/@current/insights/', {
        name,
        query,
        dashboards: [board.id],
      })
    }
    await page.goto(`${server.url}/dashboard/${board.id}`)
    await heading(page, 'All kinds')
    const count = Object.keys(questions).length
    await expect.poll(() => page.getByText('As of').count(), patient).toBe(count)
    await page.setViewportSize({ width: 1440, height: 3200 })
    await page.waitForTimeout(500)
    await picture(page, 'editors-dashboard')
    await page.setViewportSize({ width: 1440, height: 900 })
    expect(await page.getByText("Couldn't load").count()).toBe(0)
    expect(await page.getByText('is not drawn here').count()).toBe(0)
    expect(await barriers(page)).toEqual([])
    expect(errors).toEqual([])
  })
})

describe.each([
  { width: 1440, height: 900, colorScheme: 'light' },
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

  test.each(Object.keys(questions))('%s', async (name) => {
    await page.goto(at(questions[name]))
    await page.getByText('As of').waitFor(patient)
    await page.waitForLoadState('networkidle')
    await page.setViewportSize({ width, height: 1400 })
    await picture(page, `editors-${name}-${width}-${colorScheme}`)
    await page.setViewportSize({ width, height })
    expect(await page.getByText("Couldn't load").count()).toBe(0)
    expect(await page.title()).not.toBe('1')
    // What is too wide scrolls inside its own region, never the page.
    const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(beyond).toBeLessThanOrEqual(0)
    expect(await barriers(page)).toEqual([])
    expect(errors).toEqual([])
  })

  test('people', async () => {
    const pin = encodeURIComponent(JSON.stringify({ step: 2 }))
    await page.goto(`${at(questions.funnel)}&panel=people&at=${pin}`)
    await page.getByRole('dialog', { name: 'People' }).getByRole('listitem').first().waitFor(patient)
    await page.waitForTimeout(400)
    await picture(page, `editors-people-${width}-${colorScheme}`)
    expect(await barriers(page)).toEqual([])
    expect(errors).toEqual([])
  })
})

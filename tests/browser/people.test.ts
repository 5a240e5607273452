import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, type Json } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { launchChromium, picture } from './chromium.ts'
import { fillShop, node, questions, range, steps, trend } from './shop.ts'
import { openSignedIn, signIn } from './sign-in.ts'

/** Every number leads to the people behind it, as many as it says; for those who may see them. */
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
const patient = { timeout: 20_000 }
const legacy = { events: [{ id: 'visit', math: 'dau' }], date_from: '-14d' }

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await fillShop(server.url)
  const opened = await openSignedIn(browser, server, { width: 1440, height: 900 })
  ;({ context, page, errors } = opened)
})
afterAll(async () => {
  await context?.close()
  await browser?.close()
  await server?.stop()
})

const make = (kind: 'insights' | 'dashboards', body: object): Promise<Json> =>
  api(server.url, 'POST', `/api/projects/@current/${kind}/`, body)

/** A dashboard with these insights on it, and its address. */
async function board(name: string, insights: Record<string, object>) {
  const made = await make('dashboards', { name })
  for (const [called, asked] of Object.entries(insights)) {
    const question = 'kind' in asked ? { query: asked } : { filters: asked }
    await make('insights', { name: called, ...question, dashboards: [made.id] })
  }
  return { id: made.id as number, url: `${server.url}/dashboard/${made.id}` }
}

const tile = (name: string): Locator =>
  page.locator('section.card').filter({ has: page.getByRole('link', { name, exact: true }) })
const panel = (): Locator => page.getByRole('dialog', { name: 'People' })
const people = (): Locator => panel().getByRole('listitem')

/** As many people as the number says that opens them; more than one of them, and then they are closed again. */
async function expectAsMany(open: () => Promise<void>, count: number, title?: RegExp): Promise<void> {
  await open()
  if (title) await panel().getByText(title).first().waitFor(patient)
  await expect.poll(() => people().count(), patient).toBe(count)
  await page.keyboard.press('Escape')
  await panel().waitFor({ state: 'detached' })
}

/** Of the buttons in something: each number that is not 0 opens so many people, the first few of them. */
async function expectNumbers(within: Locator, least: number, most = 4): Promise<void> {
  const buttons = within.locator('button[title^="People: "]').filter({ hasText: /^[1-9]\d*\*?$/ })
  await buttons.first().waitFor(patient)
  const count = await buttons.count()
  expect(count).toBeGreaterThanOrEqual(least)
  for (let at = 0; at < Math.min(count, most); at++) {
    const button = buttons.nth(at)
    const shown = Number.parseInt((await button.textContent()) ?? '', 10)
    await expectAsMany(() => button.click(), shown)
  }
}

/** With the keyboard to a bucket of a chart: Enter opens as many people as the chart says there. */
async function expectPoint(within: Locator, back: number): Promise<void> {
  const chart = within.locator('[role=group][aria-roledescription=chart]')
  await chart.waitFor(patient)
  await chart.focus()
  for (let step = 0; step <= back; step++) await page.keyboard.press('ArrowLeft')
  const said = (await within.locator('[aria-live=polite]').first().textContent()) ?? ''
  const [, count] = /: \D*?(-?\d+)(?:,|$)/.exec(said.replace(/^[^:]*/, '')) ?? []
  expect(Number(count), said).not.toBe(0)
  await expectAsMany(() => page.keyboard.press('Enter'), Math.abs(Number(count)))
}

describe('on a dashboard', () => {
  test('numbers, parts of a pie, rows of a table, bars and countries', async () => {
    const { url } = await board('Figures', {
      Number: trend('BoldNumber', { breakdownFilter: undefined }),
      Pie: trend('ActionsPie'),
      Table: trend('ActionsTable'),
      Bars: trend('ActionsBarValue'),
      Map: trend('WorldMap'),
      'Older number': { ...legacy, insight: 'TRENDS', display: 'BoldNumber' },
    })
    await page.goto(url)
    await tile('Number').getByTitle('People: visit').filter({ hasText: /^40$/ }).waitFor(patient)
    await expectNumbers(tile('Number'), 1)
    await expectNumbers(tile('Older number'), 1)
    for (const name of ['Pie', 'Table', 'Bars']) await expectNumbers(tile(name), 3, 3)
    await expectNumbers(tile('Map'), 4, 2)
    expect(await barriers(page)).toEqual([])
    expect(errors).toEqual([])
  })

  test('steps of a funnel, and what did not get there', async () => {
    const { url } = await board('Funnels', {
      Funnel: questions.funnel!,
      'By browser': questions['funnel-by-browser']!,
      'Over time': questions['funnel-trend']!,
      Times: questions['funnel-times']!,
      'Older funnel': {
        insight: 'FUNNELS',
        events: [
          { id: '$pageview', order: 0 },
          { id: 'pay', order: 1 },
        ],
        date_from: '-14d',
      },
    })
    await page.goto(url)
    await expectNumbers(tile('Funnel'), 3)
    await expectNumbers(tile('Older funnel'), 2)
    await expectNumbers(tile('By browser'), 3, 2)
    // the hatched part of a bar
    await expectAsMany(
      () =>
        tile('Funnel')
          .getByTitle(/went away before/)
          .first()
          .click(),
      20,
      /Went away before step 2/,
    )
    await tile('Over time').locator('canvas').waitFor(patient)
    await tile('Over time').locator('[role=group]').focus()
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('Enter')
    await panel().getByText('Got through ·').waitFor(patient)
    await page.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
    await expectPoint(tile('Times'), 1)
    expect(errors).toEqual([])
  })

  test('points of a line, bars over time, lifecycles and stickiness', async () => {
    const plain = { breakdownFilter: undefined }
    const { url } = await board('Over time', {
      Line: trend('ActionsLineGraph', plain),
      'Bars by browser': trend('ActionsBar'),
      Lifecycle: questions.lifecycle!,
      Stickiness: questions.stickiness!,
      'Older line': { ...legacy, insight: 'TRENDS' },
      'Older stickiness': { ...legacy, insight: 'STICKINESS' },
      'Older lifecycle': { insight: 'LIFECYCLE', events: [{ id: 'visit' }], date_from: '-14d' },
    })
    await page.goto(url)
    for (const name of ['Line', 'Older line', 'Bars by browser', 'Lifecycle', 'Older lifecycle']) {
      await expectPoint(tile(name), 4)
    }
    for (const name of ['Stickiness', 'Older stickiness']) await expectPoint(tile(name), 14)
    // with the pointer: where the line is, in the middle of the chart
    await tile('Line').scrollIntoViewIfNeeded()
    const canvas = (await tile('Line').locator('canvas').boundingBox())!
    await page.mouse.click(canvas.x + canvas.width * 0.7, canvas.y + canvas.height * 0.5)
    await panel()
      .getByText(/^visit · /)
      .waitFor(patient)
    await page.keyboard.press('Escape')
    expect(errors).toEqual([])
  })

  test('cells of a retention, and edges of paths', async () => {
    const older = { id: '$pageview', type: 'events' }
    const { url } = await board('Returning', {
      Retention: questions.retention!,
      'Retention by browser': {
        ...questions.retention,
        breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
      },
      Paths: questions.paths!,
      'Older retention': {
        insight: 'RETENTION',
        period: 'Day',
        retention_type: 'retention_first_time',
        target_entity: older,
        returning_entity: { ...older, id: 'visit' },
      },
    })
    await page.goto(url)
    await expectNumbers(tile('Retention'), 8, 2)
    await expectNumbers(tile('Older retention'), 8, 2)
    await tile('Retention by browser').getByRole('region', { name: 'Chrome' }).waitFor(patient)
    await expectNumbers(tile('Retention by browser').getByRole('region', { name: 'Chrome' }), 2, 2)
    const cell = tile('Retention').getByTitle('People: back 1 day later').first()
    const share = (await cell.locator('..').getAttribute('title')) ?? ''
    await expectAsMany(() => cell.click(), Number(/^\d+/.exec(share)?.[0]), /back 1 day later/)
    await tile('Paths')
      .getByRole('button', { name: /^Step 1, / })
      .first()
      .click()
    await page.getByRole('menuitem', { name: 'People who came here' }).click()
    await people().first().waitFor(patient)
    await page.keyboard.press('Escape')
    expect(errors).toEqual([])
  })

  test('a person leads to their page, and Back leads back', async () => {
    const { url } = await board('Somebody', { Number: trend('BoldNumber', { breakdownFilter: undefined }) })
    await page.goto(url)
    const number = tile('Number').getByTitle('People: visit')
    await number.focus()
    await page.keyboard.press('Enter')
    await panel().getByText('visit · Last 14 days').waitFor(patient)
    await picture(page, 'people-tile')
    expect(await barriers(page)).toEqual([])
    await panel().getByRole('searchbox').fill('p12@')
    await panel().getByRole('link', { name: 'p12@example.com' }).click()
    await page.getByRole('heading', { level: 1, name: 'p12@example.com' }).waitFor(patient)
    await page.goBack()
    await expect.poll(() => people().count(), patient).toBe(40)
    // the address alone has it too
    await page.reload()
    await expect.poll(() => people().count(), patient).toBe(40)
    await page.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
    await expect.poll(() => page.url()).not.toContain('panel=')
    await number.focus()
    await page.keyboard.press('Enter')
    await people().first().waitFor(patient)
    await page.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
    await expect
      .poll(() => page.evaluate<string>('document.activeElement.title'), patient)
      .toBe('People: visit')
    expect(errors).toEqual([])
  })

  test('the people are those of the dashboard’s dates and filters', async () => {
    const { id, url } = await board('Narrowed', {
      Number: trend('BoldNumber', { breakdownFilter: undefined }),
      'Older number': { ...legacy, insight: 'TRENDS', display: 'BoldNumber' },
    })
    await api(server.url, 'PATCH', `/api/projects/@current/dashboards/${id}/`, {
      filters: {
        date_from: '-3d',
        properties: [{ key: '$browser', type: 'event', operator: 'exact', value: ['Chrome'] }],
      },
    })
    await page.goto(url)
    for (const name of ['Number', 'Older number']) {
      const number = tile(name).getByTitle('People: visit')
      await number.waitFor(patient)
      const count = Number(await number.textContent())
      expect(count).toBeGreaterThan(0)
      expect(count).toBeLessThan(15)
      await expectAsMany(() => number.click(), count, /Last 3 days/)
    }
    expect(errors).toEqual([])
  })

  test('who has only the link sees numbers, and nobody', async () => {
    const { id } = await board('Shown to all', {
      Number: trend('BoldNumber', { breakdownFilter: undefined }),
      Pie: trend('ActionsPie'),
      Line: trend('ActionsLineGraph'),
      Funnel: questions.funnel!,
      Retention: questions.retention!,
      Paths: questions.paths!,
    })
    const { access_token: token } = await api(
      server.url,
      'PATCH',
      `/api/projects/@current/dashboards/${id}/sharing/`,
      { enabled: true },
    )
    const outside = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const visitor = await outside.newPage()
    for (const at of ['shared', 'embedded']) {
      const asked: string[] = []
      visitor.on('request', (request) => asked.push(request.url()))
      await visitor.goto(`${server.url}/${at}/${token}?panel=people&tile=1&at={}`)
      await visitor.getByText('40', { exact: true }).first().waitFor(patient)
      await expect.poll(() => visitor.getByText('As of').count(), patient).toBe(6)
      expect(await visitor.getByTitle(/^People: /).count()).toBe(0)
      const line = (await visitor.locator('canvas').first().boundingBox())!
      await visitor.mouse.click(line.x + line.width * 0.7, line.y + line.height * 0.5)
      await visitor.locator('[aria-roledescription=chart]').first().focus()
      await visitor.keyboard.press('ArrowLeft')
      await visitor.keyboard.press('Enter')
      await visitor.waitForTimeout(300)
      expect(await visitor.getByRole('dialog').count()).toBe(0)
      expect(asked.filter((url) => url.includes('/query/'))).toEqual([])
      expect(await visitor.content()).not.toContain('@example.com')
    }
    await outside.close()
  })
})

test('totals of a trend over time open everybody in it, each once', async () => {
  const at = (question: object) =>
    `${server.url}/insights/new?q=${encodeURIComponent(JSON.stringify(question))}`
  await page.goto(at(trend('ActionsLineGraph')))
  const figures = page.getByRole('region', { name: 'Figures' })
  const everyone = figures.getByTitle(/^People: Chrome, everyone/)
  await everyone.waitFor(patient)
  await expectAsMany(() => everyone.click(), 14, /Chrome · Last 14 days/)
  // the number of that display is of the same people
  await page.goto(at(trend('ActionsTable')))
  await page.getByTitle('People: Chrome', { exact: true }).filter({ hasText: /^14$/ }).waitFor(patient)
  // of events, the total is what these people come to
  await page.goto(at({ ...trend('ActionsLineGraph'), series: [node('visit')] }))
  const total = figures
    .getByRole('row', { name: /Chrome/ })
    .locator('td')
    .nth(1)
    .getByRole('button')
  await total.waitFor(patient)
  const sum = Number(await total.textContent())
  await total.click()
  await expect.poll(() => people().count(), patient).toBe(14)
  const counts = await people().locator('.num').allTextContents()
  expect(counts.reduce((all, count) => all + Number(count), 0)).toBe(sum)
  await page.keyboard.press('Escape')
  // and of all cohorts together
  await page.goto(at(questions.retention!))
  await expectAsMany(() => page.getByTitle('People: all who began').click(), 40, /all of them/)
  expect(errors).toEqual([])
})

test('an insight of older filters has its editor, and what is changed there is kept', async () => {
  const { short_id: shortId } = await make('insights', {
    name: 'Made long ago',
    filters: {
      insight: 'FUNNELS',
      events: steps.map(({ event }, order) => ({ id: event, order, type: 'events', name: event })),
      date_from: range.dateRange.date_from,
    },
    saved: true,
  })
  await page.goto(`${server.url}/insights/${shortId}`)
  await page.getByTitle('People: got to pay').filter({ hasText: /^10$/ }).waitFor(patient)
  expect(await page.getByRole('button', { name: 'Reset' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Remove step 2' }).click()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.poll(() => page.getByRole('button', { name: 'Reset' }).count(), patient).toBe(0)
  await page.reload()
  await page.getByTitle('People: got to pay').waitFor(patient)
  expect(await page.getByLabel('Event of step 3').count()).toBe(0)
  const { short_id: weekly } = await make('insights', {
    name: 'Weeks',
    filters: { insight: 'RETENTION', period: 'Week', target_entity: { id: '$pageview', type: 'events' } },
  })
  await page.goto(`${server.url}/insights/${weekly}`)
  await page.getByRole('combobox', { name: 'Period' }).waitFor(patient)
  await expect
    .poll(() => page.getByRole('region', { name: 'Retention' }).getByRole('row').count())
    .toBe(2 + 11)
  expect(errors).toEqual([])
})

test('with a finger, the first tap on a chart tells what stands there, the second opens its people', async () => {
  const phone = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  const own = await signIn(phone, server)
  for (const display of ['ActionsLineGraph', 'ActionsBar']) {
    const question = trend(display, { breakdownFilter: undefined })
    await own.goto(`${server.url}/insights/new?q=${encodeURIComponent(JSON.stringify(question))}`)
    const canvas = own.locator('figure canvas')
    await canvas.waitFor(patient)
    await own.waitForLoadState('networkidle')
    await canvas.scrollIntoViewIfNeeded()
    const box = (await canvas.boundingBox())!
    const tap = () => own.touchscreen.tap(box.x + box.width * 0.7, box.y + box.height * 0.85)
    await tap()
    await own.getByText('Tap again for the people').waitFor(patient)
    await own.waitForTimeout(300)
    expect(await own.getByRole('dialog').count()).toBe(0)
    await picture(own, `people-tapped-${display}`)
    await tap()
    await own.getByRole('dialog', { name: 'People' }).getByRole('listitem').first().waitFor(patient)
  }
  await phone.close()
})

import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'

/** Tables that somebody takes away from the pages. */
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]

beforeAll(async () => {
  server = await startServer({ env: { WEBHOOK_PRIVATE_HOSTS: '127.0.0.1' } })
  browser = await launchChromium()
  await capture(server.url, '/batch/', {
    batch: Array.from({ length: 150 }, (_, at) => ({
      event: at % 3 ? '$pageview' : 'order',
      distinct_id: `u${at % 60}`,
      timestamp: new Date(Date.now() - at * 60_000).toISOString(),
      properties: { plan: at % 2 ? 'pro' : '=HYPERLINK("http://example.com")' },
    })),
  })
  await eventually(async () => {
    const [row] = await hogql(server.url, 'select count() from events')
    return Number(row?.[0]) === 150
  }, 'the events are stored')
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true })
  page = await context.newPage()
  errors = complaints(page)
  await page.goto(`${server.url}/login`)
  await page.getByLabel('E-mail').fill(init.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(init.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: /Hello/ }).waitFor()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** The file that comes of what is done. */
async function saved(act: () => Promise<void>) {
  const coming = page.waitForEvent('download')
  await act()
  const download = await coming
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}
const press = () => page.getByRole('button', { name: 'Export CSV' }).click()
const orders = {
  kind: 'TrendsQuery',
  series: [{ kind: 'EventsNode', event: 'order', math: 'total' }],
  interval: 'day',
  dateRange: { date_from: '-7d' },
}
const lines = (text: string) => text.trimEnd().split('\r\n')

test('events, people and SQL are exported whole', async () => {
  await page.goto(`${server.url}/project/1/activity?event=order`)
  const events = await saved(press)
  expect(events.name).toBe('order.csv')
  expect(lines(events.text)).toHaveLength(51)
  expect(events.text).toContain(`'=HYPERLINK`)
  await page.getByText('50 rows in').waitFor()
  await picture(page, 'exports-activity')
  await page.goto(`${server.url}/project/1/persons`)
  const people = await saved(press)
  expect(lines(people.text)).toHaveLength(61)
  await page.goto(`${server.url}/project/1/sql`)
  await page.getByLabel('Query').fill('select event, distinct_id from events order by timestamp')
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByText('100 rows').first().waitFor()
  const sql = await saved(press)
  expect(lines(sql.text)).toHaveLength(151)
  await picture(page, 'exports-sql')
  expect(errors).toEqual([])
})

test('a trend that is not saved, and a saved insight', async () => {
  const asked = encodeURIComponent(JSON.stringify(orders))
  await page.goto(`${server.url}/project/1/insights/new?q=${asked}`)
  const trend = await saved(press)
  expect(lines(trend.text)[0]).toMatch(/^series,/)
  await page.getByText('1 row in').waitFor()
  await picture(page, 'exports-trend')
  const { short_id } = await api(server.url, 'POST', '/api/projects/@current/insights/', {
    name: 'Orders a day',
    query: orders,
  })
  await page.goto(`${server.url}/project/1/insights/${short_id}`)
  const insight = await saved(async () => {
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Export CSV' }).click()
  })
  expect(insight.name).toBe('orders-a-day.csv')
  expect(lines(insight.text)[1]).toMatch(/^order,/)
  expect(errors).toEqual([])
})

test('somebody is subscribed to an insight and to a dashboard', async () => {
  const { short_id } = await api(server.url, 'POST', '/api/projects/@current/insights/', {
    name: 'Orders to send',
    query: orders,
  })
  await page.goto(`${server.url}/project/1/insights/${short_id}`)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Subscribe' }).click()
  await page.getByText("E-mail isn't set up on this server. Webhooks work.").waitFor()
  await page.getByLabel('Address').fill('http://10.0.0.1/')
  await page.getByRole('button', { name: 'Subscribe' }).click()
  await page.getByText(/is not a public address/).waitFor()
  await picture(page, 'subscribe-refused')
  await page.getByLabel('Address').fill('http://127.0.0.1:9/figures')
  await page.getByRole('button', { name: 'Subscribe' }).click()
  await page.getByText('Copy the secret now').waitFor()
  await page.getByText(/Sent every week, next on/).waitFor()
  await picture(page, 'subscribe-made')
  await page.getByRole('button', { name: /^End the subscription/ }).click()
  await page.getByText(/Sent every week, next on/).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText(/Sent every week, next on/).waitFor()
  const { id } = await api(server.url, 'POST', '/api/projects/@current/dashboards/', { name: 'Board' })
  await page.goto(`${server.url}/project/1/dashboard/${id}`)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Subscribe' }).click()
  await page.getByRole('heading', { name: 'Subscribe to this dashboard' }).waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, 'subscribe-390')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('on a telephone; a failure is said', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${server.url}/project/1/persons`)
  await page.route('**/exports/', (route) => route.abort())
  await press()
  await page.getByText(/isn't answering/).waitFor()
  await picture(page, 'exports-failed-390')
})

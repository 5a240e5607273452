import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { capture, eventually, hogql } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'

/** Every page, with data that is out to break it, on a screen and on a phone. */
const nasty = '<img src=x onerror="document.title=1">'
const trend = {
  kind: 'TrendsQuery',
  series: [
    { kind: 'EventsNode', event: '$pageview', math: 'total' },
    { kind: 'EventsNode', event: null, math: 'dau' },
  ],
  interval: 'day',
  dateRange: { date_from: '-14d' },
}
const trendPage = (changes: object) =>
  `/insights/new?q=${encodeURIComponent(JSON.stringify({ ...trend, ...changes }))}`
const oddUuid = '01a204ee-a8a2-7000-8000-00000000000d'
const pages: Record<string, { path: string; heading: RegExp }> = {
  home: { path: '/home', heading: /Hello/ },
  'get-started': { path: '/onboarding', heading: /Events have arrived/ },
  'live-events': { path: '/activity', heading: /Live events/ },
  receipt: { path: `/where-is-my-event?uuid=${oddUuid}`, heading: /Where is my event/ },
  people: { path: '/persons', heading: /People/ },
  person: { path: '/person/u1', heading: /u1@example.com/ },
  trend: { path: trendPage({}), heading: /Trends/ },
  bars: {
    path: trendPage({
      breakdownFilter: { breakdown: 'word', breakdown_type: 'event' },
      trendsFilter: { display: 'ActionsBar' },
    }),
    heading: /Trends/,
  },
  number: { path: trendPage({ trendsFilter: { display: 'BoldNumber' } }), heading: /Trends/ },
  sql: { path: '/sql?q=select%20*%20from%20events%20limit%203', heading: /SQL/ },
  'event-definitions': { path: '/data-management/events', heading: /Events/ },
  'property-definitions': { path: '/data-management/properties', heading: /Properties/ },
  warnings: { path: '/data-management/ingestion-warnings', heading: /Ingestion warnings/ },
  'project-settings': { path: '/settings', heading: /Project settings/ },
  'account-settings': { path: '/me/settings', heading: /Account settings/ },
}

let server: RunningServer
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const day = 86_400_000
  await capture(server.url, '/batch/', {
    batch: Array.from({ length: 60 }, (_, at) => ({
      event: at % 5 ? '$pageview' : at % 2 ? nasty : `${'very_long_event_name_'.repeat(6)}end`,
      distinct_id: `u${at % 7}`,
      timestamp: new Date(Date.now() - (at / 5) * day).toISOString(),
      properties: {
        word: at % 2 ? nasty : 'w'.repeat(300),
        $current_url: `https://example.com/${'deep/'.repeat(40)}?q=${at}`,
        list: [1, { two: nasty }],
        $set: { email: `u${at % 7}@example.com`, bio: 'b'.repeat(500) },
      },
    })),
  })
  const odd = { uuid: oddUuid, event: nasty, distinct_id: 'u1', timestamp: nasty }
  await capture(server.url, '/batch/', { batch: [odd] })
  await eventually(async () => {
    const [row] = await hogql(server.url, 'select count() from events')
    return Number(row?.[0]) === 61
  }, 'the events are stored')
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
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
    page = await context.newPage()
    await page.goto(`${server.url}/login`)
    await page.getByLabel('E-mail').fill(init.email)
    await page.getByRole('textbox', { name: 'Password' }).fill(init.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: /Hello/ }).waitFor()
    errors = complaints(page)
  })
  afterAll(() => context.close())

  test.each(Object.entries(pages))('%s', async (name, { path, heading }) => {
    await page.goto(server.url + path)
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    if (name === 'sql') await page.getByRole('button', { name: 'Run' }).click()
    if (name === 'warnings') await page.getByText('Time that can’t be read').click()
    if (name === 'project-settings') await page.getByText('limit how often scripts may ask').waitFor()
    if (name === 'receipt') await page.getByText('What was changed').waitFor()
    if (name === 'live-events') await page.getByRole('row').nth(1).getByRole('button').click()
    await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {}) // live pages never rest
    await picture(page, `${name}-${width}-${colorScheme}`)
    expect(await page.getByText("Couldn't load").count()).toBe(0)
    // What is too wide scrolls inside its own region, never the page.
    const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(beyond).toBeLessThanOrEqual(0)
    expect(errors).toEqual([])
  })

  test('a chart is served again until Refresh asks for a new one', async () => {
    const event = `seen at ${width}`
    const send = async (count: number) => {
      await capture(server.url, '/batch/', { batch: [{ event, distinct_id: 'u1' }] })
      await eventually(async () => {
        const [row] = await hogql(server.url, `select count() from events where event = '${event}'`)
        return Number(row?.[0]) === count
      }, 'the event is stored')
    }
    const shown = (text: string) => page.getByText(text, { exact: true }).first().waitFor()
    await send(1)
    const series = [{ kind: 'EventsNode', event, math: 'total' }]
    const path = trendPage({ series, trendsFilter: { display: 'BoldNumber' } })
    await page.goto(server.url + path)
    await shown('1')
    await send(2)
    await page.reload()
    await page.getByText('from the cache').waitFor()
    await shown('1')
    await page.getByRole('button', { name: 'Refresh', exact: true }).click()
    await shown('2')
    expect(await page.getByText('from the cache').count()).toBe(0)
  })
})

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { signIn } from './sign-in.ts'
import { startSite } from './site.ts'

/** Saving a question, putting it on a dashboard, and showing that to somebody without an account. */
const nasty = '<img src=x onerror="document.title=1">'
const patient = { timeout: 20_000 }
let server: RunningServer
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const day = 86_400_000
  await capture(server.url, '/batch/', {
    batch: Array.from({ length: 80 }, (_, at) => ({
      event: at % 4 ? '$pageview' : 'order',
      distinct_id: `u${at % 9}`,
      timestamp: new Date(Date.now() - (at / 6) * day).toISOString(),
      properties: {
        plan: at % 3 ? 'pro' : nasty,
        $browser: ['Chrome', 'Firefox', 'Safari'][at % 3],
        $pathname: `/docs/${at % 5}`,
        $referring_domain: 'example.com',
        $session_id: `s${at % 12}`,
      },
    })),
  })
  await eventually(async () => {
    const [row] = await hogql(server.url, 'select count() from events')
    return Number(row?.[0]) === 80
  }, 'the events are stored')
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const make = (kind: 'insights' | 'dashboards', body: object): Promise<Json> =>
  api(server.url, 'POST', `/api/projects/@current/${kind}/`, body)

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor()

const trend = {
  kind: 'TrendsQuery',
  series: [{ kind: 'EventsNode', event: '$pageview', math: 'total' }],
  interval: 'day',
  dateRange: { date_from: '-14d' },
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

  test('a trend is saved with a name, changed, renamed, starred, deleted and brought back', async () => {
    await page.goto(`${server.url}/insights/new?q=${encodeURIComponent(JSON.stringify(trend))}`)
    await page.locator('figure canvas').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Page views')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await heading(page, 'Page views')
    const address = page.url()
    expect(address).toMatch(/\/insights\/[0-9A-Za-z]{8}$/)

    await page.getByRole('combobox', { name: 'Bucket' }).selectOption('week')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Reset' }).count(), patient).toBe(0)
    await page.goto(address)
    await heading(page, 'Page views')
    expect(await page.getByRole('combobox', { name: 'Bucket' }).inputValue()).toBe('week')

    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill(nasty)
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await heading(page, nasty)
    await page.getByRole('button', { name: `Favourite: ${nasty}` }).click()
    await page.getByRole('button', { name: `No favourite any more: ${nasty}` }).waitFor()

    await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Insights' }).click()
    await page.getByText('Favourites', { exact: true }).click()
    const row = page.getByRole('row', { name: nasty })
    await row.waitFor()
    await expect.poll(() => page.getByRole('row').count(), patient).toBe(2)
    await row.getByRole('button', { name: `Delete ${nasty}` }).click()
    await page.getByText('No insights match.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await row.waitFor()
    await page.getByText('All', { exact: true }).click()
    await page.getByRole('searchbox', { name: 'Search insights' }).fill('retention')
    await page.getByRole('row', { name: /Retention/ }).waitFor()
    await expect.poll(() => page.getByRole('row').count(), patient).toBe(2)
    expect(await page.title()).toContain('Insights')
  })

  test('a dashboard of a template takes an insight, a text and dates, and shows them all', async () => {
    await make('insights', {
      name: 'Orders',
      query: { ...trend, series: [{ ...trend.series[0], event: 'order' }] },
    })
    await page.goto(`${server.url}/dashboard`)
    await page.getByRole('button', { name: 'New dashboard' }).click()
    await page.getByLabel('Begin with').selectOption('Website traffic')
    await page.getByRole('textbox', { name: 'Name' }).fill('Our site')
    await page.getByRole('button', { name: 'Create' }).click()
    await heading(page, 'Our site')
    const tile = (name: string) =>
      page.getByRole('region').or(page.locator('section')).filter({ hasText: name }).first()
    await tile('Visitors').locator('canvas').waitFor()
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('menuitem', { name: 'Insight' }).click()
    await page.getByRole('searchbox', { name: 'Search insights' }).fill('Orders')
    await page.getByRole('checkbox', { name: /Orders/ }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Orders' }).waitFor()
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByRole('menuitem', { name: 'Text' }).click()
    await page.getByRole('textbox', { name: 'Text' }).fill(`Launch\n${nasty}`)
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    // not in the dialog, which takes a moment to go
    await page.locator('#content').getByText(nasty).waitFor()
    await picture(page, 'saved-dashboard-with-text')
    await page.getByRole('button', { name: 'Dates of each insight' }).click()
    await page.getByRole('button', { name: 'Last 30 days' }).click()
    // the choice goes away while what it chose comes
    await page.getByRole('button', { name: 'Last 30 days' }).first().waitFor()
    await page.waitForLoadState('networkidle')
    await page.getByText('As of').first().waitFor()
    expect(await page.getByText("Couldn't load").count()).toBe(0)
    // a menu closes where the page is laid out anew beneath it: then it is opened again
    await eventually(async () => {
      const item = page.getByRole('menuitem', { name: 'Take off this dashboard' })
      if (!(await item.isVisible())) await page.getByRole('button', { name: 'More of Orders' }).click()
      await item.click({ timeout: 3000 })
      return true
    }, 'the insight is taken off')
    await expect.poll(() => page.getByRole('link', { name: 'Orders' }).count(), patient).toBe(0)
    expect(errors).toEqual([])
  })

  test('a link is made, shown to whoever has it, renewed and turned off', async () => {
    const dashboard = await make('dashboards', { name: 'Open board', use_template: 'WEBSITE_TRAFFIC' })
    await page.goto(`${server.url}/dashboard/${dashboard.id}`)
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByText('Only members can see this.').waitFor()
    await page.getByRole('switch', { name: 'Anyone with the link can see it' }).click()
    const link = page.getByRole('textbox', { name: 'Link' })
    await link.waitFor()
    await picture(page, 'saved-share-dialog')
    const address = await link.inputValue()
    expect(address).toMatch(/\/shared\/\w+$/)
    const outside = await browser.newContext()
    const visitor = await outside.newPage()
    const visitorErrors = complaints(visitor)
    await visitor.goto(address)
    await heading(visitor, 'Open board')
    await visitor.locator('canvas').first().waitFor()
    expect(await visitor.getByText('Made with Hedgerow').count()).toBe(1)
    await visitor.goto(`${address}?noHeader&whitelabel`)
    await visitor.locator('canvas').first().waitFor()
    expect(await visitor.getByRole('heading', { level: 1 }).count()).toBe(0)
    expect(await visitor.getByText('Made with Hedgerow').count()).toBe(0)
    expect(visitorErrors).toEqual([])

    await page.getByRole('button', { name: 'Make a new link' }).click()
    await expect.poll(() => link.inputValue(), patient).not.toBe(address)
    await visitor.goto(address)
    await visitor.getByText('This link no longer works.').waitFor()
    const renewed = await link.inputValue()
    await visitor.goto(renewed)
    await heading(visitor, 'Open board')
    await page.getByRole('switch', { name: 'Anyone with the link can see it' }).click()
    await page.getByText('Only members can see this.').waitFor()
    expect((await visitor.goto(renewed))?.status()).toBe(404)
    await visitor.getByText('This link no longer works.').waitFor()
    await outside.close()
  })

  test('an embedded dashboard stands in a frame of another site, a shared page does not', async () => {
    const dashboard = await make('dashboards', { name: 'Framed', use_template: 'DEFAULT_APP' })
    const at = `/api/projects/@current/dashboards/${dashboard.id}/sharing/`
    const { access_token: token } = await api(server.url, 'PATCH', at, { enabled: true })
    const frame = (path: string) => `<iframe title="${path}" src="${server.url}/${path}/${token}"></iframe>`
    const site = await startSite({ '/': `<!doctype html>${frame('embedded')}${frame('shared')}` })
    const outside = await browser.newContext()
    const visitor = await outside.newPage()
    await visitor.goto(site.url)
    await visitor.frameLocator('[title=embedded]').getByRole('heading', { name: 'Framed' }).waitFor()
    await visitor.frameLocator('[title=embedded]').locator('canvas').first().waitFor()
    expect(
      await visitor.frameLocator('[title=shared]').getByRole('heading', { name: 'Framed' }).count(),
    ).toBe(0)
    await outside.close()
    await site.close()
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
  let paths: Record<string, string>
  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width, height }, colorScheme })
    page = await signIn(context, server)
    errors = complaints(page)
    const events = [{ id: '$pageview' }]
    const board = await make('dashboards', { name: `Board ${nasty}`, use_template: 'DEFAULT_APP' })
    await api(server.url, 'PATCH', `/api/projects/@current/dashboards/${board.id}/`, {
      tiles: [{ text: { body: `What we look at on Mondays.\n${nasty} ${'w'.repeat(200)}` } }],
    })
    const asked = {
      bars: { filters: { events, display: 'ActionsBarValue', breakdown: 'plan', date_from: '-14d' } },
      number: { filters: { events, display: 'BoldNumber', date_from: '-14d' } },
      stickiness: { filters: { insight: 'STICKINESS', events, date_from: '-7d' } },
      paths: { filters: { insight: 'PATHS', include_event_types: '$pageview', date_from: '-14d' } },
      sql: {
        query: {
          kind: 'HogQLQuery',
          query: 'select event, properties.plan as plan, count() from events group by all order by 3 desc',
        },
      },
    }
    for (const [name, question] of Object.entries(asked)) {
      await make('insights', { name: `By ${name}`, ...question, dashboards: [board.id] })
    }
    const trended = await make('insights', {
      name: `${'A very long name of an insight '.repeat(6)}${nasty}`,
      query: trend,
    })
    const funnel = await make('insights', {
      name: 'Funnel',
      filters: { insight: 'FUNNELS', events: [events[0], { id: 'order', order: 1 }], date_from: '-14d' },
    })
    const link = async (kind: string, id: number) =>
      (await api(server.url, 'PATCH', `/api/projects/@current/${kind}/${id}/sharing/`, { enabled: true }))
        .access_token
    paths = {
      insights: '/insights',
      insight: `/insights/${trended.short_id}`,
      funnel: `/insights/${funnel.short_id}`,
      dashboards: '/dashboard',
      dashboard: `/dashboard/${board.id}`,
      'shared-dashboard': `/shared/${await link('dashboards', board.id)}`,
      'shared-insight': `/shared/${await link('insights', trended.id)}`,
      embedded: `/embedded/${await link('dashboards', board.id)}?noHeader`,
    }
  })
  afterAll(() => context.close())

  test.each([
    'insights',
    'insight',
    'funnel',
    'dashboards',
    'dashboard',
    'shared-dashboard',
    'shared-insight',
    'embedded',
  ])('%s', async (name) => {
    await page.goto(server.url + paths[name])
    if (name === 'embedded') await page.locator('canvas').first().waitFor()
    else await heading(page, /./)
    await page.waitForLoadState('networkidle')
    if (/board|embedded/.test(name) && name !== 'dashboards') {
      await page.getByText('By sql').waitFor()
      await expect.poll(() => page.getByText('As of').count(), patient).toBeGreaterThanOrEqual(11)
    }
    await picture(page, `saved-${name}-${width}-${colorScheme}`)
    if (name === 'shared-dashboard' || name === 'dashboard') {
      await page.setViewportSize({ width, height: 4200 })
      await picture(page, `saved-${name}-whole-${width}-${colorScheme}`)
      await page.setViewportSize({ width, height })
    }
    expect(await page.getByText("Couldn't load").count()).toBe(0)
    expect(await page.title()).not.toBe('1')
    // What is too wide scrolls inside its own region, never the page.
    const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(beyond).toBeLessThanOrEqual(0)
    expect(errors).toEqual([])
  })
})

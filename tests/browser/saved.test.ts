import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
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
    await page.getByRole('button', { name: 'Save', exact: true }).click()
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
    await page.getByRole('dialog').getByLabel('Tags').fill('Ours')
    await page.keyboard.press('Enter')
    await picture(page, 'saved-insight-rename')
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
    await row.getByRole('button', { name: 'Only insights with the tag ours' }).click()
    await expect.poll(() => page.getByRole('row').count(), patient).toBe(2)
    expect([page.url().includes('tag=ours'), page.url().includes('search=')]).toEqual([true, false])
    await picture(page, 'saved-insights-tagged')
    await page.reload()
    await page.getByRole('button', { name: 'Tag ours: remove this filter' }).click()
    await expect.poll(() => page.getByRole('row').count(), patient).toBeGreaterThan(2)
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
    await page.getByRole('radio', { name: 'Website traffic' }).check()
    await picture(page, 'saved-dashboard-templates')
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
    await page.getByText('Took “Orders” off this dashboard.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('link', { name: 'Orders' }).waitFor()
    await page.getByRole('button', { name: 'Take the text off' }).click()
    await expect.poll(() => page.locator('#content').getByText(nasty).count(), patient).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.locator('#content').getByText(nasty).waitFor()
    expect(errors).toEqual([])
  })

  test('tiles are moved and resized by the pointer and by the keyboard, and stay there', async () => {
    const board = await make('dashboards', { name: 'Arranged' })
    for (const name of ['First', 'Second', 'Third']) {
      await make('insights', { name, query: trend, dashboards: [board.id] })
    }
    const layouts = async () => {
      const { tiles } = await api(server.url, 'GET', `/api/projects/@current/dashboards/${board.id}/`)
      return Object.fromEntries(
        tiles.map((tile: Json) => [tile.insight?.name ?? 'text', tile.layouts.sm ?? null]),
      )
    }
    await page.goto(`${server.url}/dashboard/${board.id}`)
    await heading(page, 'Arranged')
    await expect.poll(() => page.locator('canvas').count(), patient).toBe(3)
    const tile = (name: string) => page.locator('section.card').filter({ hasText: name })
    const handle = (what: string) => page.getByRole('button', { name: what, exact: true })
    const drag = async (what: string, by: { x: number; y: number }, drop = true) => {
      await handle(what).hover()
      const box = (await handle(what).boundingBox())!
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + by.x / 2, y + by.y / 2)
      await page.mouse.move(x + by.x, y + by.y)
      if (drop) await page.mouse.up()
    }
    const width = (await tile('First').boundingBox())!.width
    await drag('Move First', { x: 0, y: 300 }, false)
    await picture(page, 'saved-dashboard-dragged')
    await page.mouse.up()
    await expect.poll(layouts, patient).toMatchObject({
      First: { x: 0, y: 5, w: 6, h: 5 },
      Third: { x: 0, y: 0, w: 6, h: 5 },
    })
    await drag('Resize Second', { x: -width / 3, y: -72 })
    await expect.poll(layouts, patient).toMatchObject({ Second: { x: 6, y: 0, w: 4, h: 4 } })
    const before = await layouts()
    await drag('Move Second', { x: -500, y: 0 }, false)
    await page.keyboard.press('Escape')
    await page.mouse.up()
    await handle('Resize Second').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.getByText('Column 7, row 1, 6 wide, 4 high').waitFor({ state: 'attached' })
    await handle('Move First').focus()
    await page.keyboard.press('ArrowUp')
    await page.getByText('Column 1, row 1, 6 wide, 5 high').waitFor({ state: 'attached' })
    const after = {
      ...before,
      Second: { x: 6, y: 0, w: 6, h: 4 },
      First: { x: 0, y: 0, w: 6, h: 5 },
      Third: { x: 0, y: 5, w: 6, h: 5 },
    }
    await expect.poll(layouts, patient).toEqual(after)
    await page.reload()
    await heading(page, 'Arranged')
    await tile('Third').locator('canvas').waitFor()
    const [first, third] = await Promise.all([tile('First').boundingBox(), tile('Third').boundingBox()])
    expect(third!.y).toBeGreaterThan(first!.y + 300)
    expect(await barriers(page)).toEqual([])
    // whoever moves a tile and goes on at once finds it moved
    await handle('Resize Second').focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('navigation', { name: 'Project' }).getByRole('link', { name: 'Home' }).click()
    await expect.poll(layouts, patient).toEqual({ ...after, Second: { x: 6, y: 0, w: 5, h: 4 } })
    expect(errors).toEqual([])
  })

  test('a dashboard asks with filters of its own, again by itself, on the whole screen, and is duplicated', async () => {
    const number = { ...trend, trendsFilter: { display: 'BoldNumber' } }
    const board = await make('dashboards', { name: 'Filtered board' })
    await make('insights', { name: 'Views', query: number, dashboards: [board.id] })
    await page.goto(`${server.url}/dashboard/${board.id}`)
    const shown = (text: string) => page.locator('section.card').getByText(text, { exact: true })
    await shown('60').waitFor(patient)
    await page.getByRole('button', { name: 'Filters', exact: true }).click()
    await page.getByRole('button', { name: 'Add a filter', exact: true }).click()
    await page.getByRole('textbox', { name: 'Search properties' }).fill('$browser')
    await page
      .getByRole('option', { name: /\$browser/ })
      .first()
      .click()
    await page.locator('input[aria-label^="Values"]').fill('Chrome')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Filters (1)' }).waitFor(patient)
    await shown('20').waitFor(patient)
    await picture(page, 'saved-dashboard-filtered')
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Save for everyone' }).click()
    await page.getByText('Everyone sees these dates and filters now.').waitFor()

    await page.getByRole('button', { name: /Refresh by itself/ }).click()
    await page.getByRole('menuitem', { name: 'Every 5 minutes' }).click()
    await expect.poll(() => page.url()).toContain('refresh=300')
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Full screen' }).click()
    await page.getByRole('button', { name: 'Leave full screen' }).waitFor()
    await page.getByRole('navigation', { name: 'Project' }).waitFor({ state: 'hidden' })
    await picture(page, 'saved-dashboard-fullscreen')
    await page.reload()
    // a page may not fill the screen without being asked to
    await page.getByRole('button', { name: 'Fill the screen' }).click()
    await expect.poll(() => page.evaluate('document.fullscreenElement !== null'), patient).toBe(true)
    await page.getByRole('button', { name: 'Fill the screen' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Leave full screen' }).click()
    await page.getByRole('navigation', { name: 'Project' }).waitFor()

    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await heading(page, 'Filtered board (copy)')
    await shown('20').waitFor(patient)
    expect(errors).toEqual([])
  })

  test('three bars are seen whole in a low tile', async () => {
    const board = await make('dashboards', { name: 'Low board' })
    await make('insights', {
      name: 'Browsers',
      query: {
        ...trend,
        trendsFilter: { display: 'ActionsBarValue' },
        breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
      },
      dashboards: [board.id],
    })
    const at = `/api/projects/@current/dashboards/${board.id}/`
    const { tiles } = await api(server.url, 'GET', at)
    await api(server.url, 'PATCH', at, {
      tiles: [{ id: tiles[0].id, layouts: { sm: { x: 0, y: 0, w: 4, h: 3 } } }],
    })
    await page.goto(`${server.url}/dashboard/${board.id}`)
    const bars = page.getByRole('region', { name: 'Bars' })
    await bars.getByRole('listitem').nth(2).waitFor(patient)
    await picture(page, 'saved-low-bars')
    expect(
      await bars.evaluate(
        (region: { scrollHeight: number; clientHeight: number }) => region.scrollHeight - region.clientHeight,
      ),
    ).toBe(0)
    expect(errors).toEqual([])
  })

  test('what is asked for again by itself is answered anew', async () => {
    const board = await make('dashboards', { name: 'On the wall' })
    const query = {
      ...trend,
      series: [{ ...trend.series[0], event: 'on the wall' }],
      trendsFilter: { display: 'BoldNumber' },
    }
    await make('insights', { name: 'Wall', query, dashboards: [board.id] })
    const wall = await context.newPage()
    await wall.clock.install()
    await wall.goto(`${server.url}/dashboard/${board.id}?refresh=60`)
    const tile = wall.locator('section.card').filter({ hasText: 'Wall' })
    await tile.getByText('As of').waitFor(patient)
    await capture(server.url, '/batch/', { batch: [{ event: 'on the wall', distinct_id: 'u1' }] })
    await eventually(async () => {
      const [row] = await hogql(server.url, "select count() from events where event = 'on the wall'")
      return Number(row?.[0]) === 1
    }, 'the event is stored')
    await wall.clock.runFor(61_000)
    await tile.getByText('1', { exact: true }).waitFor(patient)
    await wall.close()
  })

  test('the tiles that are looked at are asked first', async () => {
    const board = await make('dashboards', { name: 'Long board' })
    for (let at = 0; at < 12; at++) {
      await make('insights', {
        name: `Tile ${at}`,
        query: { ...trend, dateRange: { date_from: `-${at + 20}d` } },
        dashboards: [board.id],
      })
    }
    const { tiles } = await api(server.url, 'GET', `/api/projects/@current/dashboards/${board.id}/`)
    const ids = tiles.map((tile: Json) => String(tile.insight.id))
    const asked: string[] = []
    const held: (() => void)[] = []
    let holds = true
    await page.route(/from_dashboard=/, async (route) => {
      asked.push(/insights\/(\d+)/.exec(route.request().url())?.[1] ?? '')
      if (holds) await new Promise<void>((go) => held.push(go))
      await route.continue()
    })
    await page.goto(`${server.url}/dashboard/${board.id}`)
    await expect.poll(() => asked, patient).toEqual(ids.slice(0, 3))
    await page.getByRole('link', { name: 'Tile 11' }).scrollIntoViewIfNeeded()
    await page.waitForTimeout(300)
    held.shift()?.()
    await expect.poll(() => asked.length, patient).toBe(4)
    expect(ids.slice(6)).toContain(asked[3])
    holds = false
    for (const go of held) go()
    await expect.poll(() => page.getByText('As of').count(), patient).toBe(12)
    await page.unroute(/from_dashboard=/)
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
    for (const what of ['Without the title', 'Without “Made with Hedgerow”']) {
      await page.getByRole('checkbox', { name: what }).check()
    }
    expect(await link.inputValue()).toBe(`${address}?noHeader&whitelabel`)
    expect(await page.getByRole('textbox', { name: 'Embed code' }).inputValue()).toContain(
      '?noHeader&amp;whitelabel"',
    )
    for (const what of ['Without the title', 'Without “Made with Hedgerow”']) {
      await page.getByRole('checkbox', { name: what }).uncheck()
    }

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

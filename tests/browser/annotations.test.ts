import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** Remarks are written, on their page and on a chart, and the history tells of it. */
let server: RunningServer
let browser: Browser

const path = '/api/projects/@current/annotations/'

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await api(server.url, 'PATCH', '/api/projects/@current/', { timezone: 'Asia/Tokyo' })
  await capture(server.url, '/batch/', { batch: [{ event: 'view', distinct_id: 'ana' }] })
  const stored = async () => (await hogql(server.url, 'select count() from events'))[0]?.[0] === 1
  await eventually(stored, 'the event is stored')
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

describe.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])('$width px wide', ({ width, height }) => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    ;({ context, page, errors } = await openSignedIn(browser, server, { width, height }))
  })
  afterAll(() => context.close())
  afterEach(async () => {
    for (const { id } of (await api(server.url, 'GET', path)).results) {
      await api(server.url, 'PATCH', `${path}${id}/`, { deleted: true })
    }
    expect(errors).toEqual([])
  })

  const photo = (name: string) => photographForAll(page, `annotations-${name}`)
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const dialog = () => page.getByRole('dialog')
  const all = async () => (await api(server.url, 'GET', path)).results

  test('an annotation is made, found, changed, deleted and brought back', async () => {
    await page.goto(`${server.url}/annotations`)
    await heading('Annotations')
    await page.getByText('No annotations.').waitFor()
    await photo('none')
    await button('New annotation').first().click()
    await dialog().getByLabel('What happened').fill('Released the new editor')
    await dialog().getByLabel('When').fill('2026-03-02T09:30')
    await photo('new')
    await button('Create').click()
    await page.getByRole('cell', { name: 'Mon, 2 Mar 2026, 09:30:00', exact: true }).waitFor()
    expect(await all()).toMatchObject([
      { date_marker: expect.stringContaining('2026-03-02T00:30:00'), scope: 'project' },
    ])
    await button('New annotation').click()
    await dialog().getByLabel('What happened').fill('Outage')
    await dialog().getByLabel('Seen in').selectOption('organization')
    await button('Create').click()
    await page.getByRole('cell', { name: 'Outage', exact: true }).waitFor()
    await photo('list')

    await page.getByLabel('Search annotations').fill('editor')
    await page.getByRole('cell', { name: 'Outage', exact: true }).waitFor({ state: 'detached' })
    await page.getByLabel('Search annotations').fill('')
    await page.getByLabel('Seen in').selectOption('organization')
    await page
      .getByRole('cell', { name: 'Released the new editor', exact: true })
      .waitFor({ state: 'detached' })
    await page.getByLabel('Seen in').selectOption('')

    await button('Edit “Released the new editor”').click()
    expect(await dialog().getByLabel('When').inputValue()).toBe('2026-03-02T09:30')
    await dialog().getByLabel('What happened').fill('Released it')
    await button('Save').click()
    await button('Delete “Released it”').click()
    await page.getByRole('cell', { name: 'Released it', exact: true }).waitFor({ state: 'detached' })
    await button('Undo').click()
    await page.getByRole('cell', { name: 'Released it', exact: true }).waitFor()
    await button('Delete “Outage”').click()
    await page.getByRole('cell', { name: 'Outage', exact: true }).waitFor({ state: 'detached' })
    expect((await all()).map(({ content }: { content: string }) => content)).toEqual(['Released it'])
  })

  test('a chart’s time axis takes an annotation where it is clicked', async () => {
    const query = { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: 'view', math: 'total' }] }
    await page.goto(`${server.url}/insights/new?q=${encodeURIComponent(JSON.stringify(query))}`)
    const chart = page.getByRole('group', { name: /^Trend of 1 series/ })
    await chart.locator('canvas').first().waitFor()
    await chart.scrollIntoViewIfNeeded()
    const box = (await chart.boundingBox())!
    await chart.click({ position: { x: box.width / 2, y: box.height - 10 } })
    await dialog().getByLabel('What happened').fill('Launched')
    await button('Create').click()
    await dialog().waitFor({ state: 'detached' })
    expect(await all()).toMatchObject([{ content: 'Launched', scope: 'project' }])
    // by the keyboard, at the last bucket
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('a')
    await dialog().getByLabel('What happened').fill('And again')
    await button('Create').click()
    await dialog().waitFor({ state: 'detached' })
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Tokyo' }).format(new Date())
    expect((await all())[0]).toMatchObject({
      content: 'And again',
      date_marker: expect.stringContaining(`${today}T03:00`),
    })
    await photo('chart')
  })

  test('a remark on one insight is on its chart and its tile, and on no other', async () => {
    const query = { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: 'view', math: 'total' }] }
    const make = (kind: string, body: object) =>
      api(server.url, 'POST', `/api/projects/@current/${kind}/`, body)
    const board = await make('dashboards', { name: `Remarked ${width}` })
    const [first] = await Promise.all(
      ['Marked', 'Plain'].map((name) => make('insights', { name, query, dashboards: [board.id] })),
    )
    await make('annotations', {
      content: 'Everywhere',
      date_marker: new Date().toISOString(),
      scope: 'project',
    })
    await page.goto(`${server.url}/insights/${first.short_id}`)
    const chart = page.getByRole('group', { name: /^Trend of 1 series/ })
    await chart.locator('canvas').first().waitFor()
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('a')
    await dialog().getByLabel('What happened').fill('Only here')
    await dialog().getByLabel('Seen in').selectOption('This insight')
    await photo('of-insight')
    await button('Create').click()
    await dialog().waitFor({ state: 'detached' })
    expect(await all()).toContainEqual(
      expect.objectContaining({ content: 'Only here', scope: 'dashboard_item', dashboard_item: first.id }),
    )

    await page.goto(`${server.url}/dashboard/${board.id}`)
    const said = async (name: string) => {
      const tile = page.locator('section.card').filter({ has: page.getByRole('link', { name, exact: true }) })
      const drawn = tile.getByRole('group', { name: new RegExp(`^${name}`) })
      await drawn.locator('canvas').first().waitFor()
      await drawn.focus()
      await page.keyboard.press('ArrowLeft')
      return tile.locator('[aria-live=polite]').first().textContent()
    }
    await expect.poll(() => said('Marked')).toMatch(/Everywhere.*Only here|Only here.*Everywhere/)
    const plain = await said('Plain')
    expect(plain).toContain('Everywhere')
    expect(plain).not.toContain('Only here')
    await photo('dashboard')
  })

  test('the history tells who changed what, and is narrowed', async () => {
    const flag = await api(server.url, 'POST', '/api/projects/@current/feature_flags/', {
      key: `nav-${width}`,
    })
    await api(server.url, 'PATCH', `/api/projects/@current/feature_flags/${flag.id}/`, { active: false })
    await api(server.url, 'POST', path, { content: 'Told', scope: 'project' })
    await page.goto(`${server.url}/data-management/history`)
    await heading('History')
    const row = page.getByRole('row', { name: new RegExp(`Updated the feature flag “nav-${width}”`) })
    await row.getByText('Turned off').waitFor()
    await page
      .getByRole('row', { name: /Created the annotation “Told”/ })
      .first()
      .waitFor()
    await photo('history')
    await page.getByLabel('Kind of thing').selectOption('Annotation')
    await row.waitFor({ state: 'detached' })
    await page.getByLabel('What was done').selectOption('deleted')
    await page.getByText('No changes match.').waitFor()
    await button('Clear filters').click()
    await page.getByLabel('Who', { exact: true }).selectOption({ label: 'By you' })
    await row.getByRole('link', { name: `“nav-${width}”` }).click()
    await heading(`nav-${width}`)
  })
})

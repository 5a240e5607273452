import { readFileSync } from 'node:fs'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** The list of events is narrowed, and shows the columns that one wants; what its names mean is said and marked. */
const patient = { timeout: 15_000 }
const hour = 3_600_000
let server: RunningServer
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const batch = Array.from({ length: 12 }, (_, at) => ({
    event: at % 3 ? 'order' : 'visit',
    distinct_id: `p${at}`,
    timestamp: new Date(Date.now() - at * 12 * hour).toISOString(),
    properties: {
      plan: at % 2 ? 'free' : 'pro',
      'utm source': `campaign ${at}`,
      seats: at,
      $set: { city: `City ${at}` },
    },
  }))
  await capture(server.url, '/batch/', { batch })
  const stored = async () => (await hogql(server.url, 'select count() from events'))[0]?.[0] === batch.length
  await eventually(stored, 'the events are stored')
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
    await api(server.url, 'PATCH', '/api/projects/@current/', { live_events_columns: null })
    ;({ context, page, errors } = await openSignedIn(browser, server, { width, height }))
  })
  afterAll(() => context.close())
  afterEach(() => expect(errors).toEqual([]))

  const photo = (name: string) => photographForAll(page, name)
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const dialog = () => page.getByRole('dialog')
  const row = (name: string) => page.getByRole('row').filter({ hasText: name }).first()
  const events = () => page.getByRole('region', { name: 'Events' }).getByRole('row')
  const expectEvents = (count: number) => expect.poll(() => events().count(), patient).toBe(count + 1)

  test('events are narrowed by name, properties and dates, and the address says so', async () => {
    await page.goto(`${server.url}/activity`)
    await expectEvents(12)
    await page.getByRole('textbox', { name: 'Filter by event' }).fill('order')
    await page.getByRole('option', { name: 'order', exact: true }).click()
    await expectEvents(8)
    await button('Filters').click()
    await button('Add a filter').click()
    await page.getByRole('textbox', { name: 'Search properties' }).fill('plan')
    await page.getByRole('option', { name: 'plan', exact: true }).first().click()
    await page.locator('input[aria-label^="Values"]').fill('free')
    await page.keyboard.press('Enter')
    await button('Filters (1)').waitFor()
    await expectEvents(4)
    await photo('live-events-filters')
    await button('Any time').click()
    await button('Last 24 hours').click()
    await expectEvents(1)
    await page.goto(page.url())
    await expectEvents(1)
    await page.goBack()
    await expectEvents(4)
    await page.goto(`${server.url}/activity?event=order&date_from=2020-01-01&date_to=2020-01-31`)
    await page.getByText('No events match.').waitFor()
    await button('Clear the filters').click()
    await expectEvents(12)
  })

  test('columns are chosen, ordered, linked to, and kept for everyone', async () => {
    await page.goto(`${server.url}/activity`)
    await expectEvents(12)
    await button('Columns').click()
    await button('Remove Library').click()
    await dialog().getByRole('button', { name: 'Add a property' }).click()
    await page.getByRole('textbox', { name: 'Search properties' }).fill('utm source')
    await page.getByRole('option', { name: 'utm source', exact: true }).click()
    await button('Move utm source to the left').click()
    await photo('live-events-columns')
    await button('Done').click()
    await dialog().waitFor({ state: 'detached' })
    const heads = () =>
      page.getByRole('region', { name: 'Events' }).getByRole('columnheader').allTextContents()
    expect(await heads()).toEqual(['Event', 'Person', 'utm source', 'URL / screen', 'Time'])
    await page.getByRole('cell', { name: 'campaign 7', exact: true }).waitFor()
    await page.goto(page.url())
    await page.getByRole('cell', { name: 'campaign 7', exact: true }).waitFor()
    expect(await heads()).toEqual(['Event', 'Person', 'utm source', 'URL / screen', 'Time'])
    await photo('live-events')
    await button('Columns').click()
    await button('Save for everyone').click()
    await page.getByText('Everyone in the project has these columns.').waitFor()
    await button('Done').click()
    await page.goto(`${server.url}/activity`)
    await expect.poll(heads, patient).toEqual(['Event', 'Person', 'utm source', 'URL / screen', 'Time'])
    const { live_events_columns: kept } = await api(server.url, 'GET', '/api/projects/@current/')
    expect(kept).toContain('properties.`utm source`')
  })

  test('properties of people are columns too, in the address and in the CSV', async () => {
    await page.goto(`${server.url}/activity?columns=${encodeURIComponent('["person","properties.plan"]')}`)
    await expectEvents(12)
    await button('Columns').click()
    await dialog().getByRole('button', { name: 'Add a property' }).click()
    await page.getByRole('textbox', { name: 'Search properties' }).fill('city')
    await page.getByRole('option', { name: 'city', exact: true }).click()
    await button('Move city (person) to the left').waitFor()
    await photo('live-events-person-columns')
    await button('Done').click()
    await dialog().waitFor({ state: 'detached' })
    await page.getByRole('cell', { name: 'City 7', exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('columns')).toContain('person.properties.city')
    await page.goto(page.url())
    await page.getByRole('columnheader', { name: 'city (person)' }).waitFor()
    await page.getByRole('cell', { name: 'City 11', exact: true }).waitFor()
    await photo('live-events-person')
    const download = page.waitForEvent('download')
    await button('Export CSV').click()
    const [head, ...lines] = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\r\n')
    const at = head!.split(',').indexOf('person_properties.city')
    expect(at).toBeGreaterThan(-1)
    expect(lines).toHaveLength(12)
    expect(lines.every((line) => /City \d/.test(line))).toBe(true)
  })

  test('an event’s name is described, verified, tagged and hidden', async () => {
    await page.goto(`${server.url}/data-management/events`)
    const named = async () => {
      const { results } = await api(server.url, 'GET', '/api/projects/@current/event_definitions/')
      return results.find(({ name }: { name: string }) => name === 'order')
    }
    const menu = async (name: string, item: string) => {
      await button(`More about ${name}`).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await menu('order', 'Verify')
    await row('order').getByRole('img', { name: 'Verified' }).waitFor()
    expect(await named()).toMatchObject({ verified: true, verified_by: { email: 'ada@example.com' } })
    await menu('order', 'Tags')
    await dialog().getByLabel('Tags').fill('Revenue')
    await page.keyboard.press('Enter')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await row('order').getByRole('button', { name: 'Only events with the tag revenue' }).click()
    await row('visit').waitFor({ state: 'detached' })
    expect(page.url()).toContain('tag=revenue')
    await button('Tag revenue: remove this filter').click()
    await row('visit').waitFor()
    await menu('visit', 'Hide from pickers')
    await row('visit').getByText('Hidden').waitFor()
    await photo('definitions-events')
    await page.goto(`${server.url}/activity`)
    await page.getByRole('textbox', { name: 'Filter by event' }).click()
    const offered = page.getByRole('option').filter({ visible: true })
    await offered.filter({ hasText: 'order' }).getByText('8', { exact: true }).waitFor()
    await offered.getByRole('img', { name: 'verified' }).waitFor()
    expect(await offered.filter({ hasText: 'visit' }).count()).toBe(0)
    await photo('event-picker')
    await page.goto(`${server.url}/data-management/events`)
    await menu('visit', 'Show in pickers again')
    await row('visit').getByText('Hidden').waitFor({ state: 'detached' })
    await button('Undo').click()
    await row('visit').getByText('Hidden').waitFor()
    await menu('visit', 'Show in pickers again')
    await menu('order', 'Take back that it is verified')
    await row('order').getByRole('img', { name: 'Verified' }).waitFor({ state: 'detached' })
    await api(server.url, 'PATCH', `/api/projects/@current/event_definitions/${(await named()).id}/`, {
      tags: [],
    })
  })

  test('a property is marked too', async () => {
    await page.goto(`${server.url}/data-management/properties`)
    await page.getByRole('searchbox', { name: 'Search properties' }).fill('seats')
    await row('seats').waitFor()
    await button('More about seats').click()
    await page.getByRole('menuitem', { name: 'Verify' }).click()
    await row('seats').getByRole('img', { name: 'Verified' }).waitFor()
    await photo('definitions-properties')
    await button('Undo').click()
    await row('seats').getByRole('img', { name: 'Verified' }).waitFor({ state: 'detached' })
  })
})

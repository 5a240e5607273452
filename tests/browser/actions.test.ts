import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** Actions from nothing to their end, beside the events that they fit. */
let server: RunningServer
let browser: Browser
const path = '/api/projects/@current/actions/'
const site = 'https://acme.example'

const seen = (distinct_id: string, place: string, plan: string) => ({
  event: '$pageview',
  distinct_id,
  properties: { $current_url: site + place, plan },
})
const clicked = (distinct_id: string, text: string, href: string) => ({
  event: '$autocapture',
  distinct_id,
  properties: {
    $current_url: `${site}/pricing`,
    $event_type: 'click',
    $elements_chain: `a.primary:attr__href="${href}"href="${href}"nth-child="1"nth-of-type="1"text="${text}";form:nth-child="1"nth-of-type="1"`,
  },
})

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const batch = [
    seen('ana', '/pricing', 'pro'),
    seen('ana', '/pricing/yearly', 'pro'),
    seen('ben', '/docs', 'free'),
    clicked('ana', 'Buy now', '/checkout'),
    clicked('ben', 'Read more', '/docs'),
    { event: 'paid', distinct_id: 'ana', properties: { total: 9 } },
  ]
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
    ;({ context, page, errors } = await openSignedIn(browser, server, { width, height }))
  })
  afterAll(() => context.close())
  afterEach(async () => {
    for (const { id } of (await api(server.url, 'GET', path)).results) {
      await api(server.url, 'PATCH', `${path}${id}/`, { deleted: true })
    }
    // the API refuses by an error, which browsers write down
    expect(errors.filter((text) => !/40[04]/.test(text))).toEqual([])
  })

  const photo = async (name: string) => {
    // events are looked up a little after the last change
    await page.waitForTimeout(300)
    await photographForAll(page, `actions-${name}`)
  }
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const item = (name: string) => page.getByRole('menuitem', { name, exact: true })
  const says = (text: string) =>
    page.getByRole('region', { name: 'Matching events' }).getByText(text).waitFor()
  const pickEvent = async (label: string, event: string) => {
    await page.getByLabel(label, { exact: true }).first().fill(event)
    await page.getByRole('option', { name: event, exact: true }).click()
  }
  const actionOf = async (name: string): Promise<Json> =>
    (await api(server.url, 'GET', path)).results.find((one: Json) => one.name === name)

  test('an action is made beside its events, seen, changed, asked about, deleted and brought back', async () => {
    const name = `Wants to pay ${width}`
    await page.goto(`${server.url}/data-management/actions`)
    await heading('Actions')
    await page.getByText('No actions yet.').waitFor()
    await photo('none')
    await page.getByRole('link', { name: 'New action' }).first().click()
    await heading('New action')
    await says('6 events of 2 people in the last 30 days.')
    await says('A step that says nothing fits every event.')
    await button('Create').click()
    await page.getByText('An action needs a name.').waitFor()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Description').fill('Somebody is about to pay')
    await page.getByRole('combobox', { name: 'Tags' }).fill('Money')
    await page.keyboard.press('Enter')

    await pickEvent('Event of step 1', '$autocapture')
    await says('2 events of 2 people in the last 30 days.')
    await page.getByLabel('Text of what was clicked of step 1', { exact: true }).fill('Buy')
    await says('No event fits.')
    await page.getByLabel('How the Text of what was clicked of step 1 is compared').selectOption('contains')
    await says('1 event of 1 person in the last 30 days.')
    await page.getByLabel('Selector of step 1', { exact: true }).fill('form > a.primary')
    await page.getByLabel('Where it leads (href) of step 1', { exact: true }).fill('/checkout')
    await says('1 event of 1 person in the last 30 days.')
    await button('Add a step').click()
    await pickEvent('Event of step 2', '$pageview')
    await page.getByLabel('URL of step 2', { exact: true }).fill('/pric_ng')
    await says('3 events of 1 person in the last 30 days.')
    const second = page.getByRole('group', { name: 'Step 2', exact: true })
    await page.getByLabel('How the URL of step 2 is compared').selectOption('regex')
    await page.getByLabel('URL of step 2', { exact: true }).fill('/pricing$')
    await says('2 events of 1 person in the last 30 days.')
    await second.getByRole('button', { name: 'Add a filter' }).click()
    await page.keyboard.type('plan')
    await page.getByRole('option', { name: 'plan', exact: true }).first().click()
    await button('Create').click()
    await page.getByText('Step 2 has a filter without a value.').waitFor()
    await second.getByLabel('Values, any of which may match').fill('pro')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await says('2 events of 1 person in the last 30 days.')
    await photo('new')
    await button('Create').click()
    await heading(name)
    await page.getByText('created it').waitFor()
    const { id, steps, tags } = await actionOf(name)
    expect(tags).toEqual(['money'])
    expect(steps).toMatchObject([
      { event: '$autocapture', text: 'Buy', text_matching: 'contains', selector: 'form > a.primary' },
      { event: '$pageview', url: '/pricing$', url_matching: 'regex', text: null },
    ])
    // what the page found without it is what the action is
    expect((await api(server.url, 'GET', `${path}${id}/count/`)).count).toBe(2)

    // a change, and what is not saved is not lost without a word
    await button('Remove step 1').click()
    await says('1 event of 1 person in the last 30 days.')
    await page.goBack().catch(() => {})
    await page.getByRole('dialog').getByText('Leave without saving?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await button('Undo changes').click()
    await says('2 events of 1 person in the last 30 days.')
    await page.getByLabel('Description').fill('Somebody is nearly paying')
    await button('Save').click()
    await page.getByText('Description “Somebody is about to pay” → “Somebody is nearly paying”').waitFor()
    await photo('action')

    // it is offered where an event can be chosen
    await button(`More about ${name}`).click()
    await item('See its trend').click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await expect.poll(() => page.url()).toContain('ActionsNode')
    await page.goto(`${server.url}/insights/new`)
    const edit = page.getByRole('button', { name: /Trend|no series/i }).first()
    if (width < 500) await edit.click()
    const picker = page.getByLabel('Add a series: event').or(page.getByLabel('Event of series A')).first()
    await picker.fill(name)
    await page.getByRole('option', { name: `${name} Somebody is nearly paying` }).click()
    await expect.poll(() => page.url()).toContain('ActionsNode')

    // a name is used once
    await page.goto(`${server.url}/data-management/actions/new?from=${id}`)
    await heading('New action')
    expect(await page.getByLabel('Name').inputValue()).toBe(`${name} (copy)`)
    await page.getByLabel('Name').fill(name)
    await button('Create').click()
    await page.getByText(/already has an action with this name/).waitFor()
    await page.getByLabel('Name').fill(`${name} (copy)`)
    await button('Create').click()
    await heading(`${name} (copy)`)

    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search', exact: true }).fill(name)
    await page.getByRole('option', { name, exact: true }).click()
    await heading(name)
    await page.goto(`${server.url}/data-management/actions`)
    await photo('list')
    await button('Only actions with the tag money').first().click()
    expect(page.url()).toContain('tag=money')
    await page.getByLabel('Search actions').fill('(copy)')
    await page.getByRole('link', { name, exact: true }).waitFor({ state: 'detached' })
    await page.reload()
    await button(`More about ${name} (copy)`).click()
    await item('Delete').click()
    await page.getByText('No actions match.').waitFor()
    expect(await actionOf(`${name} (copy)`)).toBeUndefined()
    await button('Undo').click()
    await page.getByRole('link', { name: `${name} (copy)`, exact: true }).waitFor()
    await button('Clear filters')
      .or(page.getByRole('button', { name: 'Tag money: remove this filter' }))
      .click()
    await api(server.url, 'PATCH', `${path}${id}/`, { deleted: true })
    await page.goto(`${server.url}/data-management/actions/${id}`)
    await page.getByText('This action was deleted.').waitFor()
    await button('Restore it').click()
    await page.getByText('This action was deleted.').waitFor({ state: 'detached' })
    await page.goto(`${server.url}/data-management/actions/999999`)
    await heading('Action not found')
  })
})

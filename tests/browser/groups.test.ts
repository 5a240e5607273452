import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** Groups, and what the page of a person can do. */
let server: RunningServer
let browser: Browser

const widths = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const stored = (table: string, count: number) =>
  eventually(
    async () => (await hogql(server.url, `select count() from ${table}`))[0]?.[0] === count,
    `${count} of ${table} are stored`,
  )

async function send(): Promise<void> {
  const group = (type: string, key: string, set: object) => ({
    event: '$groupidentify',
    distinct_id: 'ana',
    properties: { $group_type: type, $group_key: key, $group_set: set },
  })
  // a person for each width to be changed
  const anas = widths.map(({ width }) => `ana-${width}`)
  await capture(server.url, '/batch/', {
    batch: [
      group('company', 'acme/eu', { name: 'Acme', plan: 'pro', seats: 12 }),
      group('company', 'globex', { name: 'Globex' }),
      group('team', 'design', {}),
    ],
  })
  await stored('groups', 3)
  await capture(server.url, '/batch/', {
    batch: [
      ...anas.flatMap((id) => [
        {
          event: '$identify',
          distinct_id: id,
          properties: { $anon_distinct_id: `phone-${id}`, $set: { email: `${id}@acme.dev`, plan: 'pro' } },
        },
        {
          event: 'paid',
          distinct_id: id,
          properties: { $groups: { company: 'acme/eu', team: 'design' } },
        },
      ]),
      { event: 'paid', distinct_id: 'ben', properties: { $groups: { company: 'globex' } } },
    ],
  })
  await stored('events', 3 + 2 * anas.length + 1)
}

describe.each(widths)('$width px wide', ({ width, height }) => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    ;({ context, page, errors } = await openSignedIn(browser, server, { width, height }))
  })
  afterAll(() => context.close())

  const photo = (name: string) => photographForAll(page, `groups-${name}`)
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  const tab = (name: string | RegExp) => page.getByRole('tab', { name })

  test('groups are listed by type, named, searched, and lead to who belongs to them', async () => {
    await page.goto(`${server.url}/groups`)
    await heading('Groups')
    if (width === widths[0]!.width) {
      await page.getByText('No groups yet.').waitFor()
      await photo('none')
      await send()
      await page.reload()
      await tab('Companys').click()
      await button('Rename companys').click()
      await page.getByLabel('Several').fill('companies')
      await button('Save').click()
    }
    await tab('Companies').waitFor()
    await page.getByRole('link', { name: 'Globex', exact: true }).waitFor()
    await photo('list')
    await page.getByLabel('Search companies').fill('acme')
    await page.getByRole('link', { name: 'Globex', exact: true }).waitFor({ state: 'detached' })
    expect(page.url()).toContain('search=acme')
    await page.reload()
    await page.getByRole('link', { name: 'Acme', exact: true }).click()
    await heading('Acme')
    await page.getByRole('button', { name: 'paid' }).first().waitFor()
    await photo('group')
    await tab('Properties 3').click()
    await page.getByRole('rowheader', { name: 'seats' }).waitFor()
    await tab('Related groups 1').click()
    await page.getByRole('link', { name: 'design', exact: true }).waitFor()
    await tab(/^People/).click()
    expect(page.url()).toContain('tab=people')
    await page.reload()
    await photo('people')
    await page.getByRole('link', { name: `ana-${width}@acme.dev` }).click()
    await heading(`ana-${width}@acme.dev`)
    await page.goto(`${server.url}/groups/0/nowhere`)
    await heading('Group not found')
    expect(errors.filter((text) => !text.includes('404'))).toEqual([])
    errors.length = 0
  })

  test('a person is seen whole, changed, split and deleted', async () => {
    const id = `ana-${width}`
    const name = `${id}@acme.dev`
    const cohort = await api(server.url, 'POST', '/api/projects/@current/cohorts/', {
      name: `With pro ${width}`,
      filters: {
        properties: {
          type: 'AND',
          values: [{ type: 'person', key: 'email', operator: 'exact', value: name }],
        },
      },
    })
    await api(server.url, 'POST', '/api/projects/@current/feature_flags/', {
      key: `nav-${width}`,
      filters: {
        groups: [
          {
            properties: [{ type: 'person', key: 'plan', operator: 'exact', value: ['pro'] }],
            rollout_percentage: 100,
          },
        ],
      },
    })
    await eventually(
      async () => (await api(server.url, 'GET', `/api/projects/@current/cohorts/${cohort.id}/`)).count === 1,
      'the cohort is calculated',
    )
    await page.goto(`${server.url}/person/${id}`)
    await heading(name)
    await tab('Cohorts').click()
    await page.getByRole('link', { name: `With pro ${width}` }).waitFor()
    await tab('Groups').click()
    await page.getByRole('link', { name: 'Acme', exact: true }).waitFor()
    await tab('Feature flags').click()
    const flag = page.getByRole('row').filter({ hasText: `nav-${width}` })
    await flag.getByText('Set 1 decided.').waitFor()
    await photo('person-flags')

    await tab(/^Properties/).click()
    await button('Change plan').click()
    await page.getByRole('textbox', { name: 'Value' }).fill('free')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: 'free', exact: true }).waitFor()
    await button('Add a property').click()
    await page.getByRole('textbox', { name: 'Name' }).fill('seats')
    await page.getByText('Number, true, false or JSON').click()
    await page.getByRole('textbox', { name: 'Value' }).fill('twelve')
    await page.getByText('This is not JSON.').waitFor()
    await photo('person-property')
    await page.getByRole('textbox', { name: 'Value' }).fill('12')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('rowheader', { name: 'seats' }).waitFor()
    await button('Remove seats').click()
    await page.getByRole('rowheader', { name: 'seats' }).waitFor({ state: 'detached' })
    await button('Undo').click()
    await page.getByRole('rowheader', { name: 'seats' }).waitFor()
    await photo('person')
    await tab('History').click()
    await page.getByText('Properties changed').first().waitFor()

    await tab('Distinct ids 2').click()
    await button('These are several people').click()
    await page.getByLabel('The id that stays, with the properties').selectOption(id)
    await photo('person-split')
    await button('Split').click()
    await tab('Distinct ids 1').waitFor()
    await button(`More about ${name}`).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await photo('person-delete')
    await button('Delete').click()
    await heading('People')
    await page.getByRole('link', { name }).waitFor({ state: 'detached' })
    expect(errors).toEqual([])
  })
})

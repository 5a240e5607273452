import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photographForAll } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** A feature is offered, people join, and its flag is on for them. */
let server: RunningServer
let browser: Browser

const path = '/api/projects/@current/early_access_feature/'
const flags = '/api/projects/@current/feature_flags/'

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

async function isOn(key: string, who: string): Promise<boolean> {
  const response = await fetch(`${server.url}/flags/?v=2`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: init.projectApiKey, distinct_id: who }),
  })
  return ((await response.json()) as Json).flags[key]?.enabled ?? false
}

async function offered(stage: string): Promise<string[]> {
  const response = await fetch(
    `${server.url}/api/early_access_features/?token=${init.projectApiKey}&stage=${stage}`,
  )
  return ((await response.json()) as Json).earlyAccessFeatures.map(({ name }: Json) => name)
}

/** What posthog-js sends when somebody joins, or leaves. */
async function enroll(key: string, answers: Record<string, boolean>) {
  const batch = Object.entries(answers).map(([distinct_id, joined]) => ({
    event: '$feature_enrollment_update',
    distinct_id,
    properties: {
      $feature_flag: key,
      $set: { [`$feature_enrollment/${key}`]: joined, email: `${distinct_id}@acme.dev` },
    },
  }))
  await capture(server.url, '/batch/', { batch })
  const joined = Object.values(answers).filter(Boolean).length
  const query = `select count() from persons where toString(properties.\`$feature_enrollment/${key}\`) = 'true'`
  await eventually(
    async () => Number((await hogql(server.url, query))[0]?.[0]) === joined,
    'who joined is stored',
  )
}

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
      await api(server.url, 'DELETE', `${path}${id}/`)
    }
    const ids = (await api(server.url, 'GET', flags)).results.map((one: Json) => one.id)
    if (ids.length) await api(server.url, 'POST', `${flags}bulk_delete/`, { ids })
  })

  const photo = (name: string) => photographForAll(page, `early-access-${name}`)
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  test('a feature is made, joined, seen on its flag, moved on and deleted', async () => {
    const name = `Maps ${width}`
    const key = `maps-${width}`
    await page.goto(`${server.url}/early_access_features`)
    await heading('Early access')
    await page.getByText('Nothing in early access.').waitFor()
    await photo('none')
    await button('New feature').first().click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Description').fill('Larger, and in colour.')
    await page.getByLabel('Stage').selectOption('concept')
    await page.getByText('People can say that they want it.').waitFor()
    await page.getByLabel('Documentation').fill('https://docs.example.com/maps')
    await photo('new')
    await button('Create').click()
    await heading(name)
    await page.getByText('Nobody joined yet.').waitFor()
    await eventually(async () => (await offered('concept')).includes(name), 'it is offered')

    await button('Edit').click()
    await page.getByLabel('Stage').selectOption('beta')
    await button('Save').click()
    await page.getByText('Who joins has it, who leaves does not. SDKs list it unasked.').waitFor()
    await enroll(key, { [`ana${width}`]: true, [`ben${width}`]: true, [`cy${width}`]: false })
    await eventually(() => isOn(key, `ana${width}`), 'ana has it')
    expect(await isOn(key, `cy${width}`)).toBe(false)
    await page.reload()
    await page.getByText('2 people joined; 1 person left or declined.').waitFor()
    await page.getByRole('link', { name: `ana${width}@acme.dev` }).waitFor()
    await photo('joined')

    // its flag says who has it
    await page.getByRole('link', { name: key, exact: true }).click()
    await heading(key)
    const who = page.getByRole('region', { name: 'Who gets it' })
    await who.getByText('People who joined').waitFor()
    await who.getByText('Who left it again does not get it').waitFor()
    await photo('flag')
    await page.goto(`${server.url}/feature_flags`)
    await page.getByText('People who joined its early access').filter({ visible: true }).first().waitFor()
    await photo('flags')

    await page.goto(`${server.url}/early_access_features`)
    await page.getByRole('row', { name: new RegExp(`${name}.*Beta`) }).waitFor()
    await photo('list')
    await page.getByRole('link', { name, exact: true }).click()
    await heading(name)
    await button('Delete').click()
    await page.getByText('Nothing in early access.').waitFor()
    await button('Undo').click()
    await page.getByRole('link', { name, exact: true }).click()
    await heading(name)
    await button('Delete').click()
    await page.getByText('Nothing in early access.').waitFor()
    await page.reload()
    await eventually(async () => (await api(server.url, 'GET', path)).count === 0, 'it is deleted')
    await eventually(async () => !(await isOn(key, `ana${width}`)), 'its flag asks nobody any more')
    expect(errors).toEqual([])
  })

  test('a feature takes a flag that is there, and no flag that it can’t have', async () => {
    await api(server.url, 'POST', flags, { key: 'plain', filters: { groups: [] } })
    await api(server.url, 'POST', flags, {
      key: 'varied',
      filters: { groups: [], multivariate: { variants: [{ key: 'a', rollout_percentage: 100 }] } },
    })
    await page.goto(`${server.url}/early_access_features`)
    await button('New feature').first().click()
    await page.getByLabel('Name').fill('Linked')
    await page.getByRole('combobox', { name: 'Feature flag' }).click()
    await page.getByRole('option', { name: 'plain' }).waitFor()
    expect(await page.getByRole('option', { name: 'varied' }).count()).toBe(0)
    await page.getByRole('option', { name: 'plain' }).click()
    await button('Create').click()
    await heading('Linked')
    await page.getByRole('link', { name: 'plain', exact: true }).waitFor()
    await page.goto(`${server.url}/early_access_features/00000000-0000-4000-8000-000000000000`)
    await heading('Early access feature not found')
  })
})

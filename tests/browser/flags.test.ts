import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { launchChromium } from './chromium.ts'
import { photograph } from './photograph.ts'
import { openSignedIn } from './sign-in.ts'

/** A flag from nothing to its end, on the pages, with people who really ask for it. */
let server: RunningServer
let browser: Browser
let otherProject: number

const people = { ana: 'ana@acme.dev', ben: 'ben@acme.dev', cy: 'cy@else.dev' }

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const identified = Object.entries(people).map(([distinct_id, email]) => ({
    event: '$identify',
    distinct_id,
    properties: { $set: { email } },
  }))
  const group = {
    event: '$groupidentify',
    distinct_id: 'ana',
    properties: { $group_type: 'organization', $group_key: 'acme', $group_set: { plan: 'pro' } },
  }
  await capture(server.url, '/batch/', { batch: [...identified, group] })
  const known = async () => (await hogql(server.url, 'select count() from persons'))[0]?.[0] === 3
  await eventually(known, 'the people are stored')
  const grouped = async () => (await hogql(server.url, 'select count() from groups'))[0]?.[0] === 1
  await eventually(grouped, 'the group is stored')
  const { id: project } = await api(server.url, 'GET', '/api/projects/@current/')
  otherProject = (await api(server.url, 'POST', '/api/projects/', { name: 'Second' })).id
  // who makes a project goes on in it
  await api(server.url, 'PATCH', '/api/users/@me/', { set_current_team: project })
  await api(server.url, 'POST', '/api/projects/@current/cohorts/', {
    name: 'Of Acme',
    filters: {
      properties: {
        type: 'AND',
        values: [{ type: 'person', key: 'email', operator: 'icontains', value: '@acme.dev' }],
      },
    },
  })
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** What code is told that asks by the project's key. */
async function flagFor(key: string, who: string, groups?: Record<string, string>): Promise<Json> {
  const response = await fetch(`${server.url}/flags/?v=2`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: init.projectApiKey, distinct_id: who, groups }),
  })
  return ((await response.json()) as Json).flags[key]
}
const isOn = async (key: string, who: string, groups?: Record<string, string>) =>
  (await flagFor(key, who, groups))?.enabled ?? false

const flags = '/api/projects/@current/feature_flags/'
async function flagOf(key: string): Promise<Json> {
  const { results } = await api(server.url, 'GET', `${flags}?search=${key}`)
  return results.find((one: Json) => one.key === key)
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
    const { results } = await api(server.url, 'GET', `${flags}?limit=1000`)
    const ids = results.map((one: Json) => one.id)
    if (ids.length) await api(server.url, 'POST', `${flags}bulk_delete/`, { ids })
  })

  const photo = (name: string) => photograph(page, `flags-${name}`)
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const set = (number: number) => page.getByRole('group', { name: `Set ${number}`, exact: true })
  const filterBy = async (number: number, name: string) => {
    await set(number).getByRole('button', { name: 'Add a filter' }).click()
    await page.keyboard.type(name)
    await page.getByRole('option', { name, exact: true }).click()
  }
  const open = async (key: string) => {
    await page.goto(`${server.url}/feature_flags`)
    await page.getByRole('link', { name: key, exact: true }).click()
    await heading(key)
  }
  const saveChanges = async (...differences: string[]) => {
    await button('Save').click()
    for (const text of differences) await page.getByRole('dialog').getByText(text).waitFor()
    await button('Save changes').click()
  }

  test('a flag is made, seen, changed, turned off and on, explained, deleted and brought back', async () => {
    const key = `nav-${width}`
    await page.goto(`${server.url}/feature_flags`)
    await heading('Feature flags')
    await page.getByText('No feature flags yet.').waitFor()
    await photo('none')

    await page.getByRole('link', { name: 'New feature flag' }).first().click()
    await heading('New feature flag')
    await page.getByLabel('Key').fill('new nav')
    await page.getByText('Letters, digits, - and _ only.', { exact: true }).waitFor()
    await page.getByLabel('Key').fill(key)
    await page.getByLabel('Description').fill('The new navigation')
    await filterBy(1, 'email')
    await button('Create').click()
    await page.getByText('Set 1 has a filter without a value.').waitFor()
    await set(1).getByLabel('Operator').selectOption('icontains')
    await set(1).getByLabel('Value').fill('@acme.dev')
    await set(1).getByLabel('Rollout', { exact: true }).fill('100')
    await set(1).getByText('Matches about 2 of 3 people.').waitFor()
    await photo('new')
    await button('Create').click()
    await heading(key)
    await page.getByText('people where email contains “@acme.dev”').waitFor()
    await eventually(() => isOn(key, 'ana'), 'ana gets it')
    expect(await isOn(key, 'cy')).toBe(false)

    await page.getByRole('combobox', { name: 'Distinct id' }).fill('cy')
    await button('Explain').click()
    await page.getByText('No set matched.').waitFor()
    await page.getByText('it is "cy@else.dev"').waitFor()
    await page.getByRole('combobox', { name: 'Distinct id' }).fill('ana@')
    await page.getByRole('option', { name: 'ana@acme.dev ana' }).click()
    await page.getByText('Set 1 decided.').waitFor()
    expect(page.url()).toContain('explain=ana')
    await page.getByText('Not asked for in the last 30 days.').waitFor()

    // variants, whose shares must sum, with payloads, which must be JSON
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByText('Variants', { exact: true }).click()
    await page.getByLabel('Share of variant 2').fill('40')
    await page.getByText('Variants add up to 90 %. Give 10 % more.').waitFor()
    await button('Spread evenly').click()
    await page.getByLabel('Payload of test').fill('{"color": ')
    await page.getByText('This is not JSON.').waitFor()
    await page.getByLabel('Payload of test').fill('{"color": "green"}')
    await set(1).getByLabel('Variant').selectOption('test')
    await set(1).getByRole('button', { name: 'Duplicate set 1' }).click()
    await set(2).getByLabel('Rollout', { exact: true }).fill('50')
    await set(2).getByText('50 % of them, about 1, get it').waitFor()
    await photo('edit')
    await set(2).getByRole('button', { name: 'Remove set 2' }).click()
    await saveChanges('Variants: none → control 50 %, test 50 %', 'always “test”')
    await heading(key)
    await eventually(async () => (await flagFor(key, 'ana'))?.variant === 'test', 'ana gets test')
    expect((await flagFor(key, 'ana')).metadata.payload).toBe('{"color": "green"}')

    // somebody else is faster
    await page.getByRole('link', { name: 'Edit' }).click()
    await heading(`Edit ${key}`)
    const { id, filters } = await flagOf(key)
    const groups = [{ ...filters.groups[0], rollout_percentage: 50 }]
    await api(server.url, 'PATCH', `${flags}${id}/`, { filters: { ...filters, groups }, tags: ['theirs'] })
    await set(1).getByLabel('Rollout', { exact: true }).fill('70')
    await saveChanges('Set 1: 100 % → 70 %')
    await page.getByText('changed this flag while you were editing it.').waitFor()
    await page.getByText('Set 1: 100 % → 50 %').waitFor()
    await photo('conflict')
    await button('Keep mine').click()
    await saveChanges('Set 1: 50 % → 70 %')
    await heading(key)
    expect(await flagOf(key)).toMatchObject({
      tags: ['theirs'],
      filters: { groups: [{ rollout_percentage: 70, variant: 'test' }] },
    })

    // what is not saved is not lost without a word
    await page.getByRole('link', { name: 'Edit' }).click()
    await page.getByLabel('Key').fill('renamed')
    await page.getByText(`Code that asks for “${key}” gets nothing any more`).waitFor()
    await page.getByLabel('Key').fill(key)
    await page.getByLabel('Description').fill('Something else')
    await button('Cancel').click()
    await page.getByRole('dialog').getByText('Leave without saving?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await page.getByLabel('Description').inputValue()).toBe('Something else')
    await button('Cancel').click()
    await button('Leave').click()
    await heading(key)
    await page.getByText('The new navigation').waitFor()

    const called = { $feature_flag: key, $feature_flag_response: 'test' }
    const batch = [1, 2, 3].map(() => ({
      event: '$feature_flag_called',
      distinct_id: 'ana',
      properties: called,
    }))
    await capture(server.url, '/batch/', { batch })
    const stored = `select count() from events where properties.$feature_flag = '${key}'`
    await eventually(async () => (await hogql(server.url, stored))[0]?.[0] === 3, 'the calls are stored')
    await page.goto(`${server.url}/feature_flags/${id}?explain=ben`)
    await page.getByText('Asked for 3 times in the last 30 days').waitFor()
    await page.getByText(/Drawn at \d/).waitFor()
    await photo('flag')

    // off, and on again by the way back
    await page.goto(`${server.url}/feature_flags`)
    await page.getByRole('switch', { name: `${key} is on` }).press('Space')
    await photo('turn-off')
    await button('Turn off').click()
    await page.getByRole('status').getByText(`“${key}” is off.`).waitFor()
    await eventually(async () => (await flagFor(key, 'ana'))?.enabled !== true, 'nobody gets it')
    expect((await flagOf(key)).active).toBe(false)
    await button('Undo').click()
    await eventually(async () => (await flagOf(key)).active, 'it is on again')
    await open(key)
    await page.getByText('Turned off', { exact: true }).waitFor()

    // found in the palette
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search', exact: true }).fill(key)
    await page.getByRole('option', { name: key, exact: true }).click()
    await heading(key)

    await page.goto(`${server.url}/feature_flags`)
    await button(`More about ${key}`).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByText('No feature flags yet.').waitFor()
    expect(await flagOf(key)).toBeUndefined()
    await button('Undo').click()
    await page.getByRole('link', { name: key, exact: true }).waitFor()
    await api(server.url, 'PATCH', `${flags}${id}/`, { deleted: true })
    await page.goto(`${server.url}/feature_flags/${id}`)
    await page.getByText('This flag was deleted.').waitFor()
    await button('Restore it').click()
    await page.getByRole('link', { name: 'Edit' }).waitFor()
    // the API says that somebody was faster by an error, which browsers write down
    expect(errors.filter((text) => !text.includes('409'))).toEqual([])
  })

  test('conditions ask for cohorts, other flags and groups', async () => {
    const [asked, asking, ofGroups] = ['asked', 'asking', 'of-groups'].map((name) => `${name}-${width}`)
    const { id } = await api(server.url, 'POST', flags, { key: asked })
    await page.goto(`${server.url}/feature_flags/new`)
    await page.getByLabel('Key').fill(asking!)
    await filterBy(1, 'Of Acme')
    await set(1).getByText('Matches about 2 of 3 people').waitFor()
    await filterBy(1, asked!)
    await set(1).getByLabel('Rollout', { exact: true }).fill('100')
    await button('Create').click()
    await heading(asking!)
    await page.getByText(`people where in the cohort “Of Acme” and the flag “${asked}” is on`).waitFor()
    await eventually(() => isOn(asking!, 'ben'), 'ben gets it')
    expect(await isOn(asking!, 'cy')).toBe(false)

    await page.goto(`${server.url}/feature_flags/${id}`)
    await page.getByRole('link', { name: asking!, exact: true }).waitFor()
    await page.getByRole('switch').press('Space')
    await button('Turn off').click()
    await page.getByRole('alert').getByText('other flags depend on it').waitFor()
    expect((await flagOf(asked!)).active).toBe(true)

    await page.goto(`${server.url}/feature_flags/new`)
    await page.getByLabel('Key').fill(ofGroups!)
    await page.getByLabel('Decided for').selectOption('organizations')
    await filterBy(1, 'plan')
    await set(1).getByLabel('Values, any of which may match').click()
    await page.getByRole('option', { name: 'pro' }).click()
    await set(1).getByLabel('Rollout', { exact: true }).fill('100')
    await set(1).getByText('Matches about 1 of 1 organizations').waitFor()
    await photo('groups')
    await button('Create').click()
    await heading(ofGroups!)
    await eventually(() => isOn(ofGroups!, 'cy', { organization: 'acme' }), 'acme gets it')
    expect(await isOn(ofGroups!, 'cy', { organization: 'other' })).toBe(false)
    await page.getByRole('combobox', { name: 'Distinct id' }).fill('cy')
    await button('Explain').click()
    await page.getByText('It is for groups, and no key of one was given.').waitFor()
    await page.getByLabel('Key of the organization').fill('acme')
    await button('Explain').click()
    await page.getByText('Set 1 decided.').waitFor()

    // a key is used once
    await page.goto(`${server.url}/feature_flags/new`)
    await page.getByLabel('Key').fill(asked!)
    await button('Create').click()
    await page.getByText('There is already a feature flag with this key.').waitFor()
  })

  test('a flag is duplicated, copied to another project, and marked when nobody needs it any more', async () => {
    const key = `old-${width}`
    const filters = { groups: [{ properties: [], rollout_percentage: 100 }] }
    await api(server.url, 'POST', flags, { key, name: 'Long there', filters })
    await page.goto(`${server.url}/feature_flags`)
    await button(`More about ${key}`).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await heading('New feature flag')
    expect(await page.getByLabel('Key').inputValue()).toBe(`${key}-copy`)
    await button('Create').click()
    await heading(`${key}-copy`)
    expect(await flagOf(`${key}-copy`)).toMatchObject({ name: 'Long there', filters })

    await page.goto(`${server.url}/feature_flags?search=${key}&order=key`)
    await button(`More about ${key}`).click()
    await page.getByRole('menuitem', { name: 'Copy to another project' }).click()
    await page.getByRole('checkbox', { name: 'Second' }).check()
    await button('Copy').click()
    await page.getByText('Copied to Second.').waitFor()
    const copied = await api(server.url, 'GET', `/api/projects/${otherProject}/feature_flags/`)
    expect(copied.results.map((one: Json) => one.key)).toContain(key)

    await page.clock.setSystemTime(Date.now() + 31 * 86_400_000)
    await page.reload()
    const why = 'On for everybody, and older than 30 days.'
    await page.getByLabel(`Stale: ${why}`).first().hover()
    await page.getByRole('tooltip').getByText(why).waitFor()
    await photo('stale')
    await page.clock.setSystemTime(Date.now())
  })

  test('the list is searched, narrowed, sorted and paged, and its address says so', async () => {
    for (let i = 0; i < 52; i++) {
      await api(server.url, 'POST', flags, {
        key: `many-${String(i).padStart(2, '0')}`,
        active: i !== 7,
        tags: i === 3 ? ['beta'] : [],
        filters: {
          groups: [{ properties: [], rollout_percentage: i }],
          ...(i === 5 && { multivariate: { variants: [{ key: 'a', rollout_percentage: 100 }] } }),
        },
      })
    }
    const rows = page.getByRole('row').filter({ has: page.getByRole('switch') })
    const shown = async (...keys: string[]) => {
      await eventually(async () => (await rows.count()) === keys.length, `${keys} are shown`)
      for (const key of keys) await page.getByRole('link', { name: key, exact: true }).waitFor()
    }
    await page.goto(`${server.url}/feature_flags`)
    await page.getByText('1-50 of 52').waitFor()
    await photo('list')
    await button('Next').click()
    await shown('many-01', 'many-00')
    await button('Key').click()
    await page.getByText('1-50 of 52').waitFor()
    await expect.poll(() => rows.first().textContent()).toContain('many-00')
    expect(page.url()).toContain('order=key')
    await page.getByText('Off', { exact: true }).click()
    await shown('many-07')
    expect(page.url()).toContain('active=')
    await page.reload()
    await shown('many-07')
    await page.getByText('All', { exact: true }).click()
    await page.getByLabel('Type').selectOption('Multivariate')
    await shown('many-05')
    await page.getByLabel('Type').selectOption('Every type')
    await page.getByLabel('Search feature flags').fill('any-03')
    await shown('many-03')
    await page.getByLabel('Created by').selectOption('By you')
    await shown('many-03')
    await page.getByLabel('Search feature flags').fill('')
    await button('Only flags with the tag beta').click()
    await shown('many-03')
    await page.getByLabel('Search feature flags').fill('nothing')
    await page.getByText('No feature flags match.').waitFor()
    await button('Clear filters').click()
    await page.getByText('1-50 of 52').waitFor()

    await page.goto(`${server.url}/feature_flags/999999`)
    await heading('Feature flag not found')
    const list = '**/feature_flags/?*'
    await page.route(list, (route) => route.fulfill({ status: 400, json: { detail: 'Not now.' } }))
    await page.getByRole('link', { name: 'Back to feature flags' }).click()
    await page.getByText("Couldn't load feature flags.").waitFor()
    await page.unroute(list)
    await button('Try again').click()
    await page.getByText('1-50 of 52').waitFor()
  })
})

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { signIn } from './sign-in.ts'

/** Settings of a project, its end and that of an organization, and the keys that do something. */
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await capture(server.url, '/batch/', {
    batch: [
      { event: 'seen', distinct_id: 'u1', properties: { plan: 'pro', $set: { email: 'u1@example.net' } } },
    ],
  })
  await eventually(
    async () => Number((await hogql(server.url, 'select count() from events'))[0]?.[0]) === 1,
    'the event is stored',
  )
  page = await signIn(context, server)
  errors = complaints(page)
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const settings = async () => api(server.url, 'GET', '/api/projects/@current/')
const savedSaid = () => page.getByText('Project settings are saved.').first().waitFor()

test('what pages capture and who is a test account are set', async () => {
  const { id } = await settings()
  await page.goto(`${server.url}/project/${id}/settings`)
  await page.getByRole('heading', { level: 1, name: 'Project settings' }).waitFor()
  const autocapture = page.getByRole('switch', { name: /autocapture/ })
  expect(await autocapture.isChecked()).toBe(true)
  await autocapture.click()
  await savedSaid()
  await page.getByRole('switch', { name: 'Heatmaps' }).click()
  await expect.poll(settings).toMatchObject({ autocapture_opt_out: true, heatmaps_opt_in: true })
  const accounts = page.getByRole('region', { name: 'Test accounts' })
  const before = (await settings()).test_account_filters.length
  await accounts
    .getByRole('button', { name: /^Remove/ })
    .first()
    .click()
  await accounts.getByRole('button', { name: 'Save filters' }).click()
  await expect.poll(async () => (await settings()).test_account_filters.length).toBe(before - 1)
  expect(await barriers(page)).toEqual([])
  await picture(page, 'settings-project')
})

test('weeks of charts begin on the day that is chosen', async () => {
  const { id } = await settings()
  const asked = {
    query: {
      kind: 'TrendsQuery',
      series: [{ kind: 'EventsNode', event: 'seen' }],
      interval: 'week',
      dateRange: { date_from: '-28d' },
    },
  }
  const days = async (): Promise<number[]> => {
    const { results } = await api(server.url, 'POST', '/api/projects/@current/query/', asked)
    return results[0].days.map((day: string) => new Date(`${day.slice(0, 10)}T00:00:00Z`).getUTCDay())
  }
  expect(new Set(await days())).toEqual(new Set([0]))
  await page.goto(`${server.url}/project/${id}/settings`)
  await page.getByLabel('Weeks begin on').selectOption('Monday')
  await page.getByRole('region', { name: 'General' }).getByRole('button', { name: 'Save' }).click()
  await savedSaid()
  expect(await settings()).toMatchObject({ week_start_day: 1 })
  expect(new Set(await days())).toEqual(new Set([1]))
})

test('the sheet of keys opens, and keys go places unless somebody types', async () => {
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  expect(await barriers(page)).toEqual([])
  await picture(page, 'shortcuts')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('p')
  await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('gd?')
  expect(await page.getByRole('searchbox').first().inputValue()).toBe('gd?')
  await page.getByRole('button', { name: /account menu/ }).click()
  await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click()
  await page.getByRole('switch', { name: /Keys without/ }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await page.waitForTimeout(300)
  expect(await page.getByRole('dialog').count()).toBe(0)
})

test('a key is held to reading and to one project, and gets a new value', async () => {
  const { id: first } = await settings()
  const { id: other } = await api(server.url, 'POST', '/api/projects/', { name: 'Elsewhere' })
  await page.goto(`${server.url}/me/settings`)
  await page.getByRole('button', { name: '+ Create a Personal API Key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Label' }).fill('dashboard in the lobby')
  await dialog.getByText('Choose', { exact: true }).click()
  expect(await dialog.getByRole('button', { name: 'Create Key' }).isDisabled()).toBe(true)
  await dialog.getByLabel('Insights').selectOption('Read')
  await dialog.getByLabel('Annotations').selectOption('Read and write')
  await dialog.getByLabel('Projects').first().press('ArrowDown')
  await page.getByRole('option', { name: 'Elsewhere' }).click()
  // the list is open until something else is clicked
  await dialog.getByText('Access', { exact: true }).click()
  expect(await barriers(page)).toEqual([])
  await picture(page, 'key-scopes')
  await dialog.getByRole('button', { name: 'Create Key' }).click()
  const value = (await page.getByTestId('key-value').textContent()) ?? ''
  const row = page.getByRole('row', { name: /dashboard in the lobby/ })
  await row.getByText('Access: Read 1, write 1 in Elsewhere').waitFor()
  const status = async (key: string, path: string, method = 'GET') =>
    (
      await fetch(`${server.url}/api/projects/${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{}' }),
      })
    ).status
  expect(await status(value, `${other}/insights/`)).toBe(200)
  expect(await status(value, `${other}/insights/`, 'POST')).toBe(403)
  expect(await status(value, `${other}/annotations/`, 'POST')).toBe(201)
  expect(await status(value, `${other}/cohorts/`)).toBe(403)
  expect(await status(value, `${first}/insights/`)).toBe(403)
  await row.getByRole('button', { name: 'Renew dashboard in the lobby' }).click()
  await page.getByRole('button', { name: 'Renew key' }).click()
  await expect.poll(() => page.getByTestId('key-value').textContent()).not.toBe(value)
  const renewed = (await page.getByTestId('key-value').textContent()) ?? ''
  expect(await status(value, `${other}/insights/`)).toBe(401)
  expect(await status(renewed, `${other}/insights/`)).toBe(200)
  expect(await barriers(page)).toEqual([])
  await picture(page, 'key-renewed')
  await api(server.url, 'DELETE', `/api/projects/${other}/`)
})

test('a project is deleted by who types its name', async () => {
  const { id } = await api(server.url, 'POST', '/api/projects/', { name: 'Short-lived' })
  await page.goto(`${server.url}/project/${id}/settings#danger`)
  await page.waitForLoadState('networkidle')
  await page.getByRole('button', { name: 'Delete this project…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “Short-lived”?' })
  const verb = dialog.getByRole('button', { name: 'Delete the project' })
  expect(await verb.isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill('Short-live')
  expect(await verb.isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill('Short-lived')
  expect(await barriers(page)).toEqual([])
  await picture(page, 'delete-project')
  await verb.click()
  await page.getByRole('heading', { level: 1, name: /Hello/ }).waitFor()
  const { results } = await api(server.url, 'GET', '/api/projects/')
  expect(results.map(({ name }: { name: string }) => name)).not.toContain('Short-lived')
})

test('an organization is deleted by who types its name', async () => {
  // the page makes its project the current one; only then another organization's may be
  await page.waitForLoadState('networkidle')
  const { id } = await api(server.url, 'POST', '/api/organizations/', { name: 'Short Lived Inc' })
  await page.goto(`${server.url}/organization/settings#danger`)
  await page.waitForLoadState('networkidle')
  await page.getByRole('button', { name: 'Delete this organization…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete “Short Lived Inc”?' })
  await dialog.getByRole('textbox').fill('Short Lived Inc')
  await picture(page, 'delete-organization')
  await dialog.getByRole('button', { name: 'Delete the organization' }).click()
  await page.getByRole('heading', { level: 1, name: /Hello/ }).waitFor()
  const { results } = await api(server.url, 'GET', '/api/organizations/')
  expect(results.map((one: { id: string }) => one.id)).not.toContain(id)
  expect(errors).toEqual([])
})

test('on a phone and in the dark the settings fit', async () => {
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  const small = await signIn(phone, server)
  const { id } = await settings()
  for (const [path, name] of [
    [`/project/${id}/settings`, 'project'],
    ['/organization/settings', 'organization'],
    ['/me/settings', 'account'],
  ]) {
    await small.goto(server.url + path)
    await small.getByRole('heading', { level: 1, name: /settings/ }).waitFor()
    await small.waitForLoadState('networkidle')
    expect(await small.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
    expect(await barriers(small)).toEqual([])
    await picture(small, `settings-${name}-390-dark`)
  }
  await phone.close()
})

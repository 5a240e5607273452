import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'

/** An admin makes a role, has it decide who edits flags, and a member sees what that means. */
let server: RunningServer
let browser: Browser
const contexts: BrowserContext[] = []
let ada: Page
let nora: Page
let errors: string[]
let flagUrl: string

const open = async (): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  contexts.push(context)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return page
}

/** @returns the id of what was made */
const make = async (path: string, body: object): Promise<number | string> => {
  const response = await fetch(`${server.url}/api/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${init.personalApiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: number | string }).id
}
/** Both widths and both themes. */
const pictures = async (page: Page, name: string) => {
  await picture(page, name)
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture(page, `${name}-dark`)
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, `${name}-phone-dark`)
  await page.emulateMedia({ colorScheme: 'light' })
  await picture(page, `${name}-phone`)
  const fits = await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')
  expect(fits, name).toBe(true)
  await page.setViewportSize({ width: 1440, height: 900 })
}

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  ada = await open()
  nora = await open()
  errors = complaints(ada)
  const flag = await make('projects/@current/feature_flags/', { key: 'new-nav' })
  const invite = await make('organizations/@current/invites/', { target_email: 'nora@example.org' })
  await nora.goto(`${server.url}/signup/${invite}`)
  await nora.getByLabel('Name').fill('Nora')
  await nora.getByRole('textbox', { name: 'Password' }).fill('a hedge of hawthorn')
  await nora.getByRole('button', { name: /^Join / }).click()
  await nora.getByRole('button', { name: /Nora.*account menu/ }).waitFor()
  await ada.goto(`${server.url}/login?next=/organization/settings`)
  await ada.getByLabel('E-mail').fill(init.email)
  await ada.getByRole('textbox', { name: 'Password' }).fill(init.password)
  await ada.getByRole('button', { name: 'Sign in' }).click()
  await ada.getByRole('heading', { name: 'Organization settings' }).waitFor()
  const me = await ada.evaluate<{ team: { id: number } }>(
    "fetch('/api/users/@me/').then((one) => one.json())",
  )
  flagUrl = `${server.url}/project/${me.team.id}/feature_flags/${flag}`
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** The part of a page under a heading. */
const part = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

test('a role is made, given to a member, and let do no more than see flags', async () => {
  await part(ada, 'Roles').getByText('No roles yet.').waitFor()
  await ada.getByRole('link', { name: 'Roles' }).click()
  await pictures(ada, 'roles-none')
  await ada.getByRole('button', { name: 'New role' }).click()
  const dialog = ada.getByRole('dialog', { name: 'New role' })
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByText('Give the role a name.').waitFor()
  await dialog.getByLabel('Name').fill('Engineers')
  await dialog.getByRole('button', { name: 'Create' }).click()
  const role = ada.getByRole('dialog', { name: 'Role “Engineers”' })
  await role.getByText('Nobody has this role yet.').waitFor()
  await role.getByRole('combobox', { name: 'Add a member' }).click()
  await ada.getByRole('option', { name: /Nora/ }).click()
  await role.getByRole('list', { name: 'Members of Engineers' }).getByText('nora@example.org').waitFor()
  await pictures(ada, 'role-members')
  await role.getByLabel('Name').fill('Builders')
  await role.getByRole('button', { name: 'Rename' }).click()
  await ada.getByRole('dialog', { name: 'Role “Builders”' }).getByRole('button', { name: 'Done' }).click()
  await ada.getByRole('row', { name: /Builders.*Nora/ }).waitFor()
  await ada.getByLabel('What Builders may do to feature flags').selectOption({ label: 'Sees them' })
  await ada.getByRole('switch', { name: 'Only some members edit feature flags' }).click({ force: true })
  await expect
    .poll(() => ada.getByRole('switch', { name: 'Only some members edit feature flags' }).isChecked())
    .toBe(true)
  await ada.locator('input[role=switch]:enabled').first().waitFor()
  await pictures(ada, 'roles')
})

test('a name that is taken is said to be', async () => {
  await ada.getByRole('button', { name: 'New role' }).click()
  const dialog = ada.getByRole('dialog', { name: 'New role' })
  await dialog.getByLabel('Name').fill('BUILDERS')
  await dialog.getByRole('button', { name: 'Create' }).click()
  await dialog.getByText('There is already a role with this name.').waitFor()
  await ada.keyboard.press('Escape')
})

test('a member sees roles, and a flag that they can not change', async () => {
  await nora.goto(`${server.url}/organization/settings#roles`)
  await nora.getByRole('row', { name: /Builders.*Nora.*Sees them/ }).waitFor()
  expect(await nora.getByRole('button', { name: 'New role' }).count()).toBe(0)
  await nora.goto(flagUrl)
  await nora.getByText('You can view this flag, not change it.').waitFor()
  await part(nora, 'Who may edit it')
    .getByText(/^Admins; ada.*, who made it\.$/i)
    .waitFor()
  expect(await nora.getByRole('link', { name: 'Edit' }).count()).toBe(0)
  expect(await nora.getByRole('switch', { name: 'new-nav is on' }).isDisabled()).toBe(true)
  await pictures(nora, 'flag-view-only')
  await nora.goto(`${flagUrl}/edit`)
  await nora.getByRole('heading', { name: 'You can view this flag, not change it.' }).waitFor()
  await picture(nora, 'flag-view-only-editor')
})

test('until the flag names a role of theirs', async () => {
  await ada.goto(`${flagUrl}/edit`)
  const who = part(ada, 'Who may edit it')
  await who.getByRole('combobox', { name: 'Let a role edit this flag' }).click()
  await ada.getByRole('option', { name: 'Builders' }).click()
  await who.getByText('Members of Builders').waitFor()
  await who.scrollIntoViewIfNeeded()
  await pictures(ada, 'flag-editors')
  await nora.reload()
  await nora.getByRole('heading', { name: 'Edit new-nav' }).waitFor()
  await nora.getByRole('textbox', { name: 'Description' }).fill('By Nora')
  await nora.getByRole('button', { name: 'Save', exact: true }).click()
  await nora.getByRole('button', { name: 'Save changes' }).click()
  await nora.getByText('By Nora', { exact: true }).first().waitFor()
  await nora.getByText('Roles that may edit it none → Builders').waitFor()
  await ada.goto(flagUrl)
  await part(ada, 'Who may edit it').getByRole('button', { name: 'Remove Builders' }).click()
  await expect.poll(() => ada.getByText('Members of Builders').count()).toBe(0)
  await nora.reload()
  await nora.getByText('You can view this flag, not change it.').waitFor()
})

test('a domain is added with the record that proves it, and deleted', async () => {
  await ada.goto(`${server.url}/organization/settings#domains`)
  const domains = part(ada, 'Domains')
  await domains.getByLabel('Add a domain').fill('localhost')
  await domains.getByRole('button', { name: 'Add' }).click()
  await domains.getByText('Please enter a valid domain or subdomain name.').waitFor()
  await picture(ada, 'domain-refused')
  await domains.getByLabel('Add a domain').fill('Example.org')
  await domains.getByRole('button', { name: 'Add' }).click()
  await domains.getByText('_posthog-challenge.example.org').waitFor()
  // no name server is asked here: what it would say is told in its place
  await ada.route('**/verify/', async (asked) => {
    const path = new URL(asked.request().url()).pathname.replace('verify/', '')
    const found = await ada.evaluate(`fetch('${path}').then((answer) => answer.json())`)
    await asked.fulfill({ json: found })
  })
  await domains.getByRole('button', { name: 'Verify example.org' }).click()
  await domains.getByText('There is no such record yet.').waitFor()
  await domains.scrollIntoViewIfNeeded()
  await pictures(ada, 'domains')
  await domains.getByRole('button', { name: 'Delete example.org' }).click()
  await ada.getByRole('button', { name: 'Delete', exact: true }).click()
  await domains.getByText('No domains yet.').waitFor()
})

test('a role is deleted', async () => {
  await ada.getByRole('button', { name: 'Delete Builders' }).click()
  await ada.getByRole('button', { name: 'Delete', exact: true }).click()
  await ada.getByText('No roles yet.').waitFor()
})

test('e-mails about who joins are turned off', async () => {
  const toggle = ada.getByRole('switch', { name: 'Tell members when somebody joins' })
  expect(await toggle.isChecked()).toBe(true)
  await toggle.click({ force: true })
  await expect.poll(() => toggle.isChecked()).toBe(false)
  await ada.reload()
  await expect.poll(() => toggle.isChecked()).toBe(false)
  // what was refused on purpose is on the console
  expect(errors.filter((error) => !/status of 40[0134]/.test(error))).toEqual([])
})

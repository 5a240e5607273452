import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'

/** Two people in two browsers: one invites the other, who joins, is promoted, and is taken out again. */
let server: RunningServer
let browser: Browser
const contexts: BrowserContext[] = []
let ada: Page
let nora: Page
let errors: string[]
/** What the server refuses on purpose is on the console. */
const refused = /status of 40[0134]/

const open = async (): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  contexts.push(context)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  return page
}

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  ada = await open()
  nora = await open()
  errors = complaints(ada)
  await ada.goto(`${server.url}/login?next=/organization/settings`)
  await ada.getByLabel('E-mail').fill(init.email)
  await ada.getByRole('textbox', { name: 'Password' }).fill(init.password)
  await ada.getByRole('button', { name: 'Sign in' }).click()
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

let link: string

test('an invite is made from the account menu, and its link shown where no e-mails are sent', async () => {
  await ada.getByRole('heading', { name: 'Organization settings' }).waitFor()
  await ada.getByText('Nobody is invited.').waitFor()
  await picture(ada, 'members-alone')
  await ada.getByRole('button', { name: /account menu/ }).click()
  await ada.getByRole('menuitem', { name: 'Invite members' }).click()
  const dialog = ada.getByRole('dialog', { name: 'Invite to the organization' })
  const field = dialog.getByRole('textbox', { name: 'E-mail addresses' })
  await field.fill('nobody')
  await dialog.getByRole('button', { name: 'Make links' }).click()
  await dialog.getByText('“nobody” is no e-mail address.').waitFor()
  await field.fill('nora@example.org')
  await dialog.getByRole('button', { name: 'Make links' }).click()
  const shown = dialog.getByTestId('invite-link')
  await shown.waitFor()
  link = (await shown.textContent()) ?? ''
  expect(link).toMatch(new RegExp(`^${server.url}/signup/[0-9a-f-]{36}$`))
  await picture(ada, 'invite-link')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await ada.getByRole('row', { name: /nora@example.org/ }).waitFor()
  await picture(ada, 'invites')
})

test('the link leads to a page that makes an account, and into the organization', async () => {
  await nora.goto(link)
  await nora.getByRole('heading', { name: /invited to/ }).waitFor()
  await picture(nora, 'invite-page')
  await nora.getByRole('button', { name: /^Join / }).click()
  await nora.getByText('Enter your name.').waitFor()
  await nora.getByLabel('Name').fill('Nora')
  await nora.getByRole('textbox', { name: 'Password' }).fill('12345678')
  await nora.getByRole('button', { name: /^Join / }).click()
  await nora.getByText('This password is entirely numeric.').waitFor()
  await nora.getByRole('textbox', { name: 'Password' }).fill('a hedge of hawthorn')
  await nora.getByRole('button', { name: /^Join / }).click()
  await nora.getByRole('button', { name: /Nora.*account menu/ }).waitFor()
  // Used, it says so, to whoever comes with it.
  const late = await open()
  await late.goto(link)
  await late.getByRole('heading', { name: "This invite doesn't work" }).waitFor()
})

test('members are promoted, and a plain member is offered nothing of it', async () => {
  await nora.goto(`${server.url}/organization/settings`)
  await nora.getByRole('row', { name: /Nora.*Member/ }).waitFor()
  expect(await nora.getByLabel(/^Level of/).count()).toBe(0)
  await ada.reload()
  await ada.getByLabel('Level of Nora').selectOption({ label: 'Admin' })
  await ada.getByText('Nora is an admin now.').waitFor()
  await picture(ada, 'members')
  await ada.setViewportSize({ width: 390, height: 844 })
  await picture(ada, 'members-phone')
  await ada.emulateMedia({ colorScheme: 'dark' })
  await picture(ada, 'members-phone-dark')
  await ada.setViewportSize({ width: 1440, height: 900 })
  await picture(ada, 'members-dark')
  await ada.emulateMedia({ colorScheme: 'light' })
  const wide = await ada.evaluate('document.documentElement.scrollWidth <= window.innerWidth')
  expect(wide).toBe(true)
})

test('who has an account and is signed in joins with it; others are told whom an invite is for', async () => {
  await ada.getByRole('button', { name: 'Invite', exact: true }).click()
  const dialog = ada.getByRole('dialog', { name: 'Invite to the organization' })
  await dialog.getByRole('textbox', { name: 'E-mail addresses' }).fill('late@example.org')
  await dialog.getByRole('button', { name: 'Make links' }).click()
  const other = (await dialog.getByTestId('invite-link').textContent()) ?? ''
  await nora.goto(other)
  await nora.getByRole('heading', { name: 'This invite is for another address' }).waitFor()
  await picture(nora, 'invite-other-address')
  await dialog.getByRole('button', { name: 'Done' }).click()
  await ada.getByRole('button', { name: 'Withdraw the invite of late@example.org' }).click()
  await ada.getByText('Nobody is invited.').waitFor()
  await ada.getByRole('button', { name: 'Undo', exact: true }).click()
  await ada.getByRole('button', { name: 'Withdraw the invite of late@example.org' }).click()
  await ada.getByText('Nobody is invited.').waitFor()
  // leaving the page means it
  await ada.reload()
  await ada.getByText('Nobody is invited.').waitFor()
})

test('who is removed is out at once', async () => {
  await nora.goto(`${server.url}/organization/settings`)
  await nora.getByRole('row', { name: /Nora/ }).waitFor()
  await ada.getByRole('button', { name: 'Remove Nora' }).click()
  await ada.getByText(/loses access to the projects/).waitFor()
  await ada.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect.poll(() => ada.getByRole('row', { name: /Nora/ }).count()).toBe(0)
  await nora.reload()
  await nora.getByText("You aren't a member of any organization.").waitFor()
  expect(errors.filter((error) => !refused.test(error))).toEqual([])
})

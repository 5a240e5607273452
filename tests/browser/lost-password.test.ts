import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testMailServer } from '../../server/test/mail.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { launchChromium, picture } from './chromium.ts'

/** Somebody has lost their password; and a colleague is invited by e-mail. */
const siteUrl = 'http://hedgerow.example'
let mails: Awaited<ReturnType<typeof testMailServer>>
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  mails = await testMailServer(afterAll)
  server = await startServer({ env: { SMTP_URL: mails.url, SITE_URL: siteUrl } })
  browser = await launchChromium()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  page.setDefaultTimeout(20_000)
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** The link of a mail, on the server that these tests reach. */
async function linkIn(to: string): Promise<string> {
  const its = () => mails.received.findLast((mail) => mail.to.includes(to))
  await expect.poll(its, { timeout: 30_000 }).toBeDefined()
  const link = /^http:\/\/hedgerow\.example(\/\S+)$/m.exec(its()!.text)?.[1]
  return server.url + link
}

test('a lost password is set anew by the link of an e-mail', async () => {
  await page.goto(`${server.url}/login`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail').fill(init.email)
  await picture(page, 'reset')
  await page.getByRole('button', { name: 'Send link' }).click()
  await page.getByText('If that address has an account, a link is on its way.').waitFor()
  await picture(page, 'reset-sent')

  const link = await linkIn(init.email)
  await page.goto(link)
  const field = page.getByRole('textbox', { name: 'New password' })
  await field.fill('1234567890')
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await page.getByText('This password is entirely numeric.').waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture(page, 'reset-new-password-phone-dark')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.emulateMedia({ colorScheme: 'light' })
  await field.fill('a hedge of hawthorn')
  await page.getByRole('button', { name: 'Set password and sign in' }).click()
  await page.getByRole('button', { name: /account menu/ }).waitFor()

  const again = await context.newPage()
  await again.goto(link)
  await again.getByRole('heading', { name: "This link doesn't work any more" }).waitFor()
  await again.close()
})

test('an invite goes out by e-mail, with what was said', async () => {
  await page.goto(`${server.url}/organization/settings#invite`)
  const dialog = page.getByRole('dialog', { name: 'Invite to the organization' })
  await dialog.getByRole('textbox', { name: 'E-mail addresses' }).fill('nora@example.org')
  await dialog.getByRole('textbox', { name: 'Message' }).fill('Come and see.')
  await picture(page, 'invite-dialog')
  await dialog.getByRole('button', { name: 'Send invites' }).click()
  await page.getByText('nora@example.org is invited.').waitFor()
  await page.goto(await linkIn('nora@example.org'))
  await page.getByRole('heading', { name: 'This invite is for another address' }).waitFor()
  expect(mails.received.at(-1)?.text).toContain('> Come and see.')
})

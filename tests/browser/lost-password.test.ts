import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testMailServer } from '../../server/test/mail.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { launchChromium, picture } from './chromium.ts'

/** Somebody has lost their password; and a colleague is invited by e-mail. */
let mails: Awaited<ReturnType<typeof testMailServer>>
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page

beforeAll(async () => {
  mails = await testMailServer(afterAll)
  const port = await freePort()
  // Links begin with the public address, which is known before the start.
  const env = { SMTP_URL: mails.url, PORT: String(port), SITE_URL: `http://127.0.0.1:${port}` }
  server = await startServer({ env })
  browser = await launchChromium()
  context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  page = await context.newPage()
  page.setDefaultTimeout(30_000)
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  taken.close()
  await once(taken, 'close')
  return port
}

/** The link of the newest mail to an address. */
async function linkIn(to: string): Promise<string> {
  const its = () => mails.received.findLast((mail) => mail.to.includes(to))
  await expect.poll(its, { timeout: 30_000 }).toBeDefined()
  return new RegExp(`^${server.url}/\\S+$`, 'm').exec(its()!.text)![0]
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

import { createHmac } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { launchChromium, picture } from './chromium.ts'

/** Somebody turns on the second factor, signs in with it, and with a backup code. */
let server: RunningServer
let browser: Browser
let page: Page

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(30_000)
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** What an authenticator app shows: written here once more, from RFC 6238, and not with the server's own code. */
function appCode(secret: string): string {
  const bits = [...secret].map((sign) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0'),
  )
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeUInt32BE(Math.floor(Date.now() / 30_000), 4)
  const mac = createHmac('sha1', key).update(counter).digest()
  const number = mac.readUInt32BE(mac.at(-1)! % 16) % 2 ** 31
  return String(number).slice(-6).padStart(6, '0')
}

async function signIn(): Promise<void> {
  await page.goto(`${server.url}/login?next=/me/settings`)
  await page.getByLabel('E-mail').fill(init.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(init.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

let backup: string[]

test('the second factor is set up with an app, and backup codes are shown once', async () => {
  await signIn()
  const section = page.getByRole('region', { name: 'Two-factor' })
  await section.getByRole('button', { name: 'Set up' }).click()
  await section.getByRole('img', { name: 'QR code of the secret' }).waitFor()
  const secret = (await section.getByTestId('totp-secret').textContent()) ?? ''
  await section.getByLabel('Code of the app').fill('000000')
  await section.getByRole('button', { name: 'Turn on' }).click()
  await section.getByText("That code didn't match.").waitFor()
  await section.scrollIntoViewIfNeeded()
  await picture(page, 'two-factor-setup')
  await section.getByLabel('Code of the app').fill(appCode(secret))
  await section.getByRole('button', { name: 'Turn on' }).click()
  backup = ((await section.getByTestId('backup-codes').textContent()) ?? '').split('\n')
  expect(backup).toHaveLength(10)
  await section.getByText('10 backup codes are left.').waitFor()
  await picture(page, 'two-factor-on')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await section.scrollIntoViewIfNeeded()
  await picture(page, 'two-factor-on-phone-dark')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('signing in then takes a code', async () => {
  await page.getByRole('button', { name: /account menu/ }).click()
  await page.getByRole('menuitem', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn()
  await page.getByRole('heading', { name: 'Enter a code' }).waitFor()
  await page.getByLabel('Code').fill('000000')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText("That code didn't match.").waitFor()
  await picture(page, 'two-factor-login')
  await page.getByLabel('Code').fill(backup[0]!)
  await page.getByRole('button', { name: 'Sign in' }).click()
  const section = page.getByRole('region', { name: 'Two-factor' })
  await section.getByText('9 backup codes are left.').waitFor()
  await section.getByLabel('Current password').fill(init.password)
  await section.getByRole('button', { name: 'Turn off' }).click()
  await section.getByRole('button', { name: 'Set up' }).waitFor()
})

test('where the organization requires it, nothing else is to be seen before it is set up', async () => {
  const required = page.getByRole('switch', { name: 'Require two-factor authentication' })
  await page.goto(`${server.url}/organization/settings`)
  await page.getByText('Set up your own first').waitFor()
  expect(await required.isDisabled()).toBe(true)
  const section = page.getByRole('region', { name: 'Two-factor' })
  const setUp = async () => {
    await section.getByRole('button', { name: 'Set up' }).click()
    const secret = (await section.getByTestId('totp-secret').textContent()) ?? ''
    await section.getByLabel('Code of the app').fill(appCode(secret))
    await section.getByRole('button', { name: 'Turn on' }).click()
    await section.getByText('10 backup codes are left.').waitFor()
  }
  await page.goto(`${server.url}/me/settings`)
  await setUp()
  await page.goto(`${server.url}/organization/settings`)
  // the switch turns once the server has said so
  await required.click()
  await expect.poll(() => required.isChecked(), { timeout: 30_000 }).toBe(true)
  await picture(page, 'two-factor-switch')
  await page.goto(`${server.url}/me/settings`)
  await section.getByLabel('Current password').fill(init.password)
  await section.getByRole('button', { name: 'Turn off' }).click()
  await section.getByRole('button', { name: 'Set up' }).waitFor()

  await page.goto(`${server.url}/organization/settings`)
  await page.getByText('requires two-factor authentication').waitFor()
  expect(new URL(page.url()).pathname).toBe('/me/settings')
  await picture(page, 'two-factor-required')
  await setUp()
  await page.getByText('requires two-factor authentication').waitFor({ state: 'hidden' })
  await page.goto(`${server.url}/organization/settings`)
  await required.waitFor()
  expect(await required.isChecked()).toBe(true)
})

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { init, type RunningServer } from '../support/server.ts'
import { complaints } from './chromium.ts'

/** A page on which the first user is signed in, at home. */
export async function signIn(context: BrowserContext, server: RunningServer): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`${server.url}/login`)
  await page.getByLabel('E-mail').fill(init.email)
  await page.getByRole('textbox', { name: 'Password' }).fill(init.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { level: 1, name: /Hello/ }).waitFor()
  return page
}

/** A browser of its own in this size, signed in; `errors` are what its page complains about from then on. */
export async function openSignedIn(
  browser: Browser,
  server: RunningServer,
  viewport: { width: number; height: number },
): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport })
  context.setDefaultTimeout(15_000)
  const page = await signIn(context, server)
  return { context, page, errors: complaints(page) }
}

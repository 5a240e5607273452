import type { BrowserContext, Page } from 'playwright-core'
import { init, type RunningServer } from '../support/server.ts'

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

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { signIn } from './sign-in.ts'

/** How far the limits are used, on a server that has them; and what a script's developer reads beside it. */
let server: RunningServer
let browser: Browser

beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'on' } })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const ask = (path: string, more?: RequestInit) =>
  fetch(`${server.url}${path}`, {
    ...more,
    headers: { authorization: `Bearer ${init.personalApiKey}`, 'content-type': 'application/json' },
  })

const looks = [1440, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ width, colorScheme })),
)

test('what scripts have asked is counted, and a limit that is reached stands out', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await signIn(context, server)
  const errors = complaints(page)
  await page.goto(`${server.url}/settings#api-usage`)
  const usage = page.getByRole('region', { name: 'API usage' })
  await usage.getByRole('row', { name: /Reading and changing settings 0 of 480 0 of 4,800/ }).waitFor()
  for (let times = 0; times < 3; times++) await ask('/api/projects/@current/annotations/')
  await usage.getByRole('button', { name: 'Refresh' }).click()
  await usage.getByRole('row', { name: /Reading and changing settings 3 of 480 3 of 4,800/ }).waitFor()
  for (let times = 0; times < 240; times += 20) {
    await Promise.all(Array.from({ length: 20 }, () => ask('/api/projects/@current/persons/')))
  }
  expect((await ask('/api/projects/@current/persons/')).status).toBe(429)
  await usage.getByRole('button', { name: 'Refresh' }).click()
  await usage.getByRole('row', { name: /People 240 of 240 · reached 240 of 1,200/ }).waitFor()
  expect(errors).toEqual([])
  await context.close()
})

test.each(looks)(
  'usage and the documentation, $width px wide, $colorScheme',
  async ({ width, colorScheme }) => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme })
    const page = await signIn(context, server)
    const errors = complaints(page)
    const look = async (name: string) => {
      await picture(page, `${name}-${width}-${colorScheme}`)
      const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(beyond).toBeLessThanOrEqual(0)
      expect(await barriers(page)).toEqual([])
    }
    await page.goto(`${server.url}/settings#api-usage`)
    const usage = page.getByRole('region', { name: 'API usage' })
    await usage.getByText('of 480').first().waitFor()
    // The address names the section, so the page opens there (or at its end), whatever arrives above it.
    await expect.poll(async () => (await usage.boundingBox())!.y).toBeLessThan(450)
    await usage.getByText('of 600').scrollIntoViewIfNeeded()
    await look('api-usage')
    await page.goto(`${server.url}/api/docs/guides/first-steps`)
    await page.getByRole('heading', { name: 'First steps with curl', level: 1 }).waitFor()
    await look('docs-first-steps')
    await page.goto(`${server.url}/api/docs/reference/annotations`)
    await page.getByRole('heading', { name: 'Annotations', level: 1 }).waitFor()
    await look('docs-reference')
    expect(errors).toEqual([])
    await context.close()
  },
)

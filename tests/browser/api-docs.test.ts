import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { launchChromium, picture } from './chromium.ts'

/** Somebody who has a key and no session reads the documentation and tries a request from it. */
let server: RunningServer
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(30_000)
  page.on('console', (message) => {
    const { url } = message.location()
    // nobody is signed in; and Redoc has a picture on a host of its own, which our policy does not let it ask
    if (message.type() === 'error' && !/api\/users\/(?:@|%40)me|\/redoc\//.test(url)) {
      complaints.push(`${message.text()} (${url})`)
    }
  })
  page.on('pageerror', (error) => complaints.push(error.message))
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

test('the guides are read, and lead to each other', async () => {
  await page.goto(`${server.url}/api/docs/`)
  await page.getByRole('heading', { name: 'Two APIs', level: 1 }).waitFor()
  await picture(page, 'docs-guide')
  await page.getByRole('main').getByRole('link', { name: 'personal API key', exact: true }).click()
  await page.getByRole('heading', { name: 'How to get one' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/api/docs/guides/keys')
})

test('an operation is found, understood, and tried with a key of one’s own', async () => {
  await page.getByRole('searchbox', { name: 'Search operations' }).fill('create annotation')
  await page.getByRole('link', { name: 'Create an annotation' }).click()
  const section = page.getByRole('region', { name: 'Create an annotation' })
  await section.getByText('annotation:write').waitFor()
  expect(await section.getByRole('list', { name: 'Fields of the body' }).textContent()).toContain(
    'date_marker',
  )
  await section.getByText('Python').click()
  await section.getByText('import requests').waitFor()
  await picture(page, 'docs-operation')

  await section.getByRole('button', { name: 'Try it' }).click()
  await section.getByText('Put a personal API key').waitFor()
  await page.getByLabel('Personal API key for Try it').fill(init.personalApiKey)
  await section
    .getByRole('textbox', { name: 'Body' })
    .fill('{"content": "tried from the docs", "date_marker": "2024-02-03T00:00:00Z"}')
  await section.getByRole('button', { name: 'Send POST' }).click()
  await section.getByText('201 in').waitFor()
  await section.locator('pre', { hasText: 'tried from the docs' }).waitFor()
  await picture(page, 'docs-tried')
  const kept = await fetch(`${server.url}/api/projects/@current/annotations/`, {
    headers: { authorization: `Bearer ${init.personalApiKey}` },
  })
  expect(
    ((await kept.json()) as { results: { content: string }[] }).results.map(({ content }) => content),
  ).toEqual(['tried from the docs'])
})

test('on a phone in the dark, contents open over the page', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto(`${server.url}/api/docs/reference/query`)
  await page.getByRole('heading', { name: 'Query', level: 1 }).waitFor()
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  await picture(page, 'docs-phone-dark')
  await page.getByRole('button', { name: 'Contents' }).click()
  await page.getByRole('link', { name: 'Persons', exact: true }).waitFor()
  await picture(page, 'docs-contents-phone-dark')
  await page.getByRole('link', { name: 'Persons', exact: true }).click()
  await page.getByRole('heading', { name: 'Persons', level: 1 }).waitFor()
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('the same in Swagger UI and Redoc, with nothing from elsewhere', async () => {
  const elsewhere: string[] = []
  page.on('response', (response) => {
    const { protocol, host } = new URL(response.url())
    if (/^http/.test(protocol) && host !== new URL(server.url).host) elsewhere.push(response.url())
  })
  await page.goto(`${server.url}/api/schema/swagger-ui/`)
  await page.locator('#operations-tag-annotations').waitFor()
  await picture(page, 'docs-swagger-ui')
  await page.goto(`${server.url}/api/schema/redoc/`)
  await page.getByText('List annotations').first().waitFor({ state: 'attached' })
  await picture(page, 'docs-redoc')
  expect(elsewhere).toEqual([])
  // they go on drawing for a while, and a browser that draws takes its time to close
  await page.goto('about:blank')
})

test('the browser has nothing to complain about', () => {
  expect(complaints).toEqual([])
})

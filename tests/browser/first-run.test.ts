import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../support/server.ts'
import { complaints, humanUserAgent, launchChromium, picture } from './chromium.ts'
import { type Site, startSite } from './site.ts'

/**
 * A newcomer's way: sign up, copy the snippet into a web site, see the events of the real posthog-js arrive, draw
 * their trend, make a key for a script. The tests go in this order, each from where the last one left off.
 */
const visitor = 'grace@example.com'
let server: RunningServer
let browser: Browser
let context: BrowserContext
let page: Page
let errors: string[]
const sites: Site[] = []

beforeAll(async () => {
  server = await startServer({ bootstrap: false })
  browser = await launchChromium()
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    userAgent: humanUserAgent,
  })
  page = await context.newPage()
  errors = complaints(page)
})

afterAll(async () => {
  await browser?.close()
  for (const site of sites) await site.close()
  await server?.stop()
})

const html = (title: string, head: string, body: string) =>
  `<!doctype html><html><head><title>${title}</title>${head}</head><body>${body}</body></html>`

async function follow(label: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Project' })
    .getByRole('link', { name: label, exact: true })
    .click()
}

test('the first visit leads to the sign-up, which says what is missing under the right field', async () => {
  await page.goto(server.url)
  await page.getByRole('heading', { name: 'Create your account' }).waitFor()
  expect(page.url()).toBe(`${server.url}/signup`)
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill('12345678')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByText('Enter a name for your organization.').waitFor()
  await page.getByLabel('Organization').fill('Engines')
  await page.getByRole('button', { name: 'Create account' }).click()
  // What only the server knows stands under the field as well.
  await page.getByText('This password is entirely numeric.').waitFor()
  errors.length = 0 // the refused request is on the console, as it should be
  await picture(page, 'sign-up')
  await page.getByRole('textbox', { name: 'Password' }).fill('analytical engine 1843')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'Send your first event' }).waitFor()
  await page.getByText('Waiting for the first event…').waitFor()
  await picture(page, 'start-waiting')
})

test('the snippet works on a page of another origin, and the start page notices', async () => {
  const snippet = await page
    .getByRole('region', { name: 'Web page code' })
    .first()
    .locator('pre')
    .textContent()
  expect(snippet).toContain(server.url)
  const site = await startSite({ '/': html('Shop', snippet ?? '', '<button id="buy">Buy</button>') })
  sites.push(site)
  const shop = await context.newPage()
  const shopErrors = complaints(shop)
  await shop.goto(`${site.url}/?utm_source=newsletter`)
  await shop.waitForFunction('window.posthog?.__loaded === true')
  await shop.getByRole('button', { name: 'Buy' }).click()
  await shop.close({ runBeforeUnload: true })
  await page.getByText('First event received').waitFor()
  await picture(page, 'start-received')
  expect(shopErrors).toEqual([])
})

test('events of posthog-js from npm are in the live events, with what it says about them', async () => {
  const key = await page.locator('dd code').first().textContent()
  const site = await startSite({
    '/pricing': html(
      'Pricing',
      `<script type="module">
        import posthog from '/posthog-js.mjs'
        posthog.init(${JSON.stringify(key)}, { api_host: ${JSON.stringify(server.url)}, request_batching: false })
        posthog.identify(${JSON.stringify(visitor)}, { email: ${JSON.stringify(visitor)}, plan: 'pro' })
        document.querySelector('button').addEventListener('click', () => {
          posthog.capture('order_placed', { amount: 42, gift: true, coupon: '<img src=x onerror=alert(1)>' })
        })
        window.ready = true
      </script>`,
      '<button>Order</button>',
    ),
  })
  sites.push(site)
  const pricing = await context.newPage()
  await pricing.goto(`${site.url}/pricing`)
  await pricing.waitForFunction('window.ready === true')
  for (let click = 0; click < 3; click++) await pricing.getByRole('button', { name: 'Order' }).click()
  await pricing.waitForTimeout(500)
  await pricing.close({ runBeforeUnload: true })

  await follow('Live events')
  const row = page.getByRole('row', { name: /order_placed/ })
  await expect.poll(() => row.count(), { timeout: 20_000 }).toBe(3)
  await picture(page, 'live-events')
  await row.first().getByRole('button').click()
  const properties = page.getByRole('table').last()
  await properties.getByText('amount').waitFor()
  await page.getByText('<img src=x onerror=alert(1)>').waitFor()
  await picture(page, 'live-events-open')
  await row.first().getByRole('link', { name: visitor }).click()
  await page.getByRole('heading', { name: visitor }).waitFor()
  await page.getByRole('tab', { name: /Properties/ }).click()
  await page.getByRole('row', { name: /plan pro/ }).waitFor()
  await picture(page, 'person')
})

test('the trend of an event is drawn, and its address holds all of it', async () => {
  await follow('New insight')
  const picker = page.getByPlaceholder('Choose an event')
  await picker.click()
  await picker.fill('order')
  await page.getByRole('option', { name: 'order_placed', exact: true }).click()
  await page.locator('figure canvas').waitFor()
  const total = page
    .getByRole('row', { name: /order_placed/ })
    .getByRole('cell')
    .nth(1)
  await expect.poll(() => total.textContent()).toBe('3')
  await picture(page, 'trend')

  await page.getByRole('button', { name: 'Break down by' }).click()
  await page.getByRole('textbox', { name: 'Search properties' }).fill('coupon')
  await page.keyboard.press('Enter')
  await page.getByRole('row', { name: /<img src=x/ }).waitFor()

  const address = page.url()
  const again = await context.newPage()
  await again.goto(address)
  await again.locator('figure canvas').waitFor()
  await again.getByRole('row', { name: /<img src=x/ }).waitFor()
  await again.close()
})

test('SQL over the same events', async () => {
  await follow('SQL')
  await page
    .getByLabel('Query')
    .fill("select event, count() as n from events where event = 'order_placed' group by event")
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByRole('row', { name: 'order_placed 3' }).waitFor()
  await picture(page, 'sql')
  await page.getByLabel('Query').fill('select nothing_like_it from events')
  await page.getByRole('button', { name: 'Run' }).click()
  await page
    .getByRole('alert')
    .getByText(/nothing_like_it/)
    .waitFor()
  errors.length = 0 // the refused query is on the console
})

test('definitions came with the events', async () => {
  await follow('Events')
  await page.getByRole('row', { name: /order_placed/ }).waitFor()
  await follow('Properties')
  await page.getByRole('searchbox', { name: 'Search properties' }).fill('amount')
  await page.getByRole('row', { name: /amount Number/ }).waitFor()
})

test('a dashboard is made of what arrived', async () => {
  await follow('Get started')
  await page.getByRole('button', { name: 'Build my dashboard' }).click()
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  for (const name of ['What happens most', 'From page view to order_placed', 'Browsers']) {
    await page.getByRole('link', { name, exact: true }).waitFor()
  }
  await page.locator('figure canvas').nth(1).waitFor()
  await page.getByText('Of the first step').first().waitFor()
  await picture(page, 'starter-dashboard')
})

test('a personal API key is made as the docs say, shown once, works, and is deleted', async () => {
  await page.getByRole('button', { name: /Ada Lovelace.*account menu/ }).click()
  await page.getByRole('menuitem', { name: 'Account settings' }).click()
  await page.getByRole('heading', { name: 'Personal API Keys', exact: true }).waitFor()
  await page.getByRole('button', { name: '+ Create a Personal API Key' }).click()
  await page.getByRole('textbox', { name: 'Label' }).fill('nightly export')
  await page.getByRole('button', { name: 'Create Key' }).click()
  const value = (await page.getByTestId('key-value').textContent()) ?? ''
  expect(value).toMatch(/^phx_/)
  await page.getByText("You'll never see it again").waitFor()
  await picture(page, 'key-created')
  const me = await fetch(`${server.url}/api/users/@me/`, { headers: { authorization: `Bearer ${value}` } })
  expect(((await me.json()) as { email: string }).email).toBe('ada@example.com')

  await page.reload()
  const row = page.getByRole('row', { name: /nightly export/ })
  await row.waitFor()
  expect(await page.content()).not.toContain(value)
  await row.getByRole('button', { name: 'Delete nightly export' }).click()
  await page.getByRole('button', { name: 'Delete key' }).click()
  await page.getByText('No personal API keys.').waitFor()
  const after = await fetch(`${server.url}/api/users/@me/`, { headers: { authorization: `Bearer ${value}` } })
  expect(after.status).toBe(401)
})

test('out, and in again to the page that was asked for', async () => {
  await page.getByRole('button', { name: /Ada Lovelace.*account menu/ }).click()
  await page.getByRole('menuitem', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.goto(`${server.url}/persons`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('E-mail or password is wrong.').waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill('analytical engine 1843')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'People' }).waitFor()
  await page.getByRole('link', { name: visitor }).waitFor()
})

test('nothing was refused by the content security policy or fell over on the way', () => {
  const expected = /status of 40[01]/ // asking who is signed in while nobody is; the wrong password
  expect(errors.filter((error) => !expected.test(error))).toEqual([])
})

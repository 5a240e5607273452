import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql, type Json } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { signIn } from './sign-in.ts'

/** From the dialog to a winner: the flag gives people variants, they do things, the page says what that comes to. */
let server: RunningServer
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const batch = ['view', 'buy'].map((event) => ({ event, distinct_id: 'before' }))
  await capture(server.url, '/batch/', { batch })
  await eventually(
    async () => Number((await hogql(server.url, 'select count() from events'))[0]?.[0]) === 2,
    'the events are stored',
  )
})

afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const flagFor = async (key: string, who: string): Promise<Json> => {
  const response = await fetch(`${server.url}/flags/?v=2`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: init.projectApiKey, distinct_id: who }),
  })
  return ((await response.json()) as Json).flags[key]
}
const variantOf = async (key: string, who: string): Promise<unknown> => (await flagFor(key, who))?.variant

const results = async (key: string): Promise<Json> => {
  const { results: all } = await api(server.url, 'GET', '/api/projects/@current/experiments/')
  const { id } = all.find((one: Json) => one.feature_flag_key === key)
  return api(server.url, 'GET', `/api/projects/@current/experiments/${id}/results/?refresh=true`)
}

/** People who are asked for their variant, view, and buy: half of those with `test`, a quarter of the others. */
async function people(key: string, count: number) {
  const had: Record<string, { seen: number; bought: number }> = {}
  const batch: object[] = []
  for (let i = 0; i < count; i++) {
    const distinct_id = `${key} ${i}`
    const variant = String(await variantOf(key, distinct_id))
    had[variant] ??= { seen: 0, bought: 0 }
    const of = had[variant]
    const properties = { [`$feature/${key}`]: variant }
    const called = { ...properties, $feature_flag: key, $feature_flag_response: variant }
    batch.push({ event: '$feature_flag_called', distinct_id, properties: called })
    batch.push({ event: 'view', distinct_id, properties })
    of.seen++
    if (of.seen % (variant === 'test' ? 2 : 4)) continue
    batch.push({ event: 'buy', distinct_id, properties })
    of.bought++
  }
  await capture(server.url, '/batch/', { batch })
  const stored = `select count() from events where distinct_id like '${key} %'`
  await eventually(
    async () => Number((await hogql(server.url, stored))[0]?.[0]) === batch.length,
    'the events are stored',
  )
  return had
}

describe.each([
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const)('$width px wide, $colorScheme', ({ width, height, colorScheme }) => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width, height }, colorScheme })
    page = await signIn(context, server)
    errors = complaints(page)
  })
  afterAll(() => context.close())

  const photo = async (name: string) => {
    await picture(page, `experiment-${name}-${width}-${colorScheme}`)
    const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
    expect(beyond).toBeLessThanOrEqual(0)
  }
  const pick = async (label: string, event: string) => {
    await page.getByRole('textbox', { name: label }).click()
    await page.keyboard.type(event)
    await page.getByRole('option', { name: event, exact: true }).click()
  }

  test('an experiment is made, launched, read, ended and deleted', async () => {
    const key = `button-${width}`
    await page.goto(`${server.url}/experiments`)
    await page.getByRole('heading', { level: 1, name: 'Experiments' }).waitFor()
    await page.getByText('No experiments yet.').waitFor()
    await photo('none')
    await page.getByRole('button', { name: 'Holdouts' }).click()
    await page.getByRole('button', { name: 'New holdout' }).click()
    await page.getByLabel('Name').fill(`Autumn ${width}`)
    await page.getByLabel('What it is for').fill('Nothing new until winter.')
    await page.getByLabel('Held out').fill('30')
    await photo('holdout')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('row', { name: `Autumn ${width} Nothing new until winter. 30 %` }).waitFor()
    await photo('holdouts')
    await page.getByRole('button', { name: `Edit “Autumn ${width}”` }).click()
    await page.getByLabel('Held out').fill('20')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /20 %/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'New experiment' }).click()
    await page.getByLabel('Name').fill(`Button ${width}`)
    await page.getByLabel('What you expect').fill('A green button makes more people buy.')
    expect(await page.getByLabel('Key of the feature flag').inputValue()).toBe(key)
    await pick('From this event', 'view')
    await pick('To this event', 'buy')
    await page.getByRole('combobox', { name: 'Holdout' }).click()
    await page.getByRole('option', { name: `Autumn ${width}, 20 % of people` }).click()
    await photo('new')
    await page.getByRole('button', { name: 'Create as a draft' }).click()
    await page.getByRole('heading', { level: 1, name: `Button ${width}` }).waitFor()
    await page.getByText('Before you launch').waitFor()
    await page
      .getByRole('definition')
      .filter({ hasText: `Autumn ${width}, 20 % of people` })
      .waitFor()
    expect(await variantOf(key, 'somebody')).toBeUndefined()
    await photo('draft')
    await page.getByRole('link', { name: key, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: key }).waitFor()
    await page.getByRole('link', { name: 'See its results' }).click()
    await page.getByText('Before you launch').waitFor()

    await page.getByRole('button', { name: 'Launch' }).click()
    await page.getByText('No data yet.').waitFor()
    // the server tells its own evaluator
    await eventually(async () => (await variantOf(key, 'somebody')) !== undefined, 'the flag is on')
    expect((await flagFor(key, 'somebody')).metadata.has_experiment).toBe(true)
    const had = await people(key, 340)
    const heldOut = Object.keys(had).find((variant) => variant.startsWith('holdout-'))!
    const { seen: kept } = had[heldOut]!
    delete had[heldOut]
    expect(Object.keys(had).sort()).toEqual(['control', 'test'])
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText('“test” is the best with a probability of').waitFor()
    for (const [variant, { seen, bought }] of Object.entries(had)) {
      await page.getByRole('row', { name: new RegExp(`^${variant} .* ${bought} of ${seen} `) }).waitFor()
    }
    await page.getByText(`${kept} people were held out.`).waitFor()
    await page.getByRole('heading', { name: 'How many got through, by variant' }).waitFor()
    await photo('results')
    await page.getByRole('heading', { name: 'How many got through, by variant' }).scrollIntoViewIfNeeded()
    await photo('results-drawn')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit experiment' })
    expect(await dialog.getByRole('textbox', { name: 'From this event' }).inputValue()).toBe('view')
    await dialog.getByLabel('Name').fill(`Green button ${width}`)
    await photo('edit')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { level: 1, name: `Green button ${width}` }).waitFor()
    await page.goto(`${server.url}/experiments?state=draft`)
    await page.getByText('No experiments match.').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('searchbox', { name: 'Search experiments' }).fill('green')
    await expect.poll(() => page.url()).toContain('search=green')
    await page.getByRole('link', { name: `Green button ${width}` }).click()
    await page.getByText('“test” is the best with a probability of').waitFor()
    const answer = await results(key)
    expect(answer).toMatchObject({ significant: true, sample_ratio: { mismatch: false } })
    expect(answer.variants).toEqual(
      ['control', 'test'].map((variant) => {
        const { seen, bought } = had[variant]!
        return { key: variant, success_count: bought, failure_count: seen - bought }
      }),
    )

    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByRole('button', { name: 'End it' }).click()
    await page.getByText('Ended', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.getByText('No experiments yet.').waitFor()
    await page.getByRole('button', { name: 'Holdouts' }).click()
    await page.getByRole('button', { name: `Delete “Autumn ${width}”` }).click()
    await page.getByRole('button', { name: 'Delete it' }).click()
    await page.getByText('No holdouts yet.').waitFor()
    await eventually(async () => (await variantOf(key, 'somebody')) === undefined, 'the flag is gone')
    // the API says that there are no results by an error, which browsers write down
    expect(errors.filter((text) => !text.includes('/results/'))).toEqual([])
  })
})

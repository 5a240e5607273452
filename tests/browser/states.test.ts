import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { launchChromium, picture } from './chromium.ts'
import { openSignedIn } from './sign-in.ts'

/** Every page where there is nothing yet, and where the server fails: each says so, keeps its shape, and keeps nobody out. */
let server: RunningServer
let browser: Browser
let project: string

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const { id } = await api(server.url, 'GET', '/api/projects/@current/')
  project = `${server.url}/project/${id}`
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const nowhere = '018f3f3e-0000-7000-8000-000000000000'

/** Pages that ask the server for what they show. */
const asking = [
  'home',
  'dashboard',
  'insights',
  'insights/new?kind=STICKINESS',
  'insights/new?kind=LIFECYCLE',
  'activity',
  'persons',
  'groups',
  'cohorts',
  'data-management/events',
  'data-management/properties',
  'data-management/actions',
  'data-management/actions/new',
  'data-management/annotations',
  'data-management/ingestion-warnings',
  'data-management/history',
  'feature_flags',
  'experiments',
  'surveys',
  'early_access_features',
  'dashboard/999',
  'insights/nothere1',
  'persons/nobody',
  `persons/${nowhere}`,
  'groups/0/x',
  'cohorts/999',
  'data-management/actions/999',
  `events/${nowhere}`,
  'feature_flags/999',
  'experiments/999',
  `surveys/${nowhere}`,
  `early_access_features/${nowhere}`,
]
/** Pages that ask only when somebody does something. */
const forms = [
  'onboarding',
  'insights/new',
  'insights/new?kind=FUNNELS',
  'insights/new?kind=RETENTION',
  'insights/new?kind=PATHS',
  'sql',
  'cohorts/new',
  'feature_flags/new',
  'surveys/new',
  'where-is-my-event',
  'settings',
]

/** What the page is missing that any page has. `errors` are those that it has complained of; refused answers are no fault of its. */
async function faults(page: Page, errors: string[]): Promise<string[]> {
  const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
  return [
    ...(Number(beyond) > 0 ? [`${beyond} px wider than the window`] : []),
    ...errors.filter((error) => !/the server responded with a status of/.test(error)),
    ...(await barriers(page)),
  ]
}

const named = (path: string) => path.replaceAll(/\W+/g, '-')

describe('a project in which nothing is', () => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    ;({ context, page, errors } = await openSignedIn(browser, server, { width: 1440, height: 900 }))
  })
  afterAll(() => context?.close())

  test.each([...asking, ...forms])('%s', async (path) => {
    errors.length = 0
    await page.goto(`${project}/${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await faults(page, errors)).toEqual([])
    await picture(page, `states-empty-${named(path)}`)
  })
})

describe('a server that fails', () => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  beforeAll(async () => {
    ;({ context, page, errors } = await openSignedIn(browser, server, { width: 390, height: 844 }))
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.route(/\/api\/(projects|organizations)\//, (route) =>
      // who one is and where is known; everything else is out of order
      /\/api\/projects\/\d+\/$/.test(route.request().url())
        ? route.continue()
        : route.fulfill({
            status: 500,
            json: {
              type: 'server_error',
              code: 'error',
              detail: 'A server error occurred.',
              attr: null,
            },
          }),
    )
  })
  afterAll(() => context?.close())

  test.each(asking)('%s', async (path) => {
    errors.length = 0
    await page.goto(`${project}/${path}`)
    await page.getByText('A server error occurred.').first().waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await faults(page, errors)).toEqual([])
    await picture(page, `states-failing-${named(path)}`)
  })

  test.each(forms)('%s', async (path) => {
    errors.length = 0
    await page.goto(`${project}/${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await faults(page, errors)).toEqual([])
    await picture(page, `states-failing-${named(path)}`)
  })
})

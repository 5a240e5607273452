import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, capture, eventually, hogql } from '../support/api.ts'
import { init, type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, picture, screenshots } from './chromium.ts'
import { shiftsOf, watchShifts } from './shifts.ts'
import { openSignedIn } from './sign-in.ts'

/**
 * What holds on every page: nothing moves by itself, the keyboard is enough, what others wrote stays text, and little is
 * loaded. What was measured stands in `quality.json` beside the screenshots; bounds of time are far above it.
 */
const web = resolve(fileURLToPath(import.meta.url), '../../../web/dist')
const hostile = '<img src=x onerror="window.ran=1">'
const address = 'javascript:window.ran=1'
const sets = { name: hostile, email: `${hostile}@example.com`, [`person ${hostile}`]: hostile, site: address }
const figures: Record<string, unknown> = {}
let server: RunningServer
let browser: Browser
let board: number
let cohort: number
let survey: string

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  const day = 86_400_000
  const events = Array.from({ length: 60 }, (_, at) => ({
    event: at % 3 ? '$pageview' : 'signed up',
    distinct_id: `u${at % 9}`,
    timestamp: new Date(Date.now() - (at / 6) * day).toISOString(),
    properties: { $current_url: `https://example.com/${at % 4}`, $browser: at % 2 ? 'Firefox' : 'Chrome' },
  }))
  const group = {
    event: '$groupidentify',
    distinct_id: 'mallory',
    properties: {
      $group_type: 'company',
      $group_key: hostile,
      $group_set: { name: hostile, [hostile]: address },
    },
  }
  const nasty = {
    event: `event ${hostile}`,
    distinct_id: 'mallory',
    properties: {
      [`property ${hostile}`]: hostile,
      $current_url: address,
      $referrer: address,
      $screen_name: hostile,
      $lib: hostile,
      $browser: hostile,
      $groups: { company: hostile },
      $set: sets,
    },
  }
  await capture(server.url, '/batch/', { batch: [...events, group, nasty] })
  await eventually(async () => {
    const [row] = await hogql(server.url, 'select count() from events')
    return Number(row?.[0]) === events.length + 2
  }, 'the events are stored')
  const make = (what: string, body: object) =>
    api(server.url, 'POST', `/api/projects/@current/${what}/`, body)
  board = (await make('dashboards/create_from_events', {})).id
  await make('feature_flags', { key: 'new-nav', name: hostile, tags: [hostile] })
  cohort = (
    await make('cohorts', {
      name: `Cohort ${hostile}`,
      description: hostile,
      filters: {
        properties: {
          type: 'AND',
          values: [{ type: 'person', key: 'name', operator: 'exact', value: hostile }],
        },
      },
    })
  ).id
  survey = (
    await make('surveys', {
      name: `Survey ${hostile}`,
      type: 'popover',
      questions: [{ type: 'open', question: 'How is it?' }],
    })
  ).id
})

afterAll(async () => {
  mkdirSync(screenshots, { recursive: true })
  writeFileSync(join(screenshots, 'quality.json'), JSON.stringify(figures, null, 2))
  await browser?.close()
  await server?.stop()
})

const trend = encodeURIComponent(
  JSON.stringify({
    kind: 'TrendsQuery',
    series: [{ kind: 'EventsNode', event: '$pageview', math: 'total' }],
    breakdownFilter: { breakdown: '$browser', breakdown_type: 'event' },
    interval: 'day',
    dateRange: { date_from: '-14d' },
  }),
)

describe.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])('nothing moves by itself at $width px', (viewport) => {
  const moved: Record<string, number> = {}
  let context: BrowserContext
  let page: Page
  beforeAll(async () => {
    ;({ context, page } = await openSignedIn(browser, server, viewport))
    await page.addInitScript(watchShifts)
    figures[`layout shift at ${viewport.width}`] = moved
  })
  afterAll(() => context.close())

  test.each([
    ['home', '/home', () => page.locator('figure canvas').nth(1)],
    ['insights', '/insights', () => page.getByRole('row').nth(3)],
    ['dashboard', () => `/dashboard/${board}`, () => page.locator('figure canvas').nth(1)],
    ['trend', `/insights/new?q=${trend}`, () => page.locator('figure canvas')],
    ['people', '/persons', () => page.getByRole('row').nth(3)],
    ['flags', '/feature_flags', () => page.getByRole('link', { name: 'new-nav' })],
    ['get started', '/onboarding', () => page.getByText('First event received')],
    ['settings', '/settings', () => page.getByText('limit how often scripts may ask')],
  ] as const)('%s', async (name, path, shown) => {
    await page.goto(server.url + (typeof path === 'string' ? path : path()))
    await shown().waitFor()
    await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => {}) // some pages ask again and again
    const shifts = await shiftsOf(page)
    moved[name] = Number(shifts.reduce((sum, { value }) => sum + value, 0).toFixed(4))
    expect(moved[name], JSON.stringify(shifts)).toBeLessThan(0.1)
  })

  test('the first event arrives, and the page stays where it is', async () => {
    const { id: own } = await api(server.url, 'GET', '/api/projects/@current/')
    const { id, api_token: token } = await api(server.url, 'POST', '/api/projects/', {
      name: `First at ${viewport.width}`,
    })
    await page.goto(`${server.url}/project/${id}/onboarding?sdk=ios`)
    await page.getByRole('heading', { level: 1, name: 'Send your first event' }).waitFor()
    await page.getByText('Waiting for the first event…').waitFor()
    const code = page.getByRole('region', { name: /iOS \(Swift\) code: Start it once/ })
    const text = await code.textContent()
    expect([text?.includes(token), text?.includes(server.url)]).toEqual([true, true])
    await page.getByText('Phones send nothing to').waitFor()
    await picture(page, `start-waiting-${viewport.width}`)
    await code.scrollIntoViewIfNeeded()
    const whereIsIt = async () => [
      (await code.boundingBox())?.y,
      await page.evaluate('document.body.scrollHeight'),
    ]
    await page.waitForTimeout(600)
    const before = await whereIsIt()
    const seen = (await shiftsOf(page)).length
    await fetch(`${server.url}/i/v0/e/`, {
      method: 'POST',
      body: JSON.stringify({
        api_key: token,
        event: 'app opened',
        distinct_id: '0190f8a2-5c1e-7c5b-9a53-0f6d7c1a2b3c',
      }),
    })
    await page.getByRole('heading', { level: 1, name: 'Events have arrived' }).waitFor({ timeout: 15_000 })
    await page.getByRole('link', { name: 'app opened' }).waitFor()
    await page.waitForTimeout(600)
    expect((await shiftsOf(page)).slice(seen)).toEqual([])
    expect(await whereIsIt()).toEqual(before)
    expect(await page.getByText('Send your first event').count()).toBe(0)
    await picture(page, `start-arrived-${viewport.width}`)
    await page.evaluate('window.scrollTo(0, 0)')
    await picture(page, `start-arrived-top-${viewport.width}`)
    // what was visited last is what other tests mean
    await api(server.url, 'PATCH', '/api/users/@me/', { set_current_team: own })
  })
})

test('every entry of the navigation is in sight, on low screens and on telephones', async () => {
  for (const [width, height] of [
    [1440, 900],
    [1280, 720],
    [390, 844],
  ] as const) {
    const { context, page } = await openSignedIn(browser, server, { width, height })
    if (width === 390) await page.getByRole('button', { name: 'Open the navigation' }).click()
    const nav = page.getByRole('navigation', { name: 'Project' })
    await nav.getByRole('link', { name: 'Settings' }).waitFor()
    await page.waitForTimeout(400)
    const links = await nav.getByRole('link').all()
    expect(links.length).toBeGreaterThan(20)
    for (const link of links) {
      const { x, y, width: wide, height: high } = (await link.boundingBox())!
      const name = `${await link.textContent()} at ${width}`
      expect([x >= 0, y >= 0, x + wide <= width, y + high <= height], name).toEqual([true, true, true, true])
      expect(high, name).toBeGreaterThanOrEqual(width === 390 ? 44 : 24)
    }
    await picture(page, `navigation-${width}`)
    await context.close()
  }
})

/** Where the keyboard is: what has the focus, as it is called, and how it looks. */
const whereItIs = `(() => {
  const at = document.activeElement
  if (!at || at === document.body) return null
  const name = at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent || ''
  const { left, top, width, height } = at.getBoundingClientRect()
  const around = [at.firstElementChild, at, at.nextElementSibling, at.parentElement, at.parentElement?.parentElement]
  const look = () => around.filter((one) => one?.isConnected).map((one) => {
    const { outline, boxShadow, borderColor, backgroundColor, transform, textDecoration } = getComputedStyle(one)
    return [outline, boxShadow, borderColor, backgroundColor, transform, textDecoration]
  }).join()
  const before = window.focusSeen
  window.focusSeen = { look, seen: look() }
  return {
    role: at.getAttribute('role') || at.localName,
    name: name.trim(),
    isInside: left + width > 0 && top + height > 0 && left < innerWidth && top < innerHeight,
    // the look of the one before, which has lost the focus, against how it looked while it had it
    wasSeen: !before || before.look() !== before.seen,
  }
})()`
type Where = { role: string; name: string; isInside: boolean; wasSeen: boolean }

test('from signing in to a saved trend, the keyboard is enough, and always shows where it is', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  let last: Where | null = null
  const press = async (key: string) => {
    await page.keyboard.press(key)
    await page.waitForTimeout(160) // borders fade
    const at = (await page.evaluate(whereItIs)) as Where | null
    expect(at?.wasSeen ?? true, `the focus shows at ${last?.role} "${last?.name}"`).toBe(true)
    expect(at?.isInside ?? true, `${at?.role} "${at?.name}" is on the screen`).toBe(true)
    last = at
    return at
  }
  const go = async (name: string | RegExp, key = 'Tab') => {
    const passed: string[] = []
    for (let step = 0; step < 70; step++) {
      const at = await press(key)
      if (at && (typeof name === 'string' ? at.name === name : name.test(at.name))) return
      passed.push(at?.name ?? '(nothing)')
    }
    throw new Error(`"${name}" is not reached; passed: ${passed.join(' · ')}`)
  }

  await page.goto(`${server.url}/login`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.keyboard.type(init.email) // the first field has the focus
  await press('Tab')
  await page.keyboard.type(init.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: /Hello/ }).waitFor()

  await go('New insight', 'Shift+Tab')
  await picture(page, 'keyboard-nav')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Trends' }).waitFor()
  // over the navigation and the bar at the top
  await go('Skip to content', 'Shift+Tab')
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.id')).toBe('content')
  await go('Add a series: event')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.type('signed')
  await page.getByRole('option', { name: 'signed up', exact: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('figure canvas').waitFor()
  expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe('Event of series A')
  await page.evaluate('window.focusSeen = undefined')

  await go('Series')
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: '$pageview', exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  expect(await page.getByLabel('Event of series B').count()).toBe(0)
  await page.evaluate('window.focusSeen = undefined')

  await go('Save', 'Shift+Tab')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Save this insight' })
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Save')
  await page.keyboard.press('Enter')
  await dialog.waitFor()
  await page.keyboard.type('Sign-ups by keyboard')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Sign-ups by keyboard' }).waitFor()
  await picture(page, 'keyboard-saved')

  // and found again by its name
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search' }).fill('by keyboard')
  await page.getByRole('option', { name: 'Sign-ups by keyboard' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Sign-ups by keyboard' }).waitFor()
  await context.close()
})

test('what was written by others stays text', async () => {
  const { context, page, errors } = await openSignedIn(browser, server, { width: 1440, height: 900 })
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('dialog', (dialog) => void dialog.dismiss().then(() => errors.push('a dialog opened')))
  const text = (part: string) => page.locator('#content').getByText(part).first().waitFor()
  const looks: [path: string, look: () => Promise<unknown>][] = [
    ['/home', () => text(`event ${hostile}`)],
    [
      '/activity',
      async () => {
        await page
          .getByRole('row', { name: /^event <img/ })
          .getByRole('button')
          .first()
          .click()
        await text(`property ${hostile}`)
      },
    ],
    ['/persons', () => text(`${hostile}@example.com`)],
    [
      '/person/mallory',
      async () => {
        await page.getByRole('tab', { name: /Properties/ }).click()
        await text(`person ${hostile}`)
        await text(address)
      },
    ],
    ['/groups', () => text(hostile)],
    [
      `/groups/0/${encodeURIComponent(hostile)}`,
      async () => {
        await page.getByRole('tab', { name: /Properties/ }).click()
        await text(address)
      },
    ],
    ['/data-management/events', () => text(`event ${hostile}`)],
    ['/data-management/properties', () => text(`property ${hostile}`)],
    ['/feature_flags', () => text(hostile)],
    [`/cohorts/${cohort}`, () => text(hostile)],
    [`/surveys/${survey}`, () => text(hostile)],
    [`/surveys/${survey}/edit`, () => page.getByRole('heading', { level: 1 }).waitFor()],
  ]
  for (const [path, look] of looks) {
    await page.goto(server.url + path)
    await look()
    const found = (await page.evaluate(`({
      ran: window.ran,
      images: document.querySelectorAll('img[src="x"]').length,
      links: [...document.querySelectorAll('[href], [src]')]
        .filter((one) => /^\\s*javascript:/i.test(one.getAttribute('href') ?? one.getAttribute('src'))).length,
    })`)) as object
    expect(found, path).toEqual({ images: 0, links: 0 })
  }
  expect(asked.filter((url) => url.endsWith('/x'))).toEqual([])
  expect(errors).toEqual([])
  await context.close()
})

test('who may not change something is told so, and has no button that only refuses', async () => {
  const admin = (method: string, path: string, body: object) => api(server.url, method, path, body)
  const kept = await admin('POST', '/api/projects/@current/dashboards/', {
    name: 'Kept',
    restriction_level: 37,
  })
  const insight = await admin('POST', '/api/projects/@current/insights/', {
    name: 'Kept too',
    query: { kind: 'TrendsQuery', series: [{ kind: 'EventsNode', event: '$pageview' }] },
    saved: true,
    dashboards: [kept.id],
  })
  await admin('POST', '/api/organizations/@current/resource_access/', {
    resource: 'feature flags',
    access_level: 21,
  })
  const flag = await admin('POST', '/api/projects/@current/feature_flags/', { key: 'kept' })
  const { id: own } = await api(server.url, 'GET', '/api/projects/@current/')
  const other = await admin('POST', '/api/projects/', { name: 'Not for everybody' })
  await admin('PATCH', `/api/projects/${other.id}/`, { access_control: true })
  await admin('PATCH', '/api/users/@me/', { set_current_team: own })
  const invite = await admin('POST', '/api/organizations/@current/invites/', {
    target_email: 'nora@example.org',
  })

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(`${server.url}/signup/${invite.id}`)
  await page.getByLabel('Name').fill('Nora')
  await page.getByRole('textbox', { name: 'Password' }).fill('a hedge of hawthorn')
  await page.getByRole('button', { name: /^Join / }).click()
  await page.getByRole('button', { name: /Nora.*account menu/ }).waitFor()
  const errors = complaints(page)
  const words: [path: string, says: string, without: string | null][] = [
    [`/dashboard/${kept.id}`, 'You can view this dashboard, not change it.', 'Share'],
    [`/insights/${insight.short_id}`, 'You can view this insight, not change it.', 'Share'],
    [`/feature_flags/${flag.id}`, 'You can view this flag, not change it.', 'Edit'],
    [`/feature_flags/${flag.id}/edit`, 'You can view this flag, not change it.', 'Save'],
    ['/settings', 'Admins of the organization can give it a new one.', 'Reset…'],
    ['/settings', 'Admins of the organization can delete it.', null],
    ['/cohorts', 'New cohort', null],
    ['/surveys', 'New survey', null],
  ]
  await page.goto(`${server.url}/project/${own}/insights`)
  const row = page.getByRole('row', { name: /Kept too/ })
  for (const name of ['Delete Kept too', 'Favourite: Kept too']) {
    const button = row.getByRole('button', { name })
    expect(await button.getAttribute('aria-disabled'), name).toBe('true')
    await button.click({ force: true })
    await page.getByRole('tooltip', { name: 'You can view it, not change it.' }).first().waitFor()
  }
  await picture(page, 'member-insights')
  await page.goto(`${server.url}/project/${own}/feature_flags`)
  await page.getByRole('button', { name: 'More about kept' }).click()
  await page.getByRole('menuitem', { name: /^Delete.*not change it/ }).click({ force: true })
  await picture(page, 'member-flag-menu')
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.getByRole('row', { name: /kept/ }).waitFor()
  await page.keyboard.press('Escape')
  for (const [path, says, without] of words) {
    await page.goto(`${server.url}/project/${own}${path}`)
    await page.getByText(says).first().waitFor()
    if (without) expect(await page.getByRole('button', { name: without, exact: true }).count(), path).toBe(0)
    expect(await page.getByText("Couldn't load").count(), path).toBe(0)
    await picture(page, `member${path.replaceAll(/\W+/g, '-')}`)
  }
  expect(errors).toEqual([])
  await page.goto(`${server.url}/project/${other.id}/dashboard`)
  await page
    .getByRole('heading', { level: 1, name: /You can't see this project|Project not found/ })
    .waitFor()
  await page.getByText(/can help\.$/).waitFor()
  await picture(page, 'member-no-project')
  await context.close()
})

test('an SVG is not taken for a picture, and a picture with a page behind it is served as a picture', async () => {
  const upload = async (name: string, content: Buffer) => {
    const form = new FormData()
    form.append('image', new Blob([new Uint8Array(content)], { type: 'image/png' }), name)
    const answer = await fetch(`${server.url}/api/projects/@current/uploaded_media/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${init.personalApiKey}` },
      body: form,
    })
    return { status: answer.status, body: (await answer.json()) as { image_location: string } }
  }
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" onload="window.ran=1"><script>window.ran=1</script></svg>'
  expect((await upload('x.png', Buffer.from(svg))).status).toBe(415)
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const both = await upload('x.png', Buffer.concat([png, Buffer.from(`<html>${svg}</html>`)]))
  expect(both.status).toBe(201)
  const { context, page } = await openSignedIn(browser, server, { width: 1440, height: 900 })
  const response = await page.goto(new URL(both.body.image_location, server.url).href)
  expect(response?.headers()['content-type']).toBe('image/png')
  expect(response?.headers()['x-content-type-options']).toBe('nosniff')
  expect(await page.evaluate('[window.ran, document.scripts.length]')).toEqual([undefined, 0])
  await context.close()
})

test('a page whose data is there already is shown at once', async () => {
  const { context, page } = await openSignedIn(browser, server, { width: 1440, height: 900 })
  const nav = page.getByRole('navigation', { name: 'Project' })
  const places = ['Insights', 'People', 'Feature flags', 'Dashboards', 'Home']
  for (const label of places) {
    await nav.getByRole('link', { name: label, exact: true }).click()
    await page.getByRole('row').nth(1).waitFor()
  }
  /** Milliseconds from the click until the next page's heading and rows have been painted. */
  const change = (label: string, heading: string) =>
    page.evaluate<number>(`new Promise((done) => {
      const links = [...document.querySelectorAll('nav[aria-label="Project"] a')]
      const from = performance.now()
      const look = () => {
        const isThere =
          document.querySelector('h1')?.textContent.startsWith('${heading}') &&
          document.querySelector('#content tbody tr')
        if (isThere) done(performance.now() - from)
        else requestAnimationFrame(look)
      }
      links.find((one) => one.textContent === '${label}').click()
      requestAnimationFrame(look)
    })`)
  const took: number[] = []
  for (let round = 0; round < 2; round++) {
    for (const label of places) took.push(await change(label, label === 'Home' ? 'Hello' : label))
  }
  took.sort((a, b) => a - b)
  const median = (took[4]! + took[5]!) / 2
  figures['route change, ms'] = { median: Math.round(median), all: took.map(Math.round) }
  expect(median).toBeLessThan(500)
  await context.close()
})

test('what every page loads is less than 300 kB', () => {
  const page = readFileSync(join(web, 'index.html'), 'utf8')
  const files = [...page.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path]) =>
    join(web, path!),
  )
  expect(files.length).toBeGreaterThan(2)
  const sizes = [join(web, 'index.html'), ...files].map((file) => gzipSync(readFileSync(file)).length)
  const sum = sizes.reduce((a, b) => a + b)
  figures['frame, bytes gzipped'] = { sum, files: sizes.length }
  expect(sum).toBeLessThan(300_000)
})

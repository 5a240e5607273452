import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, eventually } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { barriers } from './axe.ts'
import { complaints, launchChromium, picture } from './chromium.ts'
import { signIn } from './sign-in.ts'

/** The demo project: by its command beside a running server, by its button, and what its pages show. */
const cli = fileURLToPath(new URL('../../server/dist/cli.js', import.meta.url))
/** More for people who look at the pictures: `DEMO_PEOPLE=20000`. */
const people = process.env.DEMO_PEOPLE ?? '400'
let server: RunningServer
let browser: Browser

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

/** Runs `hedgerow demo` to its end. */
async function demo(...words: string[]) {
  const child = spawn(process.execPath, [cli, 'demo', ...words], {
    env: { PATH: process.env.PATH, DATA_DIR: server.dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (part) => (out += part))
  child.stderr.on('data', (part) => (out += part))
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, code, out: () => out }
}
const ended = async (...words: string[]) => {
  const { code, out } = await demo(...words)
  return { code: await code, out: out() }
}

let project: number

test('the command makes one, with a bar, and says where it is; a second run says that it is there', {
  timeout: 600_000,
}, async () => {
  const { code, out } = await ended('--people', people)
  if (process.env.DEMO_PEOPLE) console.log(out)
  expect(out).toContain(`${Number(people).toLocaleString('en')} people`)
  expect(out).toMatch(/\d+ %.*events/)
  expect(out).toMatch(/Done: [\d,]+ events in \d+ s[.] http/)
  expect(code).toBe(0)
  project = Number(/project[/](\d+)/.exec(out)?.[1])
  const again = await ended()
  expect([again.code, again.out]).toEqual([0, expect.stringContaining('There is a demo project already')])
  const wrong = await ended('--people', 'many')
  expect([wrong.code, wrong.out]).toEqual([2, expect.stringContaining('--people')])
})

test('Ctrl-C stops the command, and nothing is left', { timeout: 120_000 }, async () => {
  const { child, code, out } = await demo('--people', '20000', '--another', '--name', 'Never done')
  await eventually(async () => out().includes(' 0 %'), 'it has begun')
  child.kill('SIGINT')
  expect([await code, out()]).toEqual([130, expect.stringContaining('Nothing is left of it.')])
  const { results } = await api(server.url, 'GET', '/api/projects/')
  expect(results.map(({ name }: { name: string }) => name)).not.toContain('Never done')
})

for (const { where, width, height, theme } of [
  { where: 'at a desk', width: 1440, height: 900, theme: 'light' },
  { where: 'at a desk, dark', width: 1440, height: 900, theme: 'dark' },
  { where: 'on a phone', width: 390, height: 844, theme: 'light' },
] as const) {
  describe(where, () => {
    let context: BrowserContext
    let page: Page
    let errors: string[]
    beforeAll(async () => {
      context = await browser.newContext({ viewport: { width, height }, colorScheme: theme })
      page = await signIn(context, server)
      errors = complaints(page)
    })
    afterAll(() => context?.close())

    const shot = (name: string) => picture(page, `demo-${name}-${width}-${theme}`)
    async function open(path: string, heading: RegExp) {
      await page.goto(`${server.url}/project/${project}${path}`)
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      await page.waitForLoadState('networkidle')
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
      expect(await barriers(page)).toEqual([])
    }

    test('its dashboards are full of charts', { timeout: 120_000 }, async () => {
      const { results } = await api(server.url, 'GET', `/api/projects/${project}/dashboards/`)
      for (const name of ['Growth', 'Product']) {
        const { id } = results.find((one: { name: string }) => one.name === name)
        await open(`/dashboard/${id}`, new RegExp(name))
        await shot(name)
        const scroller = page.locator('main')
        for (let screen = 1; screen < 4; screen++) {
          await scroller.hover()
          await page.mouse.wheel(0, height - 120)
          await page.waitForLoadState('networkidle')
          await page.waitForTimeout(300)
          await shot(`${name}-${screen}`)
        }
      }
    })

    test('its people, flags and experiment are there', { timeout: 120_000 }, async () => {
      await open('/persons', /People/)
      await shot('people')
      await open('/feature_flags', /Feature flags/)
      await page.getByRole('link', { name: 'new-editor' }).waitFor()
      await shot('flags')
      const { results } = await api(server.url, 'GET', `/api/projects/${project}/experiments/`)
      await open(`/experiments/${results[0].id}`, /Onboarding checklist/)
      await page.getByText('control').first().waitFor()
      await shot('experiment')
      await open('/data-management/events', /Events/)
      await shot('events')
      await open('/home', /Hello/)
      await shot('home')
      expect(errors).toEqual([])
    })
  })
}

test('the button makes another, shows how far it is, and can be stopped', { timeout: 120_000 }, async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await signIn(context, server)
  await page.goto(`${server.url}/organization/settings#demo`)
  const section = page.getByRole('region', { name: 'Demo project' })
  await section.getByRole('link', { name: 'Open the demo project' }).waitFor()
  await picture(page, 'demo-there')
  await section.getByRole('button', { name: 'Make another' }).click()
  await section.getByText(/events, [1-9]\d* %/).waitFor({ timeout: 60_000 })
  await section.getByRole('progressbar').waitFor()
  expect(await barriers(page)).toEqual([])
  await picture(page, 'demo-under-way')
  await section.getByRole('button', { name: 'Stop' }).click()
  await section.getByRole('button', { name: 'Make another' }).waitFor({ timeout: 60_000 })
  await context.close()
})

test('a project without events offers one', async () => {
  const { id } = await api(server.url, 'POST', '/api/projects/', { name: 'Empty' })
  for (const [width, theme] of [
    [1440, 'light'],
    [390, 'dark'],
  ] as const) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme })
    const page = await signIn(context, server)
    for (const [path, heading] of [
      ['home', /Hello/],
      ['onboarding', /Send your first event/],
    ] as const) {
      await page.goto(`${server.url}/project/${id}/${path}`)
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      await page.getByRole('button', { name: /Make a(nother| demo project)/ }).waitFor()
      expect(await barriers(page)).toEqual([])
      await picture(page, `demo-offer-${path}-${width}-${theme}`)
    }
    await context.close()
  }
})

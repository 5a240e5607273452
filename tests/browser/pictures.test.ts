import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { complaints, launchChromium, screenshots } from './chromium.ts'
import { fillShop, questions, trend } from './shop.ts'
import { signIn } from './sign-in.ts'

/** Whatever is on the screen is saved as a picture, as it is: nothing that is switched off, and nothing to click on. */
let server: RunningServer
let browser: Browser
const patient = { timeout: 20_000 }
/** The first two colours of the palette, and the colour of a Sankey's steps. */
const colours = {
  light: ['#4f73ff', '#c07e08', '#1f6b4f'],
  dark: ['#b7cbfe', '#fec57e', '#5cc39a'],
}

beforeAll(async () => {
  server = await startServer()
  browser = await launchChromium()
  await fillShop(server.url)
})
afterAll(async () => {
  await browser?.close()
  await server?.stop()
})

const at = (question: unknown, hidden?: string[]) =>
  `${server.url}/insights/new?q=${encodeURIComponent(JSON.stringify(question))}${
    hidden ? `&hidden=${encodeURIComponent(JSON.stringify(hidden))}` : ''
  }`

type Drawn = {
  width: number
  height: number
  /** How many of its pixels have each colour. */
  colours: Record<string, number>
}

/** What a picture that was saved has on it; kept where people look at pictures. */
async function saved(page: Page, name: string, press: () => Promise<void>): Promise<Drawn> {
  const [download] = await Promise.all([page.waitForEvent('download', patient), press()])
  expect(download.suggestedFilename()).toMatch(/[.]png$/)
  const path = await download.path()
  await copyFile(path, join(screenshots, `saved-png-${name}.png`))
  const data = (await readFile(path)).toString('base64')
  return page.evaluate<Drawn>(`(async () => {
    const image = new Image()
    image.src = 'data:image/png;base64,${data}'
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    const sheet = canvas.getContext('2d')
    sheet.drawImage(image, 0, 0)
    const { data } = sheet.getImageData(0, 0, image.width, image.height)
    const colours = {}
    for (let at = 0; at < data.length; at += 4) {
      const colour = '#' + [data[at], data[at + 1], data[at + 2]].map((part) => part.toString(16).padStart(2, '0')).join('')
      colours[colour] = (colours[colour] ?? 0) + 1
    }
    const most = Object.entries(colours).sort((a, b) => b[1] - a[1]).slice(0, 400)
    return { width: image.width, height: image.height, colours: Object.fromEntries(most) }
  })()`)
}
const press = (page: Page) => () => page.getByRole('button', { name: 'Save as PNG' }).click()
const amount = ({ colours: of }: Drawn, colour: string) => of[colour] ?? 0

describe.each([
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
] as const)('$width px wide, $colorScheme', ({ width, height, colorScheme }) => {
  let context: BrowserContext
  let page: Page
  let errors: string[]
  const [first, second, node] = colours[colorScheme] as [string, string, string]
  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width, height }, colorScheme })
    page = await signIn(context, server)
    errors = complaints(page)
  })
  afterAll(() => context.close())

  /** What of the display is coloured: a table of numbers has only ink. */
  const marks: Record<string, string | undefined> = {
    paths: node,
    'trend-BoldNumber': undefined,
    'trend-WorldMap': undefined,
  }
  test.each(Object.keys(questions))('%s', async (name) => {
    await page.goto(at(questions[name]))
    await page.getByText('As of').waitFor(patient)
    await page.waitForLoadState('networkidle')
    await page.waitForTimeout(200)
    const drawn = await saved(page, `${name}-${width}-${colorScheme}`, press(page))
    // twice as sharp as the screen, with something on it
    expect(drawn.width).toBeGreaterThanOrEqual(2 * Math.min(width - 40, 360))
    expect(drawn.height).toBeGreaterThan(300)
    expect(Object.keys(drawn.colours).length).toBeGreaterThan(8)
    const mark = name in marks ? marks[name] : first
    if (mark) expect(amount(drawn, mark)).toBeGreaterThan(100)
    expect(errors).toEqual([])
  })

  test.each([
    ['trend-ActionsLineGraph', questions['trend-ActionsLineGraph']],
    ['funnel-trend', { ...questions['funnel-trend'], breakdownFilter: trend('').breakdownFilter }],
    ['stickiness', questions.stickiness],
    ['retention', { ...questions.retention, breakdownFilter: trend('').breakdownFilter }],
    ['lifecycle', questions.lifecycle],
  ])('what is switched off is not on the picture of %s, and not after a reload', async (name, question) => {
    await page.goto(at(question))
    await page.locator('figure canvas').first().waitFor(patient)
    await page.waitForLoadState('networkidle')
    const whole = await saved(page, `${name}-whole-${width}-${colorScheme}`, press(page))
    expect(amount(whole, second)).toBeGreaterThan(20)
    const off =
      name === 'lifecycle'
        ? page.getByRole('checkbox', { name: 'resurrecting' })
        : name === 'trend-ActionsLineGraph'
          ? page.getByRole('checkbox', { name: /^Show / }).nth(1)
          : page.locator('ul button[aria-pressed=true]').nth(1)
    await off.click()
    await expect.poll(() => page.url()).toMatch(/hidden|toggledLifecycles/)
    await page.waitForLoadState('networkidle')
    const less = await saved(page, `${name}-less-${width}-${colorScheme}`, press(page))
    expect(amount(less, second)).toBe(0)
    await page.reload()
    await page.locator('figure canvas').first().waitFor(patient)
    await page.waitForLoadState('networkidle')
    expect(amount(await saved(page, `${name}-again-${width}-${colorScheme}`, press(page)), second)).toBe(0)
    expect(errors).toEqual([])
  })

  test('tiles of a dashboard are saved too', async () => {
    const board = await api(server.url, 'POST', '/api/projects/@current/dashboards/', { name: 'Pictured' })
    const shown = ['funnel', 'retention', 'trend-ActionsLineGraph', 'trend-ActionsPie', 'paths']
    for (const name of shown) {
      await api(server.url, 'POST', '/api/projects/@current/insights/', {
        name,
        query: questions[name],
        dashboards: [board.id],
      })
    }
    await page.goto(`${server.url}/dashboard/${board.id}`)
    await expect.poll(() => page.getByText('As of').count(), patient).toBe(shown.length)
    await page.waitForLoadState('networkidle')
    for (const name of shown) {
      await page.getByRole('button', { name: `More of ${name}`, exact: true }).click()
      const drawn = await saved(page, `tile-${name}-${width}-${colorScheme}`, () =>
        page.getByRole('menuitem', { name: 'Save as PNG' }).click(),
      )
      // of a retention there is the table alone
      if (name !== 'retention') expect(amount(drawn, marks[name] ?? first)).toBeGreaterThan(50)
    }
    expect(errors).toEqual([])
  })
})

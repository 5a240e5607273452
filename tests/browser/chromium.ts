import { existsSync, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** Where pictures for people go; git ignores it. */
export const screenshots = resolve(fileURLToPath(import.meta.url), '../screenshots')

/** Debian's Chromium (or the one that `CHROMIUM` names) without a window and without traffic of its own. */
export function launchChromium(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM, ...places].find((place) => place && existsSync(place))
  if (!executablePath) throw new Error('Chromium is needed for the browser tests: apt-get install chromium')
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // posthog-js takes a browser that says it is driven by a program for a bot, and sends nothing.
      '--disable-blink-features=AutomationControlled',
    ],
  })
}

/** The user agent of people's Chromium; `HeadlessChrome` is a bot to posthog-js. */
export const humanUserAgent =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'

/** Everything that a page complained about: errors that nobody caught, and errors on its console. */
export function complaints(page: Page): string[] {
  const found: string[] = []
  page.on('pageerror', (error) => found.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`${message.text()} (${message.location().url})`)
  })
  return found
}

/** A picture of the page for people to look at; the folder is ignored by git. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  await page.screenshot({ path: resolve(screenshots, `${name}.png`) })
}

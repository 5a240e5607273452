import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { barriers } from './axe.ts'
import { picture } from './chromium.ts'

/** A picture of the page in each theme, named after its width too; nothing is wider than the page. */
export async function photograph(
  page: Page,
  name: string,
  look: () => Promise<void> = async () => {},
): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    // colours fade from one to the other
    await page.waitForTimeout(300)
    await picture(page, `${name}-${page.viewportSize()?.width}-${colorScheme}`)
    await look()
  }
  const beyond = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
  expect(beyond).toBeLessThanOrEqual(0)
}

/** The same, and in no theme does the page keep anybody out. @param except what is not ours to mend, as a selector */
export const photographForAll = (page: Page, name: string, except?: string): Promise<void> =>
  photograph(page, name, async () => expect(await barriers(page, except)).toEqual([]))

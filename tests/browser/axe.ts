import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Violation = { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }

const MOST_HTML = 300

/**
 * What of a page keeps somebody out, by WCAG 2.2 AA: a line for each place, with the rule that it breaks.
 * @param except what is not ours to mend, as a selector
 */
export async function barriers(page: Page, except?: string): Promise<string[]> {
  // what is about to be replaced is paler on purpose
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
  // the page's own policy lets no script in, the browser's debugger may
  await page.evaluate(source)
  const violations =
    (await page.evaluate(`axe.run(${JSON.stringify({ include: [['html']], exclude: except ? [[except]] : [] })}, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    resultTypes: ['violations'],
  }).then(({ violations }) => violations)`)) as Violation[]
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => {
      const why = failureSummary.split('\n').slice(1).join(' ').trim()
      return `${id}: ${help}. ${why} ${html.slice(0, MOST_HTML)}`
    }),
  )
}

import type { Page } from 'playwright-core'

/** A script of a page that keeps what moved without anybody having done anything. */
export const watchShifts = `
  window.shifts = []
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources } of list.getEntries()) {
      const of = sources.map(({ node }) => String(node?.className || node?.textContent?.slice(0, 40)))
      if (!hadRecentInput) shifts.push({ value, of })
    }
  }).observe({ type: 'layout-shift', buffered: true })
`

/** What moved so far; where nobody has watched from the beginning, nothing. */
export const shiftsOf = (page: Page) =>
  page.evaluate('window.shifts') as Promise<{ value: number; of: string[] }[]>

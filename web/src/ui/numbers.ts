const full = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** "12,345.67": tables, tooltips. */
export const number = (value: number): string => full.format(value)
/** "12.3K": axes. */
export const compact = (value: number): string => short.format(value)
/** "1 event", "2 events", "1,204 people" with `plural` given. */
export const counted = (n: number, one: string, plural = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : plural}`

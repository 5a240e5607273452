const full = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** "12,345.67": tables, tooltips. */
export const number = (value: number): string => full.format(value)
/** "12.3K": axes. */
export const compact = (value: number): string => short.format(value)
/** "1 event", "2 events", "1,204 people" with `plural` given. */
export const counted = (n: number, one: string, plural = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : plural}`

const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
/**
 * A share (0 to 1) in percent: "41.2 %", two decimals below 1 %. What is not nothing is never "0 %", and what is not
 * all never "100 %".
 */
export function percent(share: number): string {
  const value = share * 100
  if (value > 0 && value < 0.01) return '<0.01 %'
  if (value > 99.9 && value < 100) return '>99.9 %'
  return `${value < 1 ? number(value) : oneDecimal.format(value)} %`
}

const units: [name: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
]
/** Seconds in the two units that say most: "3 d 4 h", "1 min 12 s", "0.4 s". */
export function duration(seconds: number): string {
  const first = units.findIndex(([, size]) => seconds >= size)
  if (first < 0 || first === units.length - 1) return `${oneDecimal.format(seconds)} s`
  const [name, size] = units[first]!
  const [next, nextSize] = units[first + 1]!
  const rest = Math.floor((seconds % size) / nextSize)
  return `${Math.floor(seconds / size)} ${name}${rest > 0 ? ` ${rest} ${next}` : ''}`
}

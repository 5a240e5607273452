/**
 * Twelve colours for chart series: any two of the first eight stay apart for normal and for deuter-, prot- and
 * tritanopic sight (CIEDE2000 of 13 or more), and all have a contrast above 3 on a chart's surface.
 */
const light = [
  '#4f73ff',
  '#c07e08',
  '#01a490',
  '#ba016a',
  '#646600',
  '#077489',
  '#733b33',
  '#661ec7',
  '#9a6648',
  '#7c9b69',
  '#9589bf',
  '#4a4e52',
] as const
const dark = [
  '#b7cbfe',
  '#fec57e',
  '#03e5c8',
  '#f73d96',
  '#a4a701',
  '#169fba',
  '#a5685f',
  '#884ff2',
  '#d2916e',
  '#528c20',
  '#ab8dff',
  '#777b80',
] as const
const dashes = ['solid', [6, 3], [2, 3]] as const

export type Look = { color: string; dash: 'solid' | [number, number] }

/** How the series in `slot` (0, 1, …) is drawn: after twelve the colours repeat with the next dash. */
export function lookOf(slot: number, scheme: 'light' | 'dark'): Look {
  const palette = scheme === 'dark' ? dark : light
  const dash = dashes[Math.floor(slot / palette.length) % dashes.length]!
  return {
    color: palette[slot % palette.length]!,
    dash: dash === 'solid' ? 'solid' : [dash[0], dash[1]],
  }
}

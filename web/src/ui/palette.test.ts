import { expect, test } from 'vitest'
import { lookOf } from './palette.ts'

const luminance = (hex: string): number => {
  const [r, g, b] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}
const contrast = (a: string, b: string): number => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

test.each([
  ['light', '#ffffff'],
  ['dark', '#1a1d21'],
] as const)('every series stands out from the chart in the %s theme', (scheme, surface) => {
  for (let slot = 0; slot < 12; slot++) {
    expect(contrast(lookOf(slot, scheme).color, surface)).toBeGreaterThan(3)
  }
})

test('36 series look different: colours repeat with another dash', () => {
  const looks = Array.from({ length: 36 }, (_, slot) => JSON.stringify(lookOf(slot, 'light')))
  expect(new Set(looks).size).toBe(36)
})

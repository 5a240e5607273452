import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNestedDeeper } from './json-depth.ts'
import { parseLenientJson } from './lenient-json.ts'

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

describe('the depth of JSON text', () => {
  it('is that of the value, whatever is in strings', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value, null, 3)
        const depth = depthOf(value)
        const padded = text.padEnd(100)
        expect(isNestedDeeper(padded, depth)).toBe(false)
        if (depth > 0) expect(isNestedDeeper(padded, depth - 1)).toBe(true)
      }),
    )
  })

  it('is found in text that overflows a stack', () => {
    expect(isNestedDeeper('['.repeat(1_000_000), 500)).toBe(true)
    expect(isNestedDeeper(`"${'['.repeat(1_000_000)}"`, 500)).toBe(false)
    expect(isNestedDeeper(`"\\"${'['.repeat(2000)}`, 500)).toBe(false)
  })
})

describe('lenient JSON', () => {
  it('is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(parseLenientJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it("takes Python's constants outside of strings", () => {
    expect(parseLenientJson('[NaN, -Infinity, {"NaN": Infinity}, "NaN \\" Infinity"]')).toEqual([
      null,
      null,
      { NaN: null },
      'NaN " Infinity',
    ])
    const hostile = `[NaN, "${'\\"'.repeat(500_000)}`
    const started = performance.now()
    expect(() => parseLenientJson(hostile)).toThrow(SyntaxError)
    expect(performance.now() - started).toBeLessThan(2_000)
    for (const bad of ['', '[NaN', 'NaNs', '"NaN', '[Infinity Infinity]', '{NaN: 1}']) {
      expect(() => parseLenientJson(bad)).toThrow(SyntaxError)
    }
  })
})

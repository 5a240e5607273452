import { expect, test } from 'vitest'
import { duration, percent } from './numbers.ts'

test.each([
  [0, '0 %'],
  [0.00001, '<0.01 %'],
  [0.0042, '0.42 %'],
  [0.41234, '41.2 %'],
  [0.99996, '>99.9 %'],
  [1, '100 %'],
])('%d in percent: %s', (share, shown) => expect(percent(share)).toBe(shown))

test.each([
  [0, '0 s'],
  [0.42, '0.4 s'],
  [59, '59 s'],
  [72, '1 min 12 s'],
  [3600, '1 h'],
  [90_061, '1 d 1 h'],
])('%d seconds: %s', (seconds, shown) => expect(duration(seconds)).toBe(shown))

import { expect, test } from 'vitest'
import { evenShares, filtersOf, keyFrom, metricSentence } from './metric.ts'

test.each([
  ['Green button!', 'green-button'],
  ['  Überschrift 2 ', 'u-berschrift-2'],
  ['§', ''],
])('the key of %j', (name, key) => {
  expect(keyFrom(name)).toBe(key)
})

test('shares are even and sum to 100', () => {
  expect(evenShares(2)).toEqual([50, 50])
  expect(evenShares(3)).toEqual([34, 33, 33])
  for (let count = 2; count <= 10; count++) expect(evenShares(count).reduce((a, b) => a + b)).toBe(100)
})

test('a metric is told in a sentence', () => {
  expect(metricSentence(filtersOf({ kind: 'funnel', from: 'view', to: 'buy' }))).toBe(
    'How many come from “view” to “buy”.',
  )
  expect(metricSentence(filtersOf({ kind: 'trend', event: 'buy', math: 'dau' }))).toBe(
    'How many people do “buy”.',
  )
  expect(metricSentence(filtersOf({ kind: 'trend', event: 'buy', math: 'total' }))).toBe(
    'How often “buy” happens.',
  )
  expect(metricSentence({ actions: [{ id: 7 }] })).toBe('How often “7” happens.')
  expect(metricSentence({ events: 'odd' })).toBe('Nothing is measured yet.')
})

import { expect, test } from 'vitest'
import { filtersOf, keyFrom, metricSentence } from './metric.ts'

test.each([
  ['Green button!', 'green-button'],
  ['  Überschrift 2 ', 'u-berschrift-2'],
  ['§', ''],
])('the key of %j', (name, key) => {
  expect(keyFrom(name)).toBe(key)
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

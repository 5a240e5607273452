import { expect, test } from 'vitest'
import { filtersOf, keyFrom, metricOf, metricSentence } from './metric.ts'

test.each([
  ['Green button!', 'green-button'],
  ['  Überschrift 2 ', 'u-berschrift-2'],
  ['§', ''],
])('the key of %j', (name, key) => {
  expect(keyFrom(name)).toBe(key)
})

test('filters that the pages make are read again; others are left alone', () => {
  const funnel = { kind: 'funnel', from: 'view', to: 'buy' } as const
  const trend = { kind: 'trend', event: 'buy', math: 'dau' } as const
  expect(metricOf(filtersOf(funnel))).toEqual(funnel)
  expect(metricOf({ ...filtersOf(trend), actions: [], date_from: '-7d' })).toEqual(trend)
  expect(metricOf({ events: [{ id: 'buy' }] })).toEqual({ ...trend, math: 'total' })
  expect(metricOf({ events: [{ id: 'buy', math: 'sum', math_property: 'price' }] })).toBeNull()
  expect(metricOf({ events: [{ id: 'buy', properties: [{ key: 'plan', value: 'pro' }] }] })).toBeNull()
  expect(metricOf({ events: [{ id: 'view' }, { id: 'buy' }] })).toBeNull()
  expect(metricOf({ actions: [{ id: '7', type: 'actions' }] })).toBeNull()
  expect(metricOf({ insight: 'FUNNELS', events: [{ id: 'view' }] })).toBeNull()
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

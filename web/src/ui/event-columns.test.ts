import { expect, test } from 'vitest'
import { columnName, columnOf, personColumn, propertyOf, readColumns, usualColumns } from './event-columns.ts'

test('a property has a column, whatever it is called', () => {
  expect(columnOf('$browser')).toBe('properties.$browser')
  for (const name of ['plan', '$browser', 'utm source', 'a`b', 'a\\b', 'naïve', '1st']) {
    expect(propertyOf(columnOf(name))).toBe(name)
    expect(columnName(columnOf(name))).toBe(name)
  }
  expect(propertyOf('properties.plan.name')).toBeUndefined()
  expect(propertyOf(personColumn)).toBeUndefined()
})

test('what is said of columns is read as far as it makes sense', () => {
  expect(readColumns(['*', 'event', 'person', 'properties.plan', 'properties.plan', 3])).toEqual([
    'person',
    'properties.plan',
  ])
  expect(readColumns([])).toEqual([])
  expect(readColumns(null)).toBeUndefined()
  expect(readColumns([...usualColumns])).toEqual(usualColumns)
})

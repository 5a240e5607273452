import { expect, test } from 'vitest'
import {
  columnName,
  columnOf,
  personColumn,
  personPropertiesIn,
  propertyOf,
  readColumns,
  usualColumns,
} from './event-columns.ts'

test('a property has a column, whatever it is called', () => {
  expect(columnOf('$browser')).toBe('properties.$browser')
  for (const name of ['plan', '$browser', 'utm source', 'a`b', 'a\\b', 'naïve', '1st']) {
    expect(propertyOf(columnOf(name))).toEqual({ of: 'event', name })
    expect(columnName(columnOf(name))).toBe(name)
    expect(propertyOf(columnOf(name, 'person'))).toEqual({ of: 'person', name })
    expect(columnName(columnOf(name, 'person'))).toBe(`${name} (person)`)
  }
  expect(propertyOf('properties.plan.name')).toBeUndefined()
  expect(propertyOf(personColumn)).toBeUndefined()
})

test('columns of people say which of their properties are needed', () => {
  expect(columnOf('plan', 'person')).toBe('person.properties.plan')
  expect(personPropertiesIn(['person', 'properties.plan', 'person.properties.`pay day`'])).toEqual([
    'pay day',
  ])
  expect(personPropertiesIn(usualColumns)).toBeUndefined()
})

test('what is said of columns is read as far as it makes sense', () => {
  expect(
    readColumns(['*', 'event', 'person', 'properties.plan', 'properties.plan', 'person.properties.plan', 3]),
  ).toEqual(['person', 'properties.plan', 'person.properties.plan'])
  expect(readColumns([])).toEqual([])
  expect(readColumns(null)).toBeUndefined()
  expect(readColumns([...usualColumns])).toEqual(usualColumns)
})

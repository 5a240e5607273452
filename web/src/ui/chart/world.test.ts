import { expect, test } from 'vitest'
import { countryName, worldShapes } from './world.ts'

test('every country on the map has the letters of its name', () => {
  const { features } = worldShapes()
  expect(features.length).toBe(176)
  const without = features.filter(({ properties: { code } }) => code.startsWith('-'))
  expect(without.map(({ properties: { name } }) => name)).toEqual(['N. Cyprus', 'Somaliland'])
  const letters = new Set(features.map(({ properties: { code } }) => code))
  expect(letters.size).toBe(features.length)
  // the names of the shapes are shortened; nearly all others begin as the letters' own name does
  const odd = features
    .filter((one) => !without.includes(one) && one.properties.name !== 'Turkey') // as old Nodes call it too
    .filter(({ properties: { name, code } }) => countryName(code)?.slice(0, 4) !== name.slice(0, 4))
    .map(({ properties: { name, code } }) => `${code} ${name}`)
  expect(odd.sort()).toEqual([
    'CD Dem. Rep. Congo',
    'EH W. Sahara',
    'GQ Eq. Guinea',
    'MK Macedonia',
    'SS S. Sudan',
    'SZ eSwatini',
    'TF Fr. S. Antarctic Lands',
  ])
})

test('what is no country has no name', () => {
  expect(countryName('DE')).toBe('Germany')
  expect(countryName('de')).toBe('Germany')
  expect(countryName('(not set)')).toBeUndefined()
})

test('no outline crosses the whole map, and what lies at the date line is in pieces', () => {
  const shape = (code: string) => {
    const geometry = worldShapes().features.find((one) => one.properties.code === code)?.geometry
    return geometry?.type === 'MultiPolygon' ? geometry.coordinates : []
  }
  for (const { geometry, properties } of worldShapes().features) {
    if (geometry.type !== 'MultiPolygon') throw new Error(`${properties.name} is a ${geometry.type}`)
    for (const ring of geometry.coordinates.flat()) {
      const longitudes = ring.map(([longitude = 0]) => longitude)
      expect(Math.min(...longitudes)).toBeGreaterThanOrEqual(-180)
      expect(Math.max(...longitudes)).toBeLessThanOrEqual(180)
      const leaps = longitudes.filter((one, at) => at > 0 && Math.abs(one - longitudes[at - 1]!) > 90)
      expect(leaps).toEqual([])
    }
  }
  const ofRussia = shape('RU').flat(2)
  expect(ofRussia.some(([longitude = 0]) => longitude < -170)).toBe(true)
  expect(ofRussia.some(([longitude = 0]) => longitude === 180)).toBe(true)
})

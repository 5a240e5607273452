import { expect, test } from 'vitest'
import { naturalEarth } from './natural-earth.ts'

test.each([
  [0, 0],
  [13.4, 52.5],
  [-179, 71],
  [151.2, -33.9],
  [-70, -55],
])('%d, %d comes back from the plane', (longitude, latitude) => {
  const [x, y] = naturalEarth.unproject(naturalEarth.project([longitude, latitude]))
  expect(x).toBeCloseTo(longitude, 4)
  expect(y).toBeCloseTo(latitude, 4)
})

test('north is up and east is right', () => {
  const [x, y] = naturalEarth.project([90, 45])
  expect(x).toBeGreaterThan(0)
  expect(y).toBeLessThan(0)
})

import { expect, test } from 'vitest'
import { inReadingOrder, moved, type Placeable, placesOf, stepped } from './layout.ts'

const tile = (id: number, sm?: object, body?: string): Placeable => ({
  id,
  layouts: sm ? { sm } : {},
  text: body === undefined ? null : { body },
})
const at = (x: number, y: number, w = 6, h = 5) => ({ x, y, w, h })
const shown = (places: ReturnType<typeof placesOf>) => Object.fromEntries(places)

test('tiles stand where they were put, those that nobody placed come last, side by side', () => {
  const places = placesOf([tile(1), tile(2), tile(3, at(6, 0)), tile(4, at(0, 0)), tile(5, undefined, 'Hi')])
  expect(shown(places)).toEqual({
    4: at(0, 0),
    3: at(6, 0),
    1: at(0, 5),
    2: at(6, 5),
    5: at(0, 10, 6, 1),
  })
  expect(inReadingOrder([{ id: 1 }, { id: 3 }, { id: 4 }], places).map(({ id }) => id)).toEqual([4, 3, 1])
})

test('what is kept may be partial, wrong or on top of each other', () => {
  const places = placesOf([
    tile(1, { x: 9, y: 0, w: 99, h: 5 }),
    tile(2, at(0, 0)),
    tile(3, { w: 'wide', x: null }),
    { id: 4, layouts: { sm: 'no' }, text: null },
    tile(5, { x: 0, y: 1e9, w: 6, h: 5 }),
  ])
  const all = [...places.values()]
  expect(places.size).toBe(5)
  for (const place of all) expect(place.x + place.w).toBeLessThanOrEqual(12)
  for (const [index, a] of all.entries()) {
    for (const b of all.slice(index + 1)) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
      expect(apart).toBe(true)
    }
  }
  expect(Math.max(...all.map(({ y }) => y))).toBeLessThan(25)
})

test('a tile that is moved makes the others give way, and takes their place at half', () => {
  const places = placesOf([tile(1, at(0, 0)), tile(2, at(0, 5)), tile(3, at(6, 0))])
  expect(moved(places, 1, at(0, 1)).get(1)).toEqual(at(0, 0))
  expect(shown(moved(places, 1, at(0, 3)))).toEqual({ 1: at(0, 5), 2: at(0, 0), 3: at(6, 0) })
  expect(shown(moved(places, 2, at(0, 2)))).toEqual({ 1: at(0, 5), 2: at(0, 0), 3: at(6, 0) })
  expect(moved(places, 1, at(6, 0)).get(3)).toEqual(at(6, 5))
  expect(moved(places, 1, at(0, 0, 12, 5)).get(3)).toEqual(at(6, 5))
})

test('by the keyboard a tile goes sideways by columns, up and down past its neighbours', () => {
  const places = placesOf([tile(1, at(0, 0)), tile(2, at(0, 5, 6, 3)), tile(3, at(6, 0))])
  expect(stepped(places, 1, 'down').get(1)).toEqual(at(0, 3))
  expect(stepped(places, 2, 'up').get(2)).toEqual(at(0, 0, 6, 3))
  expect(stepped(places, 1, 'left').get(1)).toEqual(at(0, 0))
  expect(stepped(places, 1, 'right').get(1)?.x).toBe(1)
  expect(stepped(places, 2, 'down')).toEqual(places)
})

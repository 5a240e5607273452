import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAnswerStore } from './answer-store.ts'

it('holds what was used last, within its bounds', () => {
  const bounds = { maxBytes: 160, most: 6 }
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'),
    // JSON puts two quotes around it
    value: fc.option(fc.integer({ min: 0, max: 24 }).map((length) => 'x'.repeat(length))),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const store = createAnswerStore<string>(bounds)
      let model: [string, string][] = []
      for (const { key, value } of steps) {
        const known = model.find(([one]) => one === key)
        model = model.filter((one) => one !== known)
        if (value === null) {
          expect(store.get(key)).toBe(known?.[1])
          if (known) model.push(known)
          continue
        }
        const fits = value.length + 2 <= bounds.maxBytes / 8
        expect(store.set(key, value)).toBe(fits)
        if (fits) model.push([key, value])
        const bytes = () => model.reduce((sum, [, one]) => sum + one.length + 2, 0)
        while (model.length > bounds.most || bytes() > bounds.maxBytes) model.shift()
      }
      for (const [key, value] of model) expect(store.get(key)).toBe(value)
    }),
  )
})

it('gives back copies, so that nobody changes what others get', () => {
  const store = createAnswerStore<{ rows: number[] }>({ maxBytes: 1000, most: 10 })
  store.set('a', { rows: [1] })
  store.get('a')!.rows.push(2)
  expect(store.get('a')).toEqual({ rows: [1] })
  store.delete('a')
  expect(store.get('a')).toBeUndefined()
})

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapAtMost } from './at-most.ts'

test('so many at once, results in their order', async () => {
  let [now, most] = [0, 0]
  const results = await mapAtMost(3, [30, 1, 20, 2, 1, 3], async (ms, at) => {
    most = Math.max(most, ++now)
    await sleep(ms)
    now--
    return `${at}:${ms}`
  })
  expect(results).toEqual(['0:30', '1:1', '2:20', '3:2', '4:1', '5:3'])
  expect(most).toBe(3)
  expect(await mapAtMost(3, [], async () => 1)).toEqual([])
})

test('a failure is the outcome', async () => {
  const work = async (n: number) => {
    if (n === 2) throw new Error('two')
    return n
  }
  await expect(mapAtMost(2, [1, 2, 3], work)).rejects.toThrow('two')
})

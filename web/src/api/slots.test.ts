import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

test('no more than the slots at once, in order, also after a failure', async () => {
  const inSlot = createSlots(2)
  const open: (() => void)[] = []
  const began: number[] = []
  const work = (n: number) =>
    inSlot(() => {
      began.push(n)
      return new Promise<number>((done, fail) =>
        open.push(() => (n === 2 ? fail(new Error('two')) : done(n))),
      )
    })
  const all = [1, 2, 3, 4].map(work)
  const settled = Promise.allSettled(all)
  await expect.poll(() => began).toEqual([1, 2])
  open.shift()!()
  await expect.poll(() => began).toEqual([1, 2, 3])
  open.shift()!()
  await expect.poll(() => began).toEqual([1, 2, 3, 4])
  for (const go of open) go()
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
})

test('who becomes urgent while it waits goes first', async () => {
  const inSlot = createSlots(1)
  const open: (() => void)[] = []
  const began: number[] = []
  const urgent = new Set<number>()
  const all = [1, 2, 3].map((n) =>
    inSlot(
      () => {
        began.push(n)
        return new Promise<void>((done) => open.push(done))
      },
      () => urgent.has(n),
    ),
  )
  await expect.poll(() => began).toEqual([1])
  urgent.add(3)
  open.shift()!()
  await expect.poll(() => began).toEqual([1, 3])
  open.shift()!()
  await expect.poll(() => began).toEqual([1, 3, 2])
  open.shift()!()
  await Promise.all(all)
})

import { expect, test } from 'vitest'
import { createMemory } from './memory.ts'

function counted() {
  let version = 0
  let reads = 0
  const memory = createMemory({ version: () => version, maxMs: 60_000, most: 2 })
  return {
    ask: (key: string, value: unknown = key) =>
      memory(key, async () => {
        reads++
        if (value instanceof Error) throw value
        return value
      }),
    change: () => version++,
    reads: () => reads,
  }
}

test('what is known is not read again, until something changes', async () => {
  const { ask, change, reads } = counted()
  expect(await Promise.all([ask('a'), ask('a'), ask('a')])).toEqual(['a', 'a', 'a'])
  expect(reads()).toBe(1)
  change()
  await ask('a')
  await ask('a')
  expect(reads()).toBe(2)
})

test('what was being read when something changed is not kept for later', async () => {
  let version = 0
  let value = 'before'
  const memory = createMemory({ version: () => version, maxMs: 60_000 })
  const reading = memory('a', async () => {
    const read = value
    await new Promise((resolve) => setTimeout(resolve, 5))
    return read
  })
  value = 'after'
  version++
  expect(await reading).toBe('before')
  expect(await memory('a', async () => value)).toBe('after')
})

test('nothing, and a failure, are asked for again', async () => {
  const { ask, reads } = counted()
  const memory = createMemory({ version: () => 0, maxMs: 60_000 })
  let asked = 0
  const nothing = async () => {
    asked++
    return undefined
  }
  await memory('a', nothing)
  await memory('a', nothing)
  expect(asked).toBe(2)
  await expect(ask('a', new Error('away'))).rejects.toThrow('away')
  await expect(ask('a')).resolves.toBe('a')
  expect(reads()).toBe(2)
})

test('it holds no more than it may', async () => {
  const { ask, reads } = counted()
  for (const key of ['a', 'b', 'c', 'a']) await ask(key)
  expect(reads()).toBe(4)
})

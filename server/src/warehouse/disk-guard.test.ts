import { afterEach, expect, it } from 'vitest'
import { type DiskGuard, guardDisk } from './disk-guard.ts'

let guard: DiskGuard | undefined
afterEach(() => guard?.close())
const MiB = 1024 ** 2

it('says once when the disk is nearly full, and once when there is room again', async () => {
  let free = 1000 * MiB
  const said: string[] = []
  guard = await guardDisk(
    '/',
    { low: (bytes) => said.push(`low ${bytes / MiB}`), enough: () => said.push('enough') },
    async () => free,
  )
  expect(guard.isLow()).toBe(false)
  const until = async (count: number) => {
    while (said.length < count) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  free = 100 * MiB
  await until(1)
  expect(guard.isLow()).toBe(true)
  // Not at the first free byte: it would be stopped again at once.
  free = 200 * MiB
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(guard.isLow()).toBe(true)
  free = 300 * MiB
  await until(2)
  expect(guard.isLow()).toBe(false)
  expect(said).toEqual(['low 100', 'enough'])
})

it('reads a real disk', async () => {
  guard = await guardDisk('/', { low: () => {}, enough: () => {} })
  expect(guard.isLow()).toBe(false)
})

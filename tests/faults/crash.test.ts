import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { capture } from '../support/api.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { verify } from './load.ts'

let server: RunningServer | undefined
afterEach(async () => {
  await server?.kill()
  server = undefined
})

test('SIGTERM drains and closes every store; a second start continues', async () => {
  server = await startServer()
  const { dataDir } = server
  const uuids = new Set(Array.from({ length: 50 }, () => randomUUID() as string))
  for (const uuid of uuids) {
    await capture(server.url, '/e/', {
      uuid,
      event: 'calm',
      distinct_id: 'calm',
      properties: { tag: 'calm' },
    })
  }
  expect(await server.stop()).toBe(0)
  server = await startServer({ dataDir })
  expect(await verify(server.url, 'calm', uuids)).toEqual({
    acknowledged: 50,
    found: 50,
    doubled: 0,
    persons: 0,
  })
})

test('a second server on the same data folder is refused with a sentence', async () => {
  server = await startServer()
  await expect(startServer({ dataDir: server.dataDir })).rejects.toThrow(/in use/)
})

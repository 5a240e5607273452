import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../support/server.ts'
import { runVector, type Vector } from './vector.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const folder = new URL('vectors/', import.meta.url)
for (const file of readdirSync(folder).sort()) {
  const vectors: Vector[] = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
  describe.concurrent(file, () => {
    for (const vector of vectors) {
      test(vector.name, async () => {
        expect(await runVector(server.url, vector)).toBeNull()
      })
    }
  })
}

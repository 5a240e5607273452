import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startEngine } from '../src/warehouse/embedded.ts'
import { checkedFile, readChecked } from './answers-checked.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the engine that all test files share listens; `testWarehouse()` connects to it. */
    engineSocket: string
  }
}

/** One engine for all files: it takes a second and 300 MB, and databases keep the tests apart. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hedgerow-test-'))
  const engine = await startEngine({
    dataDir,
    readable: ['test_*.*'],
    queryConcurrency: 4,
    queryMaxExecutionMs: 30_000,
    queryMemoryBytes: 2 * 1024 ** 3,
    log: { info: () => {}, warn: (fields, message) => console.warn(message, fields) },
  })
  project.provide('engineSocket', engine.socketPath)
  const checked = join(dataDir, 'answers-checked')
  process.env[checkedFile] = checked
  return async () => {
    const { answers, operations } = readChecked(checked)
    if (answers)
      console.log(
        `${answers} answers were held against their contract, of ${operations} operations and statuses`,
      )
    await engine.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

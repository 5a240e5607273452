// A process that starts an engine, says its pid, and waits to be killed.
import { startEngine } from '../src/warehouse/embedded.ts'

const engine = await startEngine({
  dataDir: process.argv[2]!,
  queryConcurrency: 1,
  queryMaxExecutionMs: 1000,
  queryMemoryBytes: 1024 ** 3,
  log: { info: () => {}, warn: () => {} },
})
console.log(engine.pid())

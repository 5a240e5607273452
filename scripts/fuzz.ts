/**
 * Asks every operation of the API what nobody should ask, on real stores, and tells what was answered badly: a failure of
 * ours, slowly, with what is another's, in a shape of its own.
 *
 *   npm run fuzz                                          10,000 requests, drawn anew
 *   npm run fuzz -- --requests 500 --only ^insights_      a part
 *   npm run fuzz -- --seed 7 --from 4393 --requests 1     one request of a run again
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    requests: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
  },
})
console.log(`seed ${values.seed}`)
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--project', 'server', 'server/src/private-api/hostile-input.test.ts'],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_SEED: values.seed,
      FUZZ_REQUESTS: values.requests,
      FUZZ_FROM: values.from,
      FUZZ_ONLY: values.only,
    },
  },
)
process.exitCode = status ?? 1

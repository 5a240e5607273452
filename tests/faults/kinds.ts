import { flippedBits } from './bits.ts'
import { fuzzedBodies } from './bodies.ts'
import { killEngine, killTree, killWithBacklog } from './crashes.ts'
import type { Outcome, Run } from './outcome.ts'
import { backpressure, diskFull } from './pressure.ts'
import { natsGone, postgresGone, slowWarehouse } from './stores.ts'
import { syncedBeforeAnswer } from './sync.ts'
import { valuesReadBack } from './values.ts'

type Kind = {
  run(run: Run): Promise<Outcome>
  /** What is one round of the others: so many of this kind. */
  times?: number
  /** Rounds in CI. */
  inCi: number
}

/** Every kind of fault, by the name that `npm run faults -- --only` takes. */
export const kinds: Record<string, Kind> = {
  kill: { run: killTree, inCi: 2 },
  backlog: { run: killWithBacklog, inCi: 1 },
  engine: { run: killEngine, inCi: 2 },
  bit: { run: flippedBits, inCi: 2 },
  postgres: { run: postgresGone, inCi: 2 },
  nats: { run: natsGone, inCi: 2 },
  slow: { run: slowWarehouse, inCi: 2 },
  disk: { run: diskFull, inCi: 1 },
  // A round is a second.
  pressure: {
    run: ({ rounds, say }) => backpressure({ seconds: rounds, bound: rounds < 30 ? 5 : 200, say }),
    inCi: 6,
  },
  bodies: { run: fuzzedBodies, times: 200, inCi: 600 },
  values: { run: valuesReadBack, times: 200, inCi: 1000 },
  sync: { run: syncedBeforeAnswer, times: 4, inCi: 20 },
}

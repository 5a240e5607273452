/**
 * `npm run bench`: ratios against the budgets of ARCHITECTURE.md. Not part of the tests: figures of a shared machine
 * are read by people, beside its load.
 *
 *   npm run bench -- [--only capture,trends] [--rows 1000000,10000000] [--rounds 5]
 *   npm run bench -- --only layouts [--rows 300000] [--match order]
 */
import { parseArgs } from 'node:util'
import { benchApi } from './api.ts'
import { benchCapture } from './capture.ts'
import { benchCohorts } from './cohorts.ts'
import { benchDashboards } from './dashboards.ts'
import { benchEndToEnd } from './end-to-end.ts'
import { benchFlags } from './flags.ts'
import { benchFunnels } from './funnels.ts'
import { benchIsolation } from './isolation.ts'
import { benchLayouts } from './layouts.ts'
import { benchPaths } from './paths.ts'
import { machine, type Row } from './processes.ts'
import { benchRetention } from './retention.ts'
import { benchTrends } from './trends.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rows: { type: 'string' },
    match: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
})
const rounds = Number(values.rounds)
/** Sizes of the table, one after the other; others than insights take the last. */
const sizes = values.rows?.split(',').map(Number)
const rows = sizes?.at(-1)
const benches: Record<string, () => Promise<Row[]>> = {
  capture: () => benchCapture({ rounds }),
  api: () => benchApi({ rounds: Math.min(rounds, 3) }),
  flags: () => benchFlags({ rounds: Math.min(rounds, 3) }),
  'end-to-end': () => benchEndToEnd(),
  isolation: () => benchIsolation(),
  cohorts: () => benchCohorts({ rows, rounds }),
  trends: () => benchTrends({ rows: sizes, rounds }),
  funnels: () => benchFunnels({ rows: sizes, rounds }),
  retention: () => benchRetention({ rows: sizes, rounds }),
  dashboards: () => benchDashboards({ rows, rounds: Math.min(rounds, 3) }),
  paths: () => benchPaths({ rows: sizes, rounds }),
}
/** Run by name only. */
const others: typeof benches = {
  layouts: () => benchLayouts({ rows, match: values.match }).then(() => []),
}

console.log(machine())
for (const name of values.only?.split(',') ?? Object.keys(benches)) {
  const bench = benches[name] ?? others[name]
  if (!bench)
    throw new Error(`no bench ${name}; there are ${Object.keys({ ...benches, ...others }).join(', ')}`)
  console.log(`${name} …`)
  const table: Row[] = await bench()
  console.table(
    table.map(({ holds, more, ...row }) => ({
      ...row,
      ...more,
      '': holds === null ? '' : holds ? 'holds' : 'MISSED',
    })),
  )
  console.log(machine())
}

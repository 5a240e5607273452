import { expect, it } from 'vitest'
import { askHostilely, tellFinding } from '../../test/hostile/run.ts'

/**
 * Every operation, asked what nobody should ask: wrong types, sizes and encodings, SQL, patterns that never end,
 * addresses inside, ids of others. None may fail (5xx), take longer than two seconds, show what is another's or ours,
 * or answer otherwise than it declares. `npm run fuzz` asks for longer, and other things each time.
 */
const isLong = process.env.FUZZ_REQUESTS !== undefined
const seed = Number(process.env.FUZZ_SEED ?? 7)
const requests = Number(process.env.FUZZ_REQUESTS ?? 1200)

it(`whatever is asked is answered well (seed ${seed})`, {
  timeout: isLong ? 24 * 3_600_000 : 300_000,
}, async () => {
  const { findings, ...figures } = await askHostilely({
    seed,
    requests,
    from: Number(process.env.FUZZ_FROM ?? 0),
    only: process.env.FUZZ_ONLY ? new RegExp(process.env.FUZZ_ONLY) : undefined,
    maxMs: isLong ? undefined : 40_000,
    say: console.log,
  })
  if (isLong)
    console.log(JSON.stringify({ ...figures, noise: [...new Set(figures.noise)].slice(0, 20) }, null, 2))
  expect(findings.map((one) => tellFinding(one, seed))).toEqual([])
})

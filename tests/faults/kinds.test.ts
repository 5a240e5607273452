import { expect, test } from 'vitest'
import { kinds } from './kinds.ts'
import { problemsOf } from './outcome.ts'

/** What `npm run faults` does at length. */
test.each(Object.entries(kinds))('%s', { timeout: 400_000 }, async (_name, { run, inCi }) => {
  const said: string[] = []
  const outcome = await run({ rounds: inCi, say: (line) => said.push(line) })
  expect(problemsOf(outcome), said.join('\n')).toEqual([])
  expect(outcome.rounds).toBeGreaterThan(0)
  expect(outcome.acknowledged).toBeGreaterThan(0)
})

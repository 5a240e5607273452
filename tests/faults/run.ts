import { parseArgs } from 'node:util'
import { kinds } from './kinds.ts'
import { type Outcome, problemsOf } from './outcome.ts'

/**
 * `npm run faults`: each kind of fault, many rounds (`-- --rounds 50`), or some kinds (`-- --only kill,nats`). Takes
 * the built server. Prints a table, and ends with 1 if something that was promised did not hold.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, only: { type: 'string' } },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1')

const say = (line: string) => console.log(`  ${line}`)
const chosen = values.only === undefined ? Object.keys(kinds) : values.only.split(',')
const outcomes: Outcome[] = []
const problems: string[] = []
for (const name of chosen) {
  const kind = kinds[name]
  if (!kind) throw new Error(`there is no kind "${name}"; there are ${Object.keys(kinds).join(', ')}`)
  console.log(name)
  try {
    const outcome = await kind.run({ rounds: rounds * (kind.times ?? 1), say })
    outcomes.push(outcome)
    problems.push(...problemsOf(outcome))
  } catch (error) {
    problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
console.log('\n| fault | rounds | acknowledged | found | doubled | ids of two persons | longest outage | |')
console.log('|---|--:|--:|--:|--:|--:|--:|---|')
for (const one of outcomes) {
  const { kind, acknowledged, found, doubled, persons, longestOutageMs, notes } = one
  const outage = longestOutageMs ? `${longestOutageMs} ms` : ''
  console.log(
    `| ${kind} | ${one.rounds} | ${acknowledged} | ${found} | ${doubled} | ${persons} | ${outage} | ${notes.join('; ')} |`,
  )
}
for (const problem of problems) console.error(`\n${problem}`)
process.exit(problems.length ? 1 : 0)

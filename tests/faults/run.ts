import { parseArgs } from 'node:util'
import { backpressure, diskFull, killEngine, killTree, type Outcome, syncedBeforeAnswer } from './kinds.ts'

/**
 * `npm run faults`: each kind of fault, many rounds (`-- --rounds 50`), or one kind (`-- --only kill`). Takes the
 * built server. Prints a table, and ends with 1 if an acknowledged event was lost or doubled.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, only: { type: 'string' } },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number from 1')

const say = (line: string) => console.log(`  ${line}`)
const kinds: Record<string, () => Promise<Outcome>> = {
  kill: () => killTree({ rounds, say }),
  engine: () => killEngine({ rounds, say }),
  disk: () => diskFull({ rounds, say }),
  pressure: () => backpressure({ seconds: 60, bound: '200MB', say }),
  sync: async () => {
    const { answers, synced } = await syncedBeforeAnswer({ rounds: rounds * 4, say })
    return {
      kind: 'synced before the answer',
      rounds: answers,
      acknowledged: answers,
      found: synced,
      doubled: 0,
      persons: 0,
      longestOutageMs: 0,
      notes: 'answers, and those after an fdatasync',
    }
  },
}
const chosen = values.only === undefined ? Object.keys(kinds) : values.only.split(',')
const outcomes: Outcome[] = []
let failures = 0
for (const name of chosen) {
  const kind = kinds[name]
  if (!kind) throw new Error(`there is no kind "${name}"; there are ${Object.keys(kinds).join(', ')}`)
  console.log(name)
  try {
    outcomes.push(await kind())
  } catch (error) {
    failures++
    console.error(`  failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}
console.log('\n| fault | rounds | acknowledged | found | doubled | ids of two persons | longest outage | |')
console.log('|---|--:|--:|--:|--:|--:|--:|---|')
for (const one of outcomes) {
  const { kind, acknowledged, found, doubled, persons, longestOutageMs, notes } = one
  const outage = longestOutageMs ? `${longestOutageMs} ms` : ''
  console.log(
    `| ${kind} | ${one.rounds} | ${acknowledged} | ${found} | ${doubled} | ${persons} | ${outage} | ${notes} |`,
  )
  if (found !== acknowledged || doubled > 0 || persons > 0) failures++
}
process.exit(failures ? 1 : 0)

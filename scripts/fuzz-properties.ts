/**
 * Runs all property-based tests with cases that no run has drawn before, several times.
 *
 *   npm run fuzz:properties                              five rounds
 *   npm run fuzz:properties -- --rounds 50 hogql         of what lies in `hogql`
 *   npm run fuzz:properties -- --seed 12345 --rounds 1   a round again
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, seed: { type: 'string' } },
})
const files = readdirSync('server/src', { recursive: true, encoding: 'utf8' })
  .map((name) => join('server/src', name))
  .filter((name) => name.endsWith('.test.ts') && drawsCases(name))
  .filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)))

/** Some have their properties in a suite that is run on several homes. */
function drawsCases(file: string): boolean {
  const text = readFileSync(file, 'utf8')
  const suites = [...text.matchAll(/from '(\.[^']*\.suite\.ts)'/g)].map((match) =>
    readFileSync(join(file, '..', match[1]!), 'utf8'),
  )
  return [text, ...suites].some((one) => one.includes("from 'fast-check'"))
}

for (let round = 0; round < Number(values.rounds); round++) {
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
  console.log(`round ${round + 1} of ${values.rounds}, ${files.length} files: DRAW_SEED=${seed}`)
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'server', ...files], {
    stdio: 'inherit',
    env: { ...process.env, DRAW_SEED: seed },
  })
  if (status !== 0) {
    console.log(`again: npm run fuzz:properties -- --seed ${seed} --rounds 1`)
    process.exitCode = 1
  }
}

/**
 * How often experiments find a difference where there is none, and how often their intervals hold the truth: simulated
 * people, by the code that answers. `npm run simulate:experiments -- 20000` says how many tests of each.
 */
import {
  falsePositives,
  intervalCoverage,
  rulesOfSignificance,
} from '../server/test/experiment-simulation.ts'

const tests = Number(process.argv[2] ?? 2000)
if (!Number.isInteger(tests) || tests < 1) {
  console.error('How many tests? Give a whole number, such as 20000.')
  process.exit(1)
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`
console.log(`${tests} A/A tests of each rule (standard error of 5 %: ${percent(Math.sqrt(0.0475 / tests))})`)
for (const rule of Object.keys(rulesOfSignificance) as (keyof typeof rulesOfSignificance)[]) {
  const { rate, nominal } = falsePositives(rule, tests)
  console.log(`  ${rule}: ${percent(rate)} found a difference, ${percent(nominal)} should`)
}
console.log(`${tests} intervals of 95 % for each`)
for (const kind of ['count', 'funnel'] as const) {
  console.log(`  ${kind}: ${percent(intervalCoverage(kind, tests))} hold the true number`)
}

import { beta, credibleInterval, gamma } from '../src/experiments/distributions.ts'
import { sampleRatio } from '../src/experiments/sample-ratio.ts'
import { judgeCounts, judgeFunnels } from '../src/experiments/statistics.ts'

/** Experiments in which it is known what is true: people are drawn one by one, the same ones for the same seed. */

/** A generator of numbers from 0 to 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How often something happens to one person, `rate` times on average. */
function poisson(rate: number, random: () => number): number {
  const least = Math.exp(-rate)
  let product = random()
  let count = 0
  while (product > least) {
    count++
    product *= random()
  }
  return count
}

/** Two variants that are the same: how many saw each, how many of them did it, and how often. */
function sameForBoth(people: number, conversion: number, rate: number, random: () => number) {
  const variants = ['control', 'test'].map((key) => ({ key, seen: 0, converted: 0, count: 0 }))
  for (let i = 0; i < people; i++) {
    const variant = variants[random() < 0.5 ? 0 : 1]!
    variant.seen++
    if (random() < conversion) variant.converted++
    variant.count += poisson(rate, random)
  }
  return variants
}

const halves = new Map([
  ['control', 50],
  ['test', 50],
])

type Variants = ReturnType<typeof sameForBoth>
const funnelOf = (variants: Variants) =>
  judgeFunnels(
    variants.map(({ key, seen, converted }) => ({
      key,
      success_count: converted,
      failure_count: seen - converted,
    })),
  )

/** What would be taken for a difference, and how often it is where there is none. */
export const rulesOfSignificance = {
  /** The rule for trends: significant. Its p-value is below 0.05; counts being whole numbers, it is a little rarer. */
  count: {
    nominal: 0.05,
    people: 1500,
    isFalse: (variants: Variants) =>
      judgeCounts(
        variants.map(({ key, seen, count }) => ({
          key,
          count,
          exposure: seen / variants[0]!.seen,
          absolute_exposure: seen,
        })),
      ).significant,
  },
  /** One of two funnels is the best with 97.5 %. */
  'funnel at 97.5 %': {
    nominal: 0.05,
    people: 1500,
    isFalse: (variants: Variants) => Math.max(...Object.values(funnelOf(variants).probability)) > 0.975,
  },
  /**
   * The rule for funnels: significant. Either is the best with 90 % in one test of ten; a little rarer, as some of those that
   * control wins have a high loss.
   */
  funnel: {
    nominal: 0.2,
    people: 30_000,
    isFalse: (variants: Variants) => funnelOf(variants).significant,
  },
  /** The test behind the warning, at a level of 5 % (the warning has 0.1 %). */
  'sample ratio': {
    nominal: 0.05,
    people: 1500,
    isFalse: (variants: Variants) =>
      sampleRatio(new Map(variants.map(({ key, seen }) => [key, seen])), halves).p_value! < 0.05,
  },
}

/** How often a rule finds a difference where there is none. */
export function falsePositives(rule: keyof typeof rulesOfSignificance, tests: number, seed = 1) {
  const random = seeded(seed)
  const { nominal, people, isFalse } = rulesOfSignificance[rule]
  let found = 0
  for (let i = 0; i < tests; i++) if (isFalse(sameForBoth(people, 0.2, 4, random))) found++
  return { rate: found / tests, nominal }
}

/** How often the interval of 95 % holds the true number, over many true numbers. */
export function intervalCoverage(kind: 'count' | 'funnel', tests: number, seed = 1): number {
  const random = seeded(seed)
  const people = 400
  let covered = 0
  for (let i = 0; i < tests; i++) {
    const truth = 0.02 + 0.9 * random()
    let count = 0
    for (let one = 0; one < people; one++) {
      count += kind === 'count' ? poisson(truth, random) : Number(random() < truth)
    }
    const [low, high] = credibleInterval(
      kind === 'count' ? gamma(count + 1, people) : beta(count + 1, people - count + 1),
    )
    if (low < truth && truth < high) covered++
  }
  return covered / tests
}

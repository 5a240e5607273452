import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beta,
  credibleInterval,
  expectedLoss,
  gamma,
  probabilitiesOfLargest,
  quantile,
} from './distributions.ts'

const logGamma = (n: number): number => {
  let sum = 0
  for (let i = 2; i < n; i++) sum += Math.log(i)
  return sum
}
const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b)

/** Evan Miller, "Formulas for Bayesian A/B testing": that a rate of Beta(aB, bB) is larger than one of Beta(aA, bA). */
function millerBinary([aA, bA]: [number, number], [aB, bB]: [number, number]): number {
  let sum = 0
  for (let i = 0; i < aB; i++) {
    sum += Math.exp(logBeta(aA + i, bA + bB) - Math.log(bB + i) - logBeta(1 + i, bB) - logBeta(aA, bA))
  }
  return sum
}

/** The same page, for counts: that Gamma(a1) per b1 is larger than Gamma(a2) per b2. */
function millerCounts([a1, b1]: [number, number], [a2, b2]: [number, number]): number {
  let sum = 0
  for (let k = 0; k < a1; k++) {
    sum += Math.exp(
      k * Math.log(b1) +
        a2 * Math.log(b2) -
        (k + a2) * Math.log(b1 + b2) -
        Math.log(k + a2) -
        logBeta(k + 1, a2),
    )
  }
  return sum
}

const counts = fc.integer({ min: 1, max: 400 })
const pairs = fc.tuple(counts, counts)
const exposures = fc.double({ min: 0.05, max: 20, noNaN: true })

describe('the probability of being the largest', () => {
  it('is what Miller has in closed form for two rates', () => {
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const [pA, pB] = probabilitiesOfLargest([beta(...a), beta(...b)]) as [number, number]
        expect(pB).toBeCloseTo(millerBinary(a, b), 8)
        expect(pA + pB).toBeCloseTo(1, 8)
      }),
      { numRuns: 150, seed: 20230201 },
    )
  })

  it('is what Miller has in closed form for two counts', () => {
    fc.assert(
      fc.property(counts, exposures, counts, exposures, (a, ea, b, eb) => {
        const [pA] = probabilitiesOfLargest([gamma(a, ea), gamma(b, eb)]) as [number]
        expect(pA).toBeCloseTo(millerCounts([a, ea], [b, eb]), 8)
      }),
      { numRuns: 150, seed: 20230201 },
    )
  })

  it('sums to 1, goes with whom it is of, and is the same for the same', () => {
    const several = fc.array(pairs, { minLength: 2, maxLength: 10 })
    fc.assert(
      fc.property(several, (all) => {
        const found = probabilitiesOfLargest(all.map((one) => beta(...one)))
        expect(found.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 7)
        const reversed = probabilitiesOfLargest([...all].reverse().map((one) => beta(...one)))
        for (const [i, one] of [...reversed].reverse().entries()) expect(one).toBeCloseTo(found[i]!, 9)
      }),
      { numRuns: 40, seed: 20230201 },
    )
    const same = probabilitiesOfLargest(Array.from({ length: 10 }, () => gamma(31, 1)))
    for (const one of same) expect(one).toBeCloseTo(0.1, 8)
  })

  it('is sure where there is no doubt, also of very many and of very few', () => {
    expect(probabilitiesOfLargest([beta(1, 1_000_001), beta(1_000_001, 1)])[1]).toBeCloseTo(1, 9)
    const [few, many] = probabilitiesOfLargest([beta(1, 1), beta(500_000, 500_000)]) as [number, number]
    expect([few, many]).toEqual([expect.closeTo(0.5, 6), expect.closeTo(0.5, 6)])
    const [low, high] = probabilitiesOfLargest([gamma(1e9, 1), gamma(1e9 + 1e5, 1)]) as [number, number]
    // sd of the difference is √2e9: Φ(1e5 / 44,721)
    expect(high).toBeCloseTo(0.98733, 4)
    expect(low + high).toBeCloseTo(1, 7)
  })
})

describe('the expected loss', () => {
  /** E[max(0, B − A)] = E[B] P(B' > A) − E[A] P(B > A'), with one success more (C. Stucchio's decision rule). */
  const stucchio = ([aA, bA]: [number, number], [aB, bB]: [number, number]) =>
    (aB / (aB + bB)) * millerBinary([aA, bA], [aB + 1, bB]) -
    (aA / (aA + bA)) * millerBinary([aA + 1, bA], [aB, bB])

  it('is what it is in closed form', () => {
    fc.assert(
      fc.property(pairs, pairs, (chosen, other) => {
        expect(expectedLoss(beta(...chosen), beta(...other))).toBeCloseTo(stucchio(chosen, other), 8)
      }),
      { numRuns: 150, seed: 20230201 },
    )
  })

  it('of the one less that of the other is the difference of the means', () => {
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const [A, B] = [beta(...a), beta(...b)]
        expect(expectedLoss(A, B) - expectedLoss(B, A)).toBeCloseTo(B.mean - A.mean, 8)
      }),
      { numRuns: 60, seed: 20230201 },
    )
  })
})

describe('a quantile', () => {
  it('has its share below it', () => {
    const shares = fc.double({ min: 0.001, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(pairs, exposures, shares, (pair, exposure, share) => {
        for (const one of [beta(...pair), gamma(pair[0], exposure)]) {
          expect(one.below(quantile(one, share))).toBeCloseTo(share, 9)
        }
      }),
      { numRuns: 200, seed: 20230201 },
    )
  })

  it.each<[string, number, number]>([
    // R's documentation of `binom.test` (Conover 1971, p. 97): 682 of 925, by Clopper and Pearson
    ['binom.test, low', quantile(beta(682, 244), 0.025), 0.7076683],
    ['binom.test, high', quantile(beta(683, 243), 0.975), 0.7654066],
    // R's documentation of `poisson.test`: 137 events in 24.19893
    ['poisson.test, low', quantile(gamma(137, 24.19893), 0.025), 4.753125],
    ['poisson.test, high', quantile(gamma(138, 24.19893), 0.975), 6.692709],
    // Garwood's table of Poisson limits (1936), for 10 events
    ['Garwood, low', quantile(gamma(10, 1), 0.025), 4.7954],
    ['Garwood, high', quantile(gamma(11, 1), 0.975), 18.3904],
    // SciPy's documentation of `binomtest`: 3 of 15, one-sided
    ['binomtest, low', quantile(beta(3, 13), 0.05), 0.05684687],
  ])('is as published: %s', (_, found, published) => {
    expect(found / published).toBeCloseTo(1, 5)
  })

  it('bounds the interval that holds 95 % of what is believed', () => {
    const of = beta(27, 3)
    const [low, high] = credibleInterval(of)
    expect(of.below(high) - of.below(low)).toBeCloseTo(0.95, 10)
  })
})

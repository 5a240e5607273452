import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { falsePositives, intervalCoverage } from '../../test/experiment-simulation.ts'
import { chiSquaredTail, sampleRatio } from './sample-ratio.ts'
import {
  type CountVariant,
  type FunnelVariant,
  judgeCounts,
  judgeFunnels,
  poissonPValue,
} from './statistics.ts'

const names = ['control', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
const funnel = (...pairs: [success: number, failure: number][]): FunnelVariant[] =>
  pairs.map(([success_count, failure_count], i) => ({ key: names[i]!, success_count, failure_count }))
const count = (...numbers: (number | [count: number, exposure: number])[]): CountVariant[] =>
  numbers.map((one, i) => {
    const [counted, exposure] = typeof one === 'number' ? [one, 1] : one
    return { key: names[i]!, count: counted, exposure, absolute_exposure: Math.round(200 * exposure) }
  })
const three = (found: object) =>
  Object.values(found).map((one) => (Array.isArray(one) ? one.map((x) => x.toFixed(3)) : one.toFixed(3)))

describe('published examples', () => {
  // PostHog's tests of its experiments, where numbers are asserted, and their checks by causascientia.org's ProportionCI
  it('two funnels', () => {
    const found = judgeFunnels(funnel([100, 18], [100, 10]))
    expect(three(found.probability)).toEqual(['0.082', '0.918'])
    expect(found.expected_loss).toBeCloseTo(0.0016, 4)
    expect(found.significance_code).toBe('significant')
    const [control, test] = Object.values(found.credible_intervals) as [number, number][]
    expect(control).toEqual([expect.closeTo(0.7715, 4), expect.closeTo(0.901, 3)])
    expect(test).toEqual([expect.closeTo(0.8405, 3), expect.closeTo(0.9494, 3)])
  })
  it('three funnels', () => {
    expect(three(judgeFunnels(funnel([100, 18], [100, 10], [100, 3])).probability)).toEqual([
      '0.000',
      '0.033',
      '0.967',
    ])
    expect(three(judgeFunnels(funnel([130, 65], [120, 60], [110, 52])).probability)).toEqual([
      '0.277',
      '0.282',
      '0.440',
    ])
  })
  it('four funnels', () => {
    const found = judgeFunnels(funnel([130, 65], [120, 60], [110, 52], [100, 46]))
    expect(three(found.probability)).toEqual(['0.168', '0.174', '0.292', '0.365'])
    expect(found).toMatchObject({ significance_code: 'low_win_probability', expected_loss: 1 })
  })
  it('a small difference of large numbers', () => {
    const found = judgeFunnels(funnel([267, 2031], [286, 2014]))
    expect(found.probability.a).toBeCloseTo(0.802, 3)
    expect(found.significant).toBe(false)
    expect(found.credible_intervals.a).toEqual([expect.closeTo(0.1114, 3), expect.closeTo(0.1384, 3)])
  })
  it('two counts', () => {
    const found = judgeCounts(count(20, 30))
    expect(found.probability.a).toBeCloseTo(0.92, 2)
    // evanmiller.org/ab-testing/poisson-means.html
    expect(found.p_value).toBeCloseTo(0.2, 2)
    expect(three(found.credible_intervals)).toEqual([
      ['0.065', '0.154'],
      ['0.105', '0.214'],
    ])
    expect(judgeCounts(count(2, 1)).probability.a).toBeCloseTo(0.3125, 9)
  })
  it('three counts', () => {
    const found = judgeCounts(count(20, 26, 19))
    expect(Object.values(found.probability).map((one) => one.toFixed(2))).toEqual(['0.16', '0.72', '0.12'])
    expect(poissonPValue(count(20)[0]!, count(26)[0]!)).toBeCloseTo(0.46, 2)
    expect(poissonPValue(count(250)[0]!, count(180)[0]!)).toBeCloseTo(0.001, 3)
  })
  it('chi-squared', () => {
    // SciPy's documentation of `chisquare`
    expect(chiSquaredTail(2, 5)).toBeCloseTo(0.849145036, 8)
    expect(chiSquaredTail(3.5, 5)).toBeCloseTo(0.623387627, 8)
    // any table of critical values
    for (const [x, degrees, p] of [
      [3.841, 1, 0.05],
      [10.828, 1, 0.001],
      [5.991, 2, 0.05],
      [18.307, 10, 0.05],
    ] as const) {
      expect(chiSquaredTail(x, degrees) / p).toBeCloseTo(1, 2)
    }
  })
  it('a sample ratio mismatch', () => {
    // Kohavi, Tang, Xu, "Trustworthy Online Controlled Experiments" (2020), chapter 21
    const seen = new Map([
      ['control', 821_588],
      ['test', 815_482],
    ])
    const half = new Map([
      ['control', 50],
      ['test', 50],
    ])
    const found = sampleRatio(seen, half)
    expect(found.p_value).toBeCloseTo(1.8e-6, 7)
    expect(found.mismatch).toBe(true)
  })
})

describe('the p-value of counts', () => {
  it('is twice the smaller tail of a binomial', () => {
    const logFactorials = [0]
    for (let i = 1; i <= 400; i++) logFactorials.push(logFactorials[i - 1]! + Math.log(i))
    const counted = fc.integer({ min: 0, max: 200 })
    const ratios = fc.double({ min: 0.1, max: 10, noNaN: true })
    fc.assert(
      fc.property(counted, counted, ratios, (control, test, exposure) => {
        const n = control + test
        const share = exposure / (1 + exposure)
        const at = (k: number) =>
          Math.exp(
            logFactorials[n]! -
              logFactorials[k]! -
              logFactorials[n - k]! +
              k * Math.log(share) +
              (n - k) * Math.log1p(-share),
          )
        let [low, high] = [0, 0]
        for (let k = 0; k <= n; k++) {
          if (k <= test) low += at(k)
          if (k >= test) high += at(k)
        }
        const found = poissonPValue({ count: control, exposure: 1 }, { count: test, exposure })
        expect(found).toBeCloseTo(Math.min(1, 2 * Math.min(low, high)), 8)
      }),
      { numRuns: 300, seed: 20230201 },
    )
  })
})

describe('significance', () => {
  it.each<[string, { significance_code: string }, string]>([
    ['a funnel with 99 in a variant', judgeFunnels(funnel([10, 90], [80, 19])), 'not_enough_exposure'],
    ['a funnel with 100', judgeFunnels(funnel([10, 90], [80, 20])), 'significant'],
    ['a funnel without a difference', judgeFunnels(funnel([50, 50], [50, 50])), 'low_win_probability'],
    ['a funnel that control wins', judgeFunnels(funnel([80, 20], [10, 90])), 'high_loss'],
    ['a count with 99 who saw it', judgeCounts(count(20, [200, 99 / 200])), 'not_enough_exposure'],
    ['a count that is clear', judgeCounts(count(20, 60)), 'significant'],
    ['a count that control wins', judgeCounts(count(60, 20)), 'significant'],
    ['a count that is not', judgeCounts(count(20, 30)), 'high_p_value'],
    ['a count without a difference', judgeCounts(count(20, 20)), 'low_win_probability'],
  ])('of %s', (_, { significance_code }, expected) => {
    expect(significance_code).toBe(expected)
  })

  it('of whatever numbers: probabilities sum to 1, intervals hold the middle', () => {
    const pairs = fc.tuple(fc.nat(5000), fc.nat(5000))
    fc.assert(
      fc.property(fc.array(pairs, { minLength: 2, maxLength: 6 }), (all) => {
        const found = judgeFunnels(funnel(...all))
        expect(Object.values(found.probability).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 7)
        for (const [i, [success, failure]] of all.entries()) {
          const [low, high] = found.credible_intervals[names[i]!]!
          const mean = (success + 1) / (success + failure + 2)
          expect(low).toBeLessThan(mean)
          expect(high).toBeGreaterThan(mean)
        }
        expect(found.expected_loss).toBeGreaterThanOrEqual(0)
        expect(found.significant).toBe(found.significance_code === 'significant')
      }),
      { numRuns: 40, seed: 20230201 },
    )
  })

  it('more of the same makes a better variant better', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (a, b) => {
        const more = judgeCounts(count(a, b + 1)).probability.a!
        expect(more).toBeGreaterThan(judgeCounts(count(a, b)).probability.a! - 1e-9)
      }),
      { numRuns: 60, seed: 20230201 },
    )
  })
})

describe('the sample ratio', () => {
  const ratio = (counts: Record<string, number>, shares: Record<string, number>) =>
    sampleRatio(new Map(Object.entries(counts)), new Map(Object.entries(shares)))

  it('goes by the percentages, and leaves variants of 0 % out', () => {
    const found = ratio({ control: 900, test: 100, off: 5 }, { control: 90, test: 10, off: 0 })
    expect(found).toEqual({
      observed: { control: 900, test: 100 },
      expected: { control: 900, test: 100 },
      chi_squared: 0,
      p_value: 1,
      mismatch: false,
    })
    expect(ratio({ control: 610, test: 390 }, { control: 50, test: 50 }).mismatch).toBe(true)
  })
  it('says nothing of few people, or of one variant', () => {
    expect(ratio({ control: 4 }, { control: 50, test: 50 })).toMatchObject({ p_value: null, mismatch: false })
    expect(ratio({ control: 400 }, { control: 100 }).p_value).toBeNull()
  })
})

/** `npm run simulate:experiments` does the same at length. */
describe('in simulations', () => {
  it.each(['count', 'funnel at 97.5 %', 'sample ratio'] as const)(
    'of A/A tests by %s, as many as should find a difference',
    (rule) => {
      const { rate, nominal } = falsePositives(rule, 2000)
      expect(Math.abs(rate - nominal)).toBeLessThan(0.01)
    },
  )
  it.each(['count', 'funnel'] as const)('intervals of 95 %% by %s hold the truth', (kind) => {
    const covered = intervalCoverage(kind, 2000)
    expect(covered).toBeGreaterThan(0.93)
    expect(covered).toBeLessThan(0.97)
  })
})

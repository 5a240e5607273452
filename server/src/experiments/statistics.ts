import {
  beta,
  credibleInterval,
  type Distribution,
  expectedLoss,
  gamma,
  probabilitiesOfLargest,
} from './distributions.ts'
import { regularizedBeta } from './special-functions.ts'

/**
 * What the numbers of an experiment say, by PostHog's Bayesian method of 2023: flat priors, Beta for funnels, Gamma for
 * counts. Where PostHog draws 100,000 random numbers, the integrals are calculated: the same numbers give the same
 * answer. docs/experiments.md has the formulas.
 */

/** The variant that the others are compared with. */
export const controlKey = 'control'
export const mostVariants = 10
/** Each variant must have been seen by so many for anything to be significant. */
const leastExposure = 100
/** Control, or the others together, must win with this probability. */
const leastProbability = 0.9
const mostPValue = 0.05
const mostExpectedLoss = 0.01

export const significanceCodes = [
  'significant',
  'not_enough_exposure',
  'low_win_probability',
  'high_loss',
  'high_p_value',
] as const
export type SignificanceCode = (typeof significanceCodes)[number]

/** How often something happened to those who saw a variant. */
export type CountVariant = {
  key: string
  count: number
  /** How many saw it, against those who saw control; 1 for control. */
  exposure: number
  /** How many saw it. */
  absolute_exposure: number
}

/** How many of a variant's people went through a funnel, and how many did not. */
export type FunnelVariant = { key: string; success_count: number; failure_count: number }

type Verdict = {
  /** For each variant: how probable it is that it is the best. */
  probability: Record<string, number>
  significant: boolean
  significance_code: SignificanceCode
  /** For each variant: between which numbers its true one is, with a probability of 95 %. */
  credible_intervals: Record<string, [low: number, high: number] | null>
}
export type CountVerdict = Verdict & { p_value: number }
export type FunnelVerdict = Verdict & { expected_loss: number }

/**
 * Control's probability is what the others leave. The p-value compares control with the variant of the highest count.
 * Intervals are of how often it happens to one who saw the variant; null where nobody did.
 * @param variants control first, then at least one other
 */
export function judgeCounts(variants: CountVariant[]): CountVerdict {
  const [control, ...tests] = variants as [CountVariant, ...CountVariant[]]
  const probabilities = winProbabilities(variants.map(({ count, exposure }) => gamma(count + 1, exposure)))
  const best = tests.reduce((most, one) => (one.count > most.count ? one : most))
  const isSeen = variants.every((one) => one.absolute_exposure >= leastExposure)
  const early = beforeTheTest(isSeen, probabilities)
  const pValue = early ? 1 : poissonPValue(control, best)
  return {
    ...verdict(variants, probabilities, early ?? (pValue < mostPValue ? 'significant' : 'high_p_value')),
    p_value: pValue,
    credible_intervals: byKey(variants, ({ count, absolute_exposure: exposure }) =>
      exposure > 0 ? credibleInterval(gamma(count + 1, exposure)) : null,
    ),
  }
}

/**
 * Control's probability is what the others leave. The loss is that of the variant that converts best, against control.
 * Intervals are of the conversion rate, 0 to 1.
 * @param variants control first, then at least one other
 */
export function judgeFunnels(variants: FunnelVariant[]): FunnelVerdict {
  const [control, ...tests] = variants as [FunnelVariant, ...FunnelVariant[]]
  const believed = (one: FunnelVariant) => beta(one.success_count + 1, one.failure_count + 1)
  const probabilities = winProbabilities(variants.map(believed))
  const best = tests.reduce((most, one) => (conversionOf(one) > conversionOf(most) ? one : most))
  const isSeen = variants.every((one) => one.success_count + one.failure_count >= leastExposure)
  const early = beforeTheTest(isSeen, probabilities)
  const loss = early ? 1 : expectedLoss(believed(best), believed(control))
  return {
    ...verdict(variants, probabilities, early ?? (loss < mostExpectedLoss ? 'significant' : 'high_loss')),
    expected_loss: loss,
    credible_intervals: byKey(variants, (one) => credibleInterval(believed(one))),
  }
}

/** From 0 to 1; 0 where nobody began. */
export const conversionOf = ({ success_count: success, failure_count: failure }: FunnelVariant): number =>
  success === 0 ? 0 : success / (success + failure)

/** What is decided before loss and p-value are looked at, which then read 1. */
function beforeTheTest(isSeen: boolean, [control = 0, ...tests]: number[]): SignificanceCode | undefined {
  if (!isSeen) return 'not_enough_exposure'
  const others = tests.reduce((sum, one) => sum + one, 0)
  return control < leastProbability && others < leastProbability ? 'low_win_probability' : undefined
}

/** Sum to 1. */
function winProbabilities(believed: Distribution[]): number[] {
  const [, ...tests] = probabilitiesOfLargest(believed).map((one) => Math.min(1, Math.max(0, one)))
  return [Math.max(0, 1 - tests.reduce((sum, one) => sum + one, 0)), ...tests]
}

function verdict(variants: { key: string }[], probabilities: number[], code: SignificanceCode) {
  return {
    probability: Object.fromEntries(variants.map(({ key }, i) => [key, probabilities[i]!])),
    significant: code === 'significant',
    significance_code: code,
  }
}

const byKey = <V extends { key: string }, T>(variants: V[], what: (variant: V) => T): Record<string, T> =>
  Object.fromEntries(variants.map((one) => [one.key, what(one)]))

/**
 * The two-sided comparison of two Poisson counts, given their sum (evanmiller.org, "Statistical formulas for
 * programmers", count test): twice the smaller tail, at most 1. Of n events, the test's are Binomial(n, its share of the
 * exposure) where both happen equally often.
 */
export function poissonPValue(
  control: Pick<CountVariant, 'count' | 'exposure'>,
  test: Pick<CountVariant, 'count' | 'exposure'>,
): number {
  const share = test.exposure / (control.exposure + test.exposure)
  // P(X ≤ test) and P(X ≥ test), as shares of beta distributions: DLMF 8.17.5
  const low = 1 - regularizedBeta(share, test.count + 1, control.count)
  const high = regularizedBeta(share, test.count, control.count + 1)
  return Math.min(1, 2 * Math.min(control.count > 0 ? low : 1, test.count > 0 ? high : 1))
}

import { betaFront, gammaFront, regularizedBeta, regularizedGamma } from './special-functions.ts'

/** What is believed of a number: of a conversion rate, or of how often something happens. */
export type Distribution = {
  mean: number
  deviation: number
  /** The most that the number can be; the least is 0. */
  most: number
  density(x: number): number
  /** The share below x. */
  below(x: number): number
}

/** A rate between 0 and 1; α and β at least 1. */
export function beta(a: number, b: number): Distribution {
  const n = a + b
  return {
    mean: a / n,
    deviation: Math.sqrt((a * b) / (n + 1)) / n,
    most: 1,
    density: (x) => (x <= 0 || x >= 1 ? 0 : betaFront(a, b, x) / (x * (1 - x))),
    below: (x) => regularizedBeta(x, a, b),
  }
}

/** How often something happens in `exposure` units of chance; shape at least 1. */
export function gamma(shape: number, exposure: number): Distribution {
  return {
    mean: shape / exposure,
    deviation: Math.sqrt(shape) / exposure,
    most: Number.POSITIVE_INFINITY,
    density: (x) => (x <= 0 ? 0 : gammaFront(shape, x * exposure) / x),
    below: (x) => regularizedGamma(shape, x * exposure),
  }
}

/** The number that a share of `p` is below; by halving, with Newton's steps where they stay inside. */
export function quantile(of: Distribution, p: number): number {
  let low = 0
  let high = Number.isFinite(of.most) ? of.most : of.mean + 10 * of.deviation
  while (!Number.isFinite(of.most) && of.below(high) < p) high *= 2
  let x = Math.min(Math.max(of.mean, low), high)
  for (let step = 0; step < 200; step++) {
    const over = of.below(x) - p
    if (over > 0) high = x
    else low = x
    const density = of.density(x)
    const newton = density > 0 ? x - over / density : Number.NaN
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - x) <= 1e-14 * Math.abs(next)) return next
    x = next
  }
  return x
}

/** In the middle of the rest, the interval that holds a share of what is believed. */
export const credibleInterval = (of: Distribution, share = 0.95): [low: number, high: number] => [
  quantile(of, (1 - share) / 2),
  quantile(of, (1 + share) / 2),
]

/**
 * For each of several independent numbers: how probable it is that it is the largest, ∫ fₖ ∏ Fⱼ. By Gauss-Legendre
 * quadrature, exact to some ten digits, and the same whenever it is asked; PostHog draws 100,000 numbers instead.
 */
export function probabilitiesOfLargest(all: Distribution[]): number[] {
  const sums = all.map(() => 0)
  for (const [x, weight] of nodesFor(all)) {
    const below = all.map((one) => one.below(x))
    for (const [k, one] of all.entries()) {
      const density = one.density(x)
      if (density === 0) continue
      let product = density * weight
      for (const [j, share] of below.entries()) if (j !== k) product *= share
      sums[k]! += product
    }
  }
  return sums
}

/**
 * How much is lost on average by choosing `chosen` where `other` is larger: the mean of max(0, other − chosen), which is
 * ∫ P(chosen ≤ x) P(other > x) dx. By quadrature.
 */
export function expectedLoss(chosen: Distribution, other: Distribution): number {
  let sum = 0
  for (const [x, weight] of nodesFor([chosen, other])) {
    sum += weight * chosen.below(x) * (1 - other.below(x))
  }
  return sum
}

/** Places, in deviations from the mean, between which a distribution is smooth; its tails are those of e^−x at most. */
const places = [-40, -20, -12, -8, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 40]

/** Where functions that are made of these distributions are looked at, with the weight of each place. */
function* nodesFor(all: Distribution[]): Generator<[x: number, weight: number]> {
  const most = Math.min(...all.map((one) => one.most))
  const edges = all
    .flatMap(({ mean, deviation }) => places.map((place) => mean + place * deviation))
    .map((x) => Math.min(Math.max(x, 0), most))
    .sort((a, b) => a - b)
  for (const [i, high] of edges.entries()) {
    const low = edges[i - 1] ?? high
    if (!(high > low)) continue
    for (const [at, weight] of legendre) {
      yield [low + ((high - low) * (1 + at)) / 2, (weight * (high - low)) / 2]
    }
  }
}

/** Places and weights of Gauss-Legendre quadrature on [−1, 1] (DLMF 3.5.5). */
const legendre = legendreNodes(12)

function legendreNodes(count: number): [at: number, weight: number][] {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5))
    let slope = 0
    for (let step = 0; step < 50; step++) {
      let [before, value] = [1, x]
      for (let n = 2; n <= count; n++) {
        ;[before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n]
      }
      slope = (count * (x * value - before)) / (x * x - 1)
      const move = value / slope
      x -= move
      if (Math.abs(move) < 1e-16) break
    }
    return [x, 2 / ((1 - x * x) * slope * slope)]
  })
}

/**
 * The incomplete beta and gamma functions, from which the distributions of experiments are made. Written after the
 * formulas of the Digital Library of Mathematical Functions (dlmf.nist.gov, chapters 5 and 8) and of C. Loader, "Fast and
 * accurate computation of binomial probabilities" (2000): terms that would cancel are never formed, so that counts of
 * many millions keep some ten digits.
 */

/** log Γ(z) less Stirling's ½ log 2π + (z − ½) log z − z, for z > 0. DLMF 5.11.1, after going up to where it is exact. */
function stirlingError(z: number): number {
  if (z >= 16) {
    const square = z * z
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / z
  }
  let product = 1
  let up = z
  while (up < 16) product *= up++
  const logGamma =
    0.5 * Math.log(2 * Math.PI) + (up - 0.5) * Math.log(up) - up + stirlingError(up) - Math.log(product)
  return logGamma - (0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(z) - z)
}

/** log(1 + x) − x, for x > −1. */
function logOnePlusLess(x: number): number {
  if (Math.abs(x) > 0.1) return Math.log1p(x) - x
  let power = x
  let sum = 0
  for (let k = 2; k <= 20; k++) {
    power *= -x
    sum += power / k
  }
  return sum
}

/** x^a (1 − x)^b / B(a, b), for x within (0, 1). */
export function betaFront(a: number, b: number, x: number): number {
  const n = a + b
  const away = x - a / n
  return (
    Math.sqrt((a * b) / (2 * Math.PI * n)) *
    Math.exp(
      a * logOnePlusLess((away * n) / a) +
        b * logOnePlusLess((-away * n) / b) +
        stirlingError(n) -
        stirlingError(a) -
        stirlingError(b),
    )
  )
}

/** x^a e^−x / Γ(a), for x > 0. */
export const gammaFront = (a: number, x: number): number =>
  Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * logOnePlusLess((x - a) / a) - stirlingError(a))

const epsilon = 1e-16
const tiny = 1e-300
/** Steps until a fraction or series stands; near the mean it takes some √a of them. */
const mostSteps = (a: number) => 500 + 20 * Math.ceil(Math.sqrt(a))

/** b0 + a1/(b1 + a2/(b2 + …)) by the modified Lentz method; `term` gives aₙ and bₙ for n from 1. */
function continuedFraction(b0: number, term: (n: number) => [a: number, b: number], most: number): number {
  let value = b0 === 0 ? tiny : b0
  let c = value
  let d = 0
  for (let n = 1; n <= most; n++) {
    const [a, b] = term(n)
    d = b + a * d
    c = b + a / c
    d = 1 / (d === 0 ? tiny : d)
    if (c === 0) c = tiny
    const factor = c * d
    value *= factor
    if (Math.abs(factor - 1) < epsilon * 4) break
  }
  return value
}

/** The regularized incomplete beta function I_x(a, b), for a, b > 0: the share of Beta(a, b) below x. DLMF 8.17.22. */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  return x <= (a + 1) / (a + b + 2) ? lowerBeta(x, a, b) : 1 - lowerBeta(1 - x, b, a)
}

function lowerBeta(x: number, a: number, b: number): number {
  const fraction = continuedFraction(
    1,
    (n) => {
      const m = Math.floor(n / 2)
      const odd = -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
      const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      return [n % 2 ? odd : even, 1]
    },
    mostSteps(Math.max(a, b)),
  )
  return betaFront(a, b, x) / (a * fraction)
}

/** The regularized lower incomplete gamma function P(a, x), for a > 0: the share of Gamma(a) below x. */
export const regularizedGamma = (a: number, x: number): number =>
  x <= 0 ? 0 : x < a + 1 ? lowerGamma(a, x) : 1 - upperGamma(a, x)

/** 1 − P(a, x), exact also where it is small: the tail of Gamma(a) above x. */
export const regularizedGammaTail = (a: number, x: number): number =>
  x <= 0 ? 1 : x < a + 1 ? 1 - lowerGamma(a, x) : upperGamma(a, x)

/** DLMF 8.7.1. */
function lowerGamma(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let n = 1; n <= mostSteps(a) && term > sum * epsilon; n++) {
    term *= x / (a + n)
    sum += term
  }
  return (gammaFront(a, x) / a) * sum
}

/** DLMF 8.9.2, contracted to its even part. */
function upperGamma(a: number, x: number): number {
  const fraction = continuedFraction(x + 1 - a, (n) => [-n * (n - a), x + 2 * n + 1 - a], mostSteps(a))
  return gammaFront(a, x) / fraction
}

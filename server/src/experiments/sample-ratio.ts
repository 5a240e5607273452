import { regularizedGammaTail } from './special-functions.ts'

/** Less likely than this, and something is wrong with how people get variants, not chance. */
const mismatchLevel = 0.001
/** The chi-squared distribution is a poor guess of what happens where fewer are expected. */
const leastExpected = 5

/** Whether variants were seen as often as the flag gives them out. */
export type SampleRatio = {
  /** Of how many people each variant was seen. */
  observed: Record<string, number>
  /** How many that should be, by the flag's percentages. */
  expected: Record<string, number>
  chi_squared: number | null
  /** How likely a difference like this is where nothing is wrong; null with too few people to tell. */
  p_value: number | null
  /** Whether the difference is too large for chance: then no result can be trusted. */
  mismatch: boolean
}

/**
 * Pearson's chi-squared test of the numbers of people against the shares that they should have.
 * @param shares of each variant, in percent; those of 0 are left out
 */
export function sampleRatio(
  counts: ReadonlyMap<string, number>,
  shares: ReadonlyMap<string, number>,
): SampleRatio {
  const given = [...shares].filter(([, share]) => share > 0)
  const whole = given.reduce((sum, [, share]) => sum + share, 0)
  const total = given.reduce((sum, [key]) => sum + (counts.get(key) ?? 0), 0)
  const cells = given.map(([key, share]) => ({
    key,
    observed: counts.get(key) ?? 0,
    expected: (total * share) / whole,
  }))
  const isEnough = cells.length > 1 && cells.every(({ expected }) => expected >= leastExpected)
  const chiSquared = isEnough
    ? cells.reduce((sum, { observed, expected }) => sum + (observed - expected) ** 2 / expected, 0)
    : null
  const pValue = chiSquared === null ? null : chiSquaredTail(chiSquared, cells.length - 1)
  return {
    observed: Object.fromEntries(cells.map(({ key, observed }) => [key, observed])),
    expected: Object.fromEntries(cells.map(({ key, expected }) => [key, expected])),
    chi_squared: chiSquared,
    p_value: pValue,
    mismatch: pValue !== null && pValue < mismatchLevel,
  }
}

/** How likely a value of the chi-squared distribution is to be larger. */
export const chiSquaredTail = (x: number, degrees: number): number => regularizedGammaTail(degrees / 2, x / 2)

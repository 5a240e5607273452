/** A variant of a flag. What the API has besides is kept. */
export type Variant = { key: string; name?: string | null; rollout_percentage: number }

/** Shares that sum to 100: as even as whole numbers are. */
export const evenShares = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(100 / count) + (i < 100 % count ? 1 : 0))

export const spreadEvenly = <V extends Variant>(variants: V[]): V[] => {
  const shares = evenShares(variants.length)
  return variants.map((variant, at) => ({ ...variant, rollout_percentage: shares[at]! }))
}

/** What is wrong with variants, as one sentence; null where nothing is. */
export function variantsProblem(variants: Variant[]): string | null {
  if (variants.some(({ key }) => !/^[a-zA-Z0-9_-]+$/.test(key))) {
    return 'Every variant needs a key of letters, digits, - and _.'
  }
  const twice = variants.find(({ key }, at) => variants.findIndex((one) => one.key === key) < at)
  if (twice) return `There are two variants “${twice.key}”.`
  const rest = Math.round((100 - sumOf(variants)) * 1e6) / 1e6
  if (rest === 0) return null
  const [verb, by] = rest > 0 ? ['Give', `${rest} % more`] : ['Take', `${-rest} % away`]
  return `Variants add up to ${sumOf(variants)} %. ${verb} ${by}.`
}

const sumOf = (variants: Variant[]) =>
  Math.round(variants.reduce((sum, { rollout_percentage: share }) => sum + share, 0) * 1e6) / 1e6

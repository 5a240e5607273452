import { compareBuild, parse, Range, type SemVer } from 'semver'

/*
 * Versions as apps have them: `v1.2`, `3.08`. Reference: PostHog's flag service, which fills up to three parts and
 * drops leading zeros before it reads a version strictly.
 */

/** Null for what is no version. */
export const versionOf = (text: string): SemVer | null => parse(filledUp(plain(text)))

export type VersionOrder = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte'

const orders: Record<VersionOrder, (order: number) => boolean> = {
  eq: (order) => order === 0,
  neq: (order) => order !== 0,
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
}

/** "This version is … than the other": pre-releases come before, builds after. */
export const isInOrder = (version: SemVer, order: VersionOrder, other: SemVer): boolean =>
  orders[order](compareBuild(version, other))

export type VersionRange = 'tilde' | 'caret' | 'wildcard'

/**
 * The versions that `~1.2.3`, `^1.2.3` or `1.2.*` mean; null where the text says none. Pre-releases are in none, but for
 * those of the very version that is named.
 */
export function rangeOf(kind: VersionRange, text: string): Range | null {
  const version = plain(text)
  try {
    if (kind === 'tilde') return parse(filledUp(version)) && new Range(`~${filledUp(version)}`)
    if (kind === 'caret') return parse(filledUp(version)) && new Range(`^${filledUp(version)}`)
    const parts = version.split('.').map(withoutZeros)
    return /^(?:\*|\d+(?:\.\*){1,2}|\d+\.\d+\.\*)$/.test(parts.join('.')) ? new Range(parts.join('.')) : null
  } catch {
    // numbers too large for anyone
    return null
  }
}

const plain = (text: string) => text.replace(/^v/, '').trim()
const withoutZeros = (part: string) => (/^\d+$/.test(part) ? part.replace(/^0+(?=\d)/, '') : part)

function filledUp(version: string): string {
  const end = version.search(/[-+]/)
  const core = end < 0 ? version : version.slice(0, end)
  const parts = core.split('.').map(withoutZeros)
  while (parts.length < 3) parts.push('0')
  return parts.join('.') + (end < 0 ? '' : version.slice(end))
}

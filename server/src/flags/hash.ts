import { hash } from 'node:crypto'

/** 2^60 - 1 as the nearest double, as every SDK divides. */
const largest = Number(0xfffffffffffffffn)

/** A text's place in [0, 1]: the first 60 bits of its SHA-1, read as a fraction. */
const place = (text: string) => Number.parseInt(hash('sha1', text, 'hex').slice(0, 15), 16) / largest

/**
 * Where somebody falls in a flag's percentage, the same in every SDK and on every server. Reference: PostHog's SDKs.
 * @param id what decides: a distinct id, a device's, or a group's key
 * @param salt `variant` for the variant; nothing for the rollout
 */
export const placeInFlag = (flagKey: string, id: string, salt: '' | 'variant' = ''): number =>
  // Nobody comes first: such conditions are skipped before anyone asks.
  id === '' ? 0 : place(`${flagKey}.${id}${salt}`)

/** The same for those who are held out of several flags at once: no flag's key is part of it. */
export const placeInHoldout = (id: string): number => place(`holdout-${id}`)

import { createHash, randomBytes } from 'node:crypto'

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** 256 random bits in base 62 (digits, lower case, upper case; no padding): 43 characters, seldom 42. */
export function randomToken(bytes: Uint8Array = randomBytes(32)): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  do {
    text = alphabet[Number(rest % 62n)] + text
    rest /= 62n
  } while (rest > 0n)
  return text
}

/** A new personal API key, `phx_…`. Shown once; only `hashKey` of it is stored. */
export const newPersonalApiKey = () => `phx_${randomToken()}`

/** A new project API key, `phc_…`: public, write-only, stored as it is. */
export const newProjectApiKey = () => `phc_${randomToken()}`

/**
 * SHA-256 of a secret, hex: what `personal_api_keys.secure_value` and `sessions.id` hold. The secrets have 256
 * random bits, so a slow hash would protect nothing.
 */
export const hashKey = (key: string) => createHash('sha256').update(key).digest('hex')

/** `phx_ab…wxyz`: enough to recognise a key by, not to use it. Short ones are hidden whole. */
export function maskKey(key: string): string {
  if (key.length < 16) return '********'
  const prefix = /^ph[a-z]_/.exec(key)?.[0] ?? ''
  return `${prefix}${key.slice(prefix.length, prefix.length + 2)}…${key.slice(-4)}`
}

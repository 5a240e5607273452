import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** One-time codes by the clock, as authenticator apps make them: RFC 6238 with SHA-1, six digits, 30 seconds. */

const stepMs = 30_000
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A secret of 160 random bits in base 32 (RFC 4648), as apps take it. */
export const newTotpSecret = (): string => toBase32(randomBytes(20))

/** The code of a step, which is the number of half minutes since 1970. */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const at = mac[mac.length - 1]! & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

export const totpStep = (now: Date): number => Math.floor(now.getTime() / stepMs)

/**
 * The step that a code is of, among this one and its neighbours (clocks differ); null when it is of none. Those up to
 * `usedStep` don't count: a code that was looked over a shoulder is good once.
 */
export function matchTotp(secret: string, code: string, now: Date, usedStep: number): number | null {
  const current = totpStep(now)
  for (const step of [current, current - 1, current + 1]) {
    if (step > usedStep && isSame(totpCode(secret, step), code)) return step
  }
  return null
}

/** What a QR code for an app holds. */
export function totpUrl(secret: string, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`
}

const isSame = (expected: string, given: string) => {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(held >> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + alphabet[(held << (5 - bits)) & 31] : text
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const sign of text) {
    held = (held << 5) | alphabet.indexOf(sign)
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 255)
    held &= (1 << bits) - 1
  }
  return Buffer.from(bytes)
}

import { expect, test } from 'vitest'
import { matchTotp, newTotpSecret, totpCode, totpStep, totpUrl } from './totp.ts'

/** The key of RFC 6238's test vectors, "12345678901234567890", in base 32. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test.each([
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
])('the code at %i seconds is the one of RFC 6238', (seconds, code) => {
  expect(totpCode(secret, totpStep(new Date(seconds * 1000)))).toBe(code)
})

test('a code is good half a minute early and late, and once', () => {
  const now = new Date(1234567890_000)
  const step = totpStep(now)
  for (const near of [step - 1, step, step + 1]) {
    expect(matchTotp(secret, totpCode(secret, near), now, 0)).toBe(near)
    expect(matchTotp(secret, totpCode(secret, near), now, near)).toBeNull()
  }
  expect(matchTotp(secret, totpCode(secret, step - 2), now, 0)).toBeNull()
  expect(matchTotp(secret, totpCode(secret, step + 2), now, 0)).toBeNull()
  for (const nonsense of ['', '12345', '1234567', 'abcdef']) {
    expect(matchTotp(secret, nonsense, now, 0)).toBeNull()
  }
})

test('secrets have 160 bits, and apps are told whose they are', () => {
  const made = newTotpSecret()
  expect(made).toMatch(/^[A-Z2-7]{32}$/)
  expect(newTotpSecret()).not.toBe(made)
  expect(totpUrl(made, 'ada@example.com', 'Hedge row')).toBe(
    `otpauth://totp/Hedge%20row:ada%40example.com?secret=${made}&issuer=Hedge%20row`,
  )
})

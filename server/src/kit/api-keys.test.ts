import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashKey, maskKey, newPersonalApiKey, newProjectApiKey, randomToken } from './api-keys.ts'

test('a token is the base-62 number of its bytes, digits before lower case before upper case', () => {
  expect(randomToken(Uint8Array.of(0))).toBe('0')
  expect(randomToken(Uint8Array.of(35))).toBe('z')
  expect(randomToken(Uint8Array.of(61))).toBe('Z')
  expect(randomToken(Uint8Array.of(62))).toBe('10')
})

test('every 256-bit value has its own token of at most 43 characters', () => {
  const digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const token = randomToken(bytes)
      expect(token).toMatch(/^[0-9A-Za-z]{1,43}$/)
      let back = 0n
      for (const digit of token) back = back * 62n + BigInt(digits.indexOf(digit))
      expect(back).toBe(BigInt(`0x${Buffer.from(bytes).toString('hex')}`))
    }),
  )
})

test('new keys carry their prefix and differ', () => {
  expect(newPersonalApiKey()).toMatch(/^phx_[0-9A-Za-z]{40,43}$/)
  expect(newProjectApiKey()).toMatch(/^phc_[0-9A-Za-z]{40,43}$/)
  expect(newPersonalApiKey()).not.toBe(newPersonalApiKey())
})

test('a mask shows six characters of a key, and nothing of a short one', () => {
  expect(maskKey('phx_abcdefghijklmnopqrstuvwxyz')).toBe('phx_ab…wxyz')
  expect(maskKey('0123456789abcdefXYZ')).toBe('01…fXYZ')
  expect(maskKey('phx_short')).toBe('********')
})

test('the hash is SHA-256 in hex', () => {
  expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

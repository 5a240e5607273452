import { randomToken } from '../kit/api-keys.ts'

const length = 8

/** Eight random letters and digits, never digits alone: an address takes it where it takes a number. */
export function newShortId(): string {
  const random = randomToken().slice(-length)
  return /\D/.test(random) ? random : newShortId()
}

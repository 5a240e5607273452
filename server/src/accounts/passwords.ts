import { hash, verify } from '@node-rs/argon2'
import { invalid } from '../model/errors.ts'

/** Argon2id with the memory and passes that OWASP recommends (19 MiB, 2). */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password, cost)

let decoy: Promise<string> | undefined

/** Whether the password is right. Takes as long for an account without a password, or without existence. */
export async function passwordMatches(passwordHash: string | null | undefined, password: string) {
  if (passwordHash) return verify(passwordHash, password)
  decoy ??= hashPassword('no account has this')
  await verify(await decoy, password)
  return false
}

/** The heads of every list of leaked passwords, of eight characters and more. */
const common = new Set(
  `password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword iloveyou sunshine princess
  football baseball superman trustno1 starwars whatever computer michelle jennifer corvette mercedes maverick
  qwertyui qwertyuiop qwerty123 qwerty12 1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx qazwsxedc asdfghjk asdfghjkl asdf1234
  abcd1234 abc12345 abcdefgh a1b2c3d4 aa123456 welcome1 welcome123 letmein1 letmein123 changeme changeme1 default1
  administrator admin123 admin1234 adminadmin dragon123 monkey123 master123 shadow123 michael1 charlie1 liverpool
  chelsea1 arsenal1 internet samsung1 pokemon1 hello123 freedom1 secret123 test1234 testtest testing1 testing123
  iloveyou1 passport midnight victoria elizabeth christian alexander benjamin nicholas danielle jonathan
  11111111 12345678 123456789 1234567890 87654321 987654321 00000000 12341234 11223344 88888888`
    .split(/\s+/)
    .filter(Boolean),
)

/** Refuses passwords that are guessed first: short, all digits, on every list, or like the account's own words. */
export function checkPassword(
  password: string,
  person: { email: string; firstName?: string },
  attr = 'password',
): void {
  const problem = weakness(password, person)
  if (problem) throw invalid(problem.detail, { code: problem.code, attr })
}

function weakness(password: string, person: { email: string; firstName?: string }) {
  if (password.length < 8) {
    return {
      code: 'password_too_short',
      detail: 'This password is too short. It must contain at least 8 characters.',
    }
  }
  // argon2 reads all of it; without an end, one request could keep a core busy.
  if (password.length > 1000) {
    return { code: 'max_length', detail: 'Ensure this field has no more than 1000 characters.' }
  }
  if (/^\d+$/.test(password)) {
    return { code: 'password_entirely_numeric', detail: 'This password is entirely numeric.' }
  }
  const lower = password.toLowerCase()
  if (common.has(lower)) return { code: 'password_too_common', detail: 'This password is too common.' }
  const own = [
    ['email address', person.email],
    ['email address', person.email.split('@')[0]],
    ['first name', person.firstName],
  ] as const
  for (const [name, word] of own) {
    if (word && word.length >= 4 && alike(lower, word.toLowerCase())) {
      return { code: 'password_too_similar', detail: `The password is too similar to the ${name}.` }
    }
  }
  return null
}

/** One holds the other, and little else. */
const alike = (a: string, b: string) =>
  (a.includes(b) && b.length >= a.length * 0.7) || (b.includes(a) && a.length >= b.length * 0.7)

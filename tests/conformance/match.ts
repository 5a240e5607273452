/** Compares an answer with what a vector expects. The special values are described in README.md beside this file. */

type Wanted = Record<string, unknown>

const isObject = (value: unknown): value is Wanted =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

const show = (value: unknown) => {
  const text = JSON.stringify(value)
  if (text === undefined) return 'nothing'
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

const asNumber = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : Number.NaN

/** Null where `got` is what `want` asks for, else a sentence that says where it is not. */
export function difference(want: unknown, got: unknown, at = '$'): string | null {
  if (isObject(want)) {
    const verdict = specialVerdict(want, got, at)
    return verdict ? verdict.difference : objectDifference(want, got, at)
  }
  if (Array.isArray(want)) {
    if (!Array.isArray(got)) return `${at}: expected an array, got ${show(got)}`
    if (got.length !== want.length) {
      return `${at}: expected ${want.length} elements ${show(want)}, got ${got.length}: ${show(got)}`
    }
    return firstOf(want.map((element, i) => () => difference(element, got[i], `${at}[${i}]`)))
  }
  const same =
    typeof want === 'number' && typeof got === 'number'
      ? Math.abs(want - got) <= 1e-9 * Math.max(1, Math.abs(want))
      : want === got
  return same ? null : `${at}: expected ${show(want)}, got ${show(got)}`
}

const matched = { difference: null }

/** What a special value (`$approx`, …) says; undefined where `want` is an ordinary object. */
function specialVerdict(want: Wanted, got: unknown, at: string): { difference: string | null } | undefined {
  const expect = (holds: boolean, what: string) =>
    holds ? matched : { difference: `${at}: expected ${what}, got ${show(got)}` }
  if ('$exists' in want)
    return expect((got !== undefined && got !== null) === want.$exists, want.$exists ? 'a value' : 'no value')
  if ('$approx' in want) {
    return expect(
      Math.abs(asNumber(got) - Number(want.$approx)) <= Number(want.tol ?? 1e-6),
      `about ${want.$approx}`,
    )
  }
  if ('$num' in want) return expect(asNumber(got) === Number(want.$num), `the number ${want.$num}`)
  if ('$regex' in want) {
    return expect(
      typeof got === 'string' && new RegExp(String(want.$regex), 's').test(got),
      `/${want.$regex}/`,
    )
  }
  if ('$length' in want)
    return expect(Array.isArray(got) && got.length === want.$length, `length ${want.$length}`)
  if ('$contains' in want) {
    const missing = (want.$contains as unknown[]).find(
      (wanted) => !Array.isArray(got) || !got.some((element) => difference(wanted, element) === null),
    )
    return expect(missing === undefined && Array.isArray(got), `an element like ${show(missing)}`)
  }
  if ('$unordered' in want) {
    const wanted = want.$unordered as unknown[]
    if (!Array.isArray(got) || got.length !== wanted.length)
      return expect(false, `${wanted.length} elements in any order`)
    const left = [...got]
    for (const element of wanted) {
      const i = left.findIndex((candidate) => difference(element, candidate) === null)
      if (i < 0)
        return { difference: `${at}: nothing left that matches ${show(element)}; left ${show(left)}` }
      left.splice(i, 1)
    }
    return matched
  }
  return undefined
}

function objectDifference(want: Wanted, got: unknown, at: string): string | null {
  if (!isObject(got)) return `${at}: expected an object, got ${show(got)}`
  return firstOf(Object.keys(want).map((key) => () => difference(want[key], got[key], `${at}.${key}`)))
}

const firstOf = (checks: (() => string | null)[]): string | null => {
  for (const check of checks) {
    const found = check()
    if (found) return found
  }
  return null
}

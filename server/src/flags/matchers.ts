import { RE2JS } from 're2js'
import { isObject } from '../kit/is-object.ts'
import { type Clock, momentOf, momentOfValue, numberOf } from './moments.ts'
import { isInOrder, rangeOf, type VersionOrder, type VersionRange, versionOf } from './versions.ts'

/**
 * Whether a value is what a filter wants; undefined where there is no value at all (null is one). What cannot be
 * compared does not match.
 */
export type Matcher = (value: unknown, clock: Clock) => boolean

/** Why a filter can never match; `code` is PostHog's for it. */
export type FilterProblem = { problem: string; code?: string }

/** A value as text: itself, or its JSON with the names of objects in order, as PostHog's flag service writes it. */
export const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : JSON.stringify(value, (_, inner) => (isObject(inner) ? inOrder(inner) : inner))

const inOrder = (object: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))

/**
 * The operators of conditions on people and groups, by the value that the filter has. Reference: PostHog's flag
 * service. The negative ones match what is missing, `is_not_set` apart only in name.
 */
const makers: Record<string, (wanted: unknown) => Matcher | FilterProblem> = {
  exact: (wanted) => given(equals(wanted)),
  is_not: (wanted) => unless(equals(wanted)),
  icontains: (wanted) => given(contains(wanted)),
  not_icontains: (wanted) => unless(contains(wanted)),
  icontains_multi: (wanted) => given(containsAny(wanted)),
  not_icontains_multi: (wanted) => unless(containsAny(wanted)),
  starts_with: (wanted) => given(startsWith(wanted)),
  not_starts_with: (wanted) => unless(startsWith(wanted)),
  ends_with: (wanted) => given(endsWith(wanted)),
  not_ends_with: (wanted) => unless(endsWith(wanted)),
  regex: (wanted) => pattern(wanted, (found) => given(found)),
  not_regex: (wanted) => pattern(wanted, (found) => unless(found)),
  gt: (wanted) => numeric(wanted, (value, bound) => value > bound),
  gte: (wanted) => numeric(wanted, (value, bound) => value >= bound),
  lt: (wanted) => numeric(wanted, (value, bound) => value < bound),
  lte: (wanted) => numeric(wanted, (value, bound) => value <= bound),
  between: (wanted) => range(wanted, (isWithin) => isWithin === true, false),
  not_between: (wanted) => range(wanted, (isWithin) => isWithin === false, true),
  is_date_exact: (wanted) => dated(wanted, (moment, other) => moment === other),
  is_date_before: (wanted) => dated(wanted, (moment, other) => moment < other),
  is_date_after: (wanted) => dated(wanted, (moment, other) => moment > other),
  semver_eq: (wanted) => ordered(wanted, 'eq'),
  semver_neq: (wanted) => ordered(wanted, 'neq'),
  semver_gt: (wanted) => ordered(wanted, 'gt'),
  semver_gte: (wanted) => ordered(wanted, 'gte'),
  semver_lt: (wanted) => ordered(wanted, 'lt'),
  semver_lte: (wanted) => ordered(wanted, 'lte'),
  semver_tilde: (wanted) => ranged(wanted, 'tilde'),
  semver_caret: (wanted) => ranged(wanted, 'caret'),
  semver_wildcard: (wanted) => ranged(wanted, 'wildcard'),
}

const never: Matcher = () => false

/**
 * What a filter that can't be understood does: it matches nobody, but for the negative ones, which match those who
 * have no value, as they do before the filter is looked at.
 */
export const matcherOfProblem = (operator: string | null | undefined): Matcher =>
  operator === 'not_regex' || operator === 'not_between' ? (value) => value === undefined : never

/** All operators of conditions on people and groups. */
export const operators: readonly string[] = [...Object.keys(makers), 'is_set', 'is_not_set']

/**
 * What a filter does; or why it can't match anything, which counts as no match.
 * @param operator `exact` where it is not said
 */
export function matcherOf(operator: string | null | undefined, wanted: unknown): Matcher | FilterProblem {
  const name = operator ?? 'exact'
  if (name === 'is_set') return (value) => value !== undefined
  if (name === 'is_not_set') return (value) => value === undefined
  if (!Object.hasOwn(makers, name))
    return { problem: `"${name}" is not an operator.`, code: 'invalid_operator' }
  // A filter that is not filled in matches nobody, whichever way round it is.
  return wanted === undefined || wanted === null ? never : makers[name]!(wanted)
}

type Test = (value: unknown) => boolean
const given =
  (test: Test): Matcher =>
  (value) =>
    value !== undefined && test(value)
const unless =
  (test: Test): Matcher =>
  (value) =>
    value === undefined || !test(value)

function equals(wanted: unknown): Test {
  if (isLikeBoolean(wanted)) {
    const truth = isTrue(wanted)
    return (value) => isTrue(value) === truth
  }
  const texts = new Set((Array.isArray(wanted) ? wanted : [wanted]).map((one) => textOf(one).toLowerCase()))
  return (value) => texts.has(textOf(value).toLowerCase())
}

/** `true`, `"False"`, or a list of only such: then what counts is whether a value is true. */
function isLikeBoolean(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isLikeBoolean)
  return typeof value === 'boolean' || (typeof value === 'string' && /^(?:true|false)$/i.test(value))
}

function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isTrue)
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

let lastText = ''
let lastLower = ''

/** Letters outside ASCII stay as they are. Many flags ask for one value in turn: the last one's is kept. */
function lower(value: unknown): string {
  const text = textOf(value)
  if (text !== lastText) {
    lastLower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    lastText = text
  }
  return lastLower
}

function contains(wanted: unknown): Test {
  const part = lower(wanted)
  return (value) => lower(value).includes(part)
}

function containsAny(wanted: unknown): Test {
  const parts = (Array.isArray(wanted) ? wanted : [wanted]).map(lower)
  return (value) => {
    const text = lower(value)
    return parts.some((part) => text.includes(part))
  }
}

function startsWith(wanted: unknown): Test {
  const start = lower(wanted)
  return (value) => lower(value).startsWith(start)
}

function endsWith(wanted: unknown): Test {
  const end = lower(wanted)
  return (value) => lower(value).endsWith(end)
}

/** Linear in the text's length, whatever the pattern: so without look-around and back-references. */
function pattern(wanted: unknown, make: (found: Test) => Matcher): Matcher | FilterProblem {
  const text = textOf(wanted)
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(text)
  } catch (error) {
    return {
      problem: `Invalid regular expression "${text}": ${(error as Error).message}`,
      code: 'invalid_regex',
    }
  }
  return make((value) => compiled.matcher(textOf(value)).find())
}

function numeric(wanted: unknown, holds: (value: number, bound: number) => boolean): Matcher | FilterProblem {
  const bound = numberOf(wanted)
  if (bound === null) return { problem: `"${textOf(wanted)}" is not a number.`, code: 'invalid_value' }
  return (value) => {
    const number = numberOf(value)
    return number !== null && holds(number, bound)
  }
}

function range(
  wanted: unknown,
  holds: (isWithin: boolean | null) => boolean,
  whenMissing: boolean,
): Matcher | FilterProblem {
  const bounds = Array.isArray(wanted) && wanted.length === 2 ? wanted.map(numberOf) : []
  const [low, high] = bounds
  if (typeof low !== 'number' || typeof high !== 'number' || !(low <= high)) {
    return {
      problem: `${textOf(wanted)} is not a range: a list of two numbers, the smaller one first.`,
      code: 'invalid_value',
    }
  }
  return (value) => {
    if (value === undefined) return whenMissing
    const number = numberOf(value)
    return holds(number === null || Number.isNaN(number) ? null : number >= low && number <= high)
  }
}

function dated(wanted: unknown, holds: (moment: number, other: number) => boolean): Matcher | FilterProblem {
  const sample = { now: 0, timezone: 'UTC' }
  if (typeof wanted !== 'string' || momentOf(wanted, sample) === null) {
    return { problem: `Invalid date value: ${textOf(wanted)}`, code: 'invalid_date' }
  }
  return (value, clock) => {
    if (value === undefined) return false
    const moment = momentOfValue(value, clock)
    const other = moment === null ? null : momentOf(wanted, clock)
    return moment !== null && other !== null && holds(moment, other)
  }
}

const notAVersion = (wanted: unknown): FilterProblem => ({
  problem: `"${textOf(wanted)}" is not a version.`,
  code: 'invalid_value',
})

function ordered(wanted: unknown, order: VersionOrder): Matcher | FilterProblem {
  const bound = versionOf(textOf(wanted))
  if (!bound) return notAVersion(wanted)
  return (value) => {
    const version = value === undefined ? null : versionOf(textOf(value))
    return version !== null && isInOrder(version, order, bound)
  }
}

function ranged(wanted: unknown, kind: VersionRange): Matcher | FilterProblem {
  const versions = rangeOf(kind, textOf(wanted))
  if (!versions) return notAVersion(wanted)
  return (value) => {
    const version = value === undefined ? null : versionOf(textOf(value))
    return version !== null && versions.test(version)
  }
}

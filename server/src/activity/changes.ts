import { isDeepStrictEqual } from 'node:util'
import { isObject } from '../kit/is-object.ts'

/** One thing that a change did, as PostHog's activity log tells it; values that are not there are null. */
export type Change = {
  /** The kind of thing that was changed: the entry's scope. */
  type: string
  action: 'created' | 'changed' | 'deleted' | 'merged' | 'split' | 'exported'
  field: string | null
  before: unknown
  after: unknown
}

/** What stands in an entry in the place of a secret. */
const masked = 'masked'

/** What follows from a change or merely goes with it, and is nobody's decision. */
const bookkeeping = new Set([
  'id',
  'uuid',
  'short_id',
  'team_id',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'last_updated_at',
  'last_modified_at',
  'last_modified_by',
  'last_refresh',
  'last_calculated_at',
  'last_calculation',
  'last_seen_at',
  'last_viewed_at',
  'last_error',
  'errors_calculating',
  'is_calculating',
  'order',
  'layouts',
])

/**
 * What differs between two states of a thing, a change for each field, as the activity log tells it: `created` where
 * there was nothing before, `deleted` where there is nothing after. Give both as the API shows them, whole: a field
 * that one of them lacks was, or is, null.
 * @param options.omit fields that are no decision of anybody's, besides the usual ones (ids, `created_at`, …)
 * @param options.mask fields whose values are secrets: that they changed is told, and nothing more
 */
export function changesBetween(
  scope: string,
  before: object,
  after: object,
  options: { omit?: readonly string[]; mask?: readonly string[] } = {},
): Change[] {
  const [was, is] = [before, after] as [Record<string, unknown>, Record<string, unknown>]
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((field): Change[] => {
    const [from, to] = [was[field] ?? null, is[field] ?? null]
    if (bookkeeping.has(field) || options.omit?.includes(field) || isDeepStrictEqual(from, to)) return []
    const action = from === null ? 'created' : to === null ? 'deleted' : 'changed'
    const shown = (value: unknown) => (value !== null && options.mask?.includes(field) ? masked : value)
    return [{ type: scope, action, field, before: shown(from), after: shown(to) }]
  })
}

const secretName =
  /(?:^|_)(?:passwords?|passwd|secrets?|tokens?|api_?keys?|private_?key|authorization|credentials?)(?:_|$)/
const snake = (name: string) => name.replace(/[a-z0-9](?=[A-Z])/g, '$&_').toLowerCase()
const personalKey = /\bph[xs]_[0-9A-Za-z]{8,}/g

/**
 * JSON without what is secret: values under a name that says so (`password`, `webhook_token`), and personal API keys
 * wherever they stand.
 */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(personalKey, masked)
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      // that something is secret (`{"secret": true}`) is no secret
      inner !== null && typeof inner !== 'boolean' && secretName.test(snake(name))
        ? masked
        : withoutSecrets(inner),
    ]),
  )
}

/** The longest value that an entry keeps, in characters of JSON. */
const mostKept = 100_000

/** A change as it is kept: without secrets, and without values that are too long to be kept with each change. */
export function kept(change: Change): Change {
  const { field } = change
  const shown = (value: unknown) => {
    if (value === null || value === undefined) return null
    if (field !== null && secretName.test(snake(field))) return masked
    const length = JSON.stringify(value)?.length ?? 0
    return length > mostKept ? `(${length} characters, too long to be kept here)` : withoutSecrets(value)
  }
  return { ...change, before: shown(change.before), after: shown(change.after) }
}

import { cleanText, firstCharacters } from '../../kit/clean-text.ts'
import { isObject } from '../../kit/is-object.ts'
import { isNestedDeeper, mostLevels } from '../../kit/json-depth.ts'
import { parseLenientJson } from '../../kit/lenient-json.ts'
import { HedgerowError, invalid } from '../../model/errors.ts'

/** What a client asks, as far as it is understood. */
export type AskedFlags = {
  /** The project API key, or a personal key in its place. */
  key: string | null
  personalKey: string | null
  distinctId: string | null
  anonDistinctId: string | null
  deviceId: string | null
  personProperties: Record<string, unknown>
  groups: Record<string, string>
  groupProperties: Record<string, Record<string, unknown>>
  keys: string[] | null
  contexts: string[] | null
  runtime: 'client' | 'server' | 'all' | null
  geoipDisabled: boolean
  flagsDisabled: boolean
}

const mostKeys = 10_000
const longestId = 200

/**
 * Reads a decoded body. Fields have older names too, and what has the wrong type is not there: SDKs of ten years send
 * all kinds of things, and their users need an answer.
 * @throws HedgerowError `invalid` for what is no JSON object
 */
export function readAskedFlags(json: Buffer): AskedFlags {
  const body = bodyOf(json)
  const first = (...names: string[]) => names.map((name) => body[name]).find((value) => value != null)
  const personProperties = dictionary(first('person_properties', '$properties'))
  const keys = first('flag_keys_to_evaluate', 'flag_keys')
  const runtime = first('evaluation_runtime')
  return {
    key: text(first('token', 'api_key', '$token')),
    personalKey: text(first('personal_api_key')),
    distinctId: idOf(first('distinct_id', '$distinct_id')),
    anonDistinctId:
      idOf(first('$anon_distinct_id', 'anon_distinct_id') ?? personProperties.$anon_distinct_id) || null,
    deviceId: idOf(first('$device_id', 'device_id') ?? personProperties.$device_id) || null,
    personProperties,
    groups: groupsOf(first('groups', '$groups')),
    groupProperties: Object.fromEntries(
      Object.entries(dictionary(first('group_properties', '$group_properties'))).map(([type, properties]) => [
        type,
        dictionary(properties),
      ]),
    ),
    keys: Array.isArray(keys) ? texts(keys).slice(0, mostKeys) : null,
    contexts: contextsOf(first('evaluation_contexts', 'evaluation_environments')),
    runtime: runtime === 'client' || runtime === 'server' || runtime === 'all' ? runtime : null,
    geoipDisabled: first('geoip_disable', '$geoip_disable') === true,
    flagsDisabled: first('disable_flags') === true,
  }
}

function bodyOf(json: Buffer): Record<string, unknown> {
  const body = parsed(json.toString('utf8'))
  if (!isObject(body)) throw malformed('The body must be a JSON object.')
  return body
}

/** JSON, or the base64 of it, which may be percent-encoded. @throws HedgerowError */
function parsed(given: string): unknown {
  try {
    return parse(given)
  } catch (error) {
    if (error instanceof HedgerowError) throw error
    try {
      return parse(Buffer.from(decodeURIComponent(given), 'base64').toString('utf8'))
    } catch {
      throw malformed('The body is neither JSON nor the base64 of it.')
    }
  }
}

function parse(given: string): unknown {
  if (isNestedDeeper(given, mostLevels)) throw malformed(`The body nests more than ${mostLevels} deep.`)
  return parseLenientJson(given)
}

const malformed = (detail: string) => invalid(detail, { code: 'malformed_data' })

const text = (value: unknown) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null)
const texts = (values: unknown[]) => values.filter((value) => typeof value === 'string')
const dictionary = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})
const contextsOf = (value: unknown) =>
  Array.isArray(value) ? texts(value).map((one) => one.trim().toLowerCase()) : null

/** An id as events have it: a number is its decimal text, and what is too long is cut. Null where there is none. */
function idOf(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  return firstCharacters(cleanText(String(value)), longestId)
}

/** Group keys are texts or numbers. */
const groupsOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(dictionary(value)).flatMap(([type, key]) =>
      typeof key === 'string' || typeof key === 'number' ? [[type, cleanText(String(key))]] : [],
    ),
  )

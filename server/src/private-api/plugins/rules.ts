import type { Change } from '../../activity/changes.ts'
import { isObject } from '../../kit/is-object.ts'
import { invalid } from '../../model/errors.ts'

/** What stands in the place of a secret setting. */
export const masked = '**************** POSTHOG SECRET FIELD ****************'

/** @returns what says that something can not be done here @throws never */
export const notSupported = (detail: string, attr?: string) =>
  invalid(detail, { code: 'not_supported', attr })

/** The keys of settings that are secret, by either form of a schema. */
export function secretKeys(schema: unknown): Set<string> {
  const fields = Array.isArray(schema)
    ? schema.map((field: unknown) => [isObject(field) ? field.key : undefined, field])
    : Object.entries(isObject(schema) ? schema : {})
  return new Set(
    fields.flatMap(([key, field]) =>
      typeof key === 'string' && isObject(field) && field.secret === true ? [key] : [],
    ),
  )
}

/**
 * The settings as they are kept from now on: of secret ones, what was not given, null and what stands in the place of a
 * secret mean what is there.
 */
export function withSecretsOf(
  given: Record<string, unknown>,
  before: Record<string, unknown>,
  secret: ReadonlySet<string>,
): Record<string, unknown> {
  const kept = { ...given }
  for (const key of secret) {
    if (kept[key] !== undefined && kept[key] !== null && kept[key] !== masked) continue
    if (before[key] === undefined) delete kept[key]
    else kept[key] = before[key]
  }
  return kept
}

/** The settings as they are shown: secret ones only tell that they are there. */
export const withoutSecrets = (config: Record<string, unknown>, secret: ReadonlySet<string>) =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, secret.has(key) && value ? masked : value]),
  )

/** What differs between settings, as the activity log tells it. */
export function configChanges(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  secret: ReadonlySet<string>,
): Change[] {
  const shown = (key: string, value: unknown) => (value !== null && secret.has(key) ? masked : value)
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field): Change[] => {
    const [from, to] = [before[field] ?? null, after[field] ?? null]
    if (JSON.stringify(from) === JSON.stringify(to)) return []
    const action = from === null ? 'created' : to === null ? 'deleted' : 'changed'
    return [{ type: 'PluginConfig', action, field, before: shown(field, from), after: shown(field, to) }]
  })
}

const mostFiles = 20
const mostCharacters = 1_000_000
const fileName = /^[\w-]+(?:\/[\w-]+)*(?:\.[\w-]+)+$/

/**
 * An app's files as they are from now on: null deletes one, and what is not given stays.
 * @throws HedgerowError `invalid` for what is no file's name, and for too much.
 */
export function changedSource(
  before: Record<string, string>,
  given: Record<string, string | null>,
): Record<string, string> {
  const files = new Map(Object.entries(before))
  for (const [name, text] of Object.entries(given)) {
    // where a key may be sent, and no file
    if (name === 'personal_api_key') continue
    if (name.length > 100 || !fileName.test(name)) throw invalid(`"${name}" is no name of a file.`)
    if (text === null) files.delete(name)
    else files.set(name, text)
  }
  if (files.size > mostFiles) throw invalid(`An app has at most ${mostFiles} files.`)
  const characters = [...files.values()].reduce((sum, text) => sum + text.length, 0)
  if (characters > mostCharacters) throw invalid(`An app has at most ${mostCharacters} characters.`)
  return Object.fromEntries(files)
}

/** Which files differ; what is in them is not told. */
export function sourceChanges(before: Record<string, string>, after: Record<string, string>): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field): Change[] => {
    if (before[field] === after[field]) return []
    const action =
      before[field] === undefined ? 'created' : after[field] === undefined ? 'deleted' : 'changed'
    return [{ type: 'Plugin', action, field, before: null, after: null }]
  })
}

/**
 * What `plugin.json` says of the app; nothing where there is none.
 * @throws HedgerowError `invalid` where it can't be read.
 */
export function readManifest(source: Record<string, string>): {
  name?: string
  configSchema?: unknown[] | Record<string, unknown>
} {
  const text = source['plugin.json']
  if (text === undefined || text === '') return {}
  const wrong = (detail: string) => invalid(detail, { attr: 'plugin.json' })
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch (error) {
    throw wrong(`plugin.json is no JSON: ${(error as Error).message}`)
  }
  if (!isObject(manifest)) throw wrong('plugin.json must be an object.')
  const { name, config } = manifest
  if (name !== undefined && (typeof name !== 'string' || name === '' || name.length > 200)) {
    throw wrong('The name in plugin.json must be text of at most 200 characters.')
  }
  if (config !== undefined && !isObject(config) && !(Array.isArray(config) && config.every(isObject))) {
    throw wrong('config in plugin.json must be a list of settings, or an object of them.')
  }
  return {
    ...(name !== undefined && { name }),
    ...(config !== undefined && { configSchema: config }),
  }
}

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/**
 * Our OpenAPI document against PostHog's of 2023: what a client that was made for theirs would find otherwise. A
 * difference is a line of text, so that the list of known ones (`data/compatibility.yaml`) is read by people:
 *
 *   missing hooks_list                               the operation is not there
 *   refused plugins_upgrade_create                   it is there to say that it can't be done
 *   named Trends: insights_trend_create              it has another operation id
 *   status persons_update: 204 for 200
 *   parameter actions_list format                    it is not taken; `: required` where it must be given
 *   request cohorts_create groups: not taken         as are types that are not taken; `: required`, `: shorter`
 *   answer persons_list results[].id: string for integer
 *   answer tags_list count: missing                  `: optional` where it is not always there
 */

export type Json = Record<string, unknown>
type Schema = {
  $ref?: string
  type?: string | string[]
  nullable?: boolean
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  readOnly?: boolean
  writeOnly?: boolean
  maxLength?: number
  additionalProperties?: unknown
}
type Content = { content?: Record<string, { schema?: Schema }> }
type Operation = {
  operationId: string
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[]
  requestBody?: Content
  responses: Record<string, Content>
}
export type Document = {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

/** What PostHog published of its API in February 2023. */
export const postHog = (): Document => parse(read('data/posthog-openapi-2023.yaml'))
/** What is committed of ours; `check:generated` has it as the contracts say. */
export const ours = (): Document => JSON.parse(read('../../openapi.json'))

/** Differences that are known, and why they are. */
export type Known = { why: string; is: string[] }
/** Those of ours, and those between PostHog's document and PostHog's server, whom we follow. */
export const known = (): Record<'otherwise' | 'as_the_server', Known[]> =>
  parse(read('data/compatibility.yaml'))

/** Whether a known difference, in which `*` stands for anything, is this one. */
export const isKnownAs = (pattern: string, difference: string): boolean =>
  new RegExp(`^${escaped(pattern)}$`).test(difference)

const escaped = (pattern: string) => pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')

const unnamed = (path: string) => path.replace(/\{[^}]+\}/g, '{}')

/** Every difference between the two. */
export function differences(mine: Document, theirs: Document): string[] {
  const found = new Set<string>()
  const here = new Map(
    Object.entries(mine.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, one]): [string, Operation] => [
        `${method} ${unnamed(path)}`,
        one,
      ]),
    ),
  )
  for (const [path, methods] of Object.entries(theirs.paths)) {
    for (const [method, their] of Object.entries(methods)) {
      const id = their.operationId
      const our = here.get(`${method} ${unnamed(path)}`)
      if (!our) {
        found.add(`missing ${id}`)
        continue
      }
      if (our.operationId !== id) found.add(`named ${id}: ${our.operationId}`)
      if (statusOf(our, their) === undefined) {
        found.add(`refused ${id}`)
        continue
      }
      for (const line of [
        ...statusAndAnswer({ mine, our }, { theirs, their }),
        ...parameters(our, their),
        ...request({ mine, our }, { theirs, their }),
      ])
        found.add(line)
    }
  }
  return [...found].sort()
}

type Mine = { mine: Document; our: Operation }
type Theirs = { theirs: Document; their: Operation }

/** The status of an answer that is no failure. */
const good = (responses: Record<string, Content>) =>
  Object.keys(responses).find((status) => status.startsWith('2'))
const schemaOf = (one: Content | undefined) => one?.content?.['application/json']?.schema

const wasStatus = ({ responses }: Operation) => good(responses) ?? Object.keys(responses)[0]!
/** Ours of an answer that is no failure, or the failure that theirs is, too. */
const statusOf = ({ responses }: Operation, their: Operation) =>
  good(responses) ?? (wasStatus(their) in responses ? wasStatus(their) : undefined)

function statusAndAnswer({ mine, our }: Mine, { theirs, their }: Theirs): string[] {
  const id = their.operationId
  const [is, was] = [statusOf(our, their)!, wasStatus(their)]
  const lines = is === was ? [] : [`status ${id}: ${is} for ${was}`]
  const [answered, expected] = [schemaOf(our.responses[is]), schemaOf(their.responses[was])]
  if (!expected) return lines
  if (!answered) return [...lines, `answer ${id}: nothing for ${typeText(alternatives(expected, theirs))}`]
  const problems = answers(answered, mine, expected, theirs, '')
  return [...lines, ...problems.map((problem) => `answer ${id}${problem}`)]
}

function parameters(our: Operation, their: Operation): string[] {
  const declared = new Map(
    (our.parameters ?? []).filter((one) => one.in === 'query').map((one) => [one.name, one]),
  )
  return (their.parameters ?? [])
    .filter((one) => one.in === 'query')
    .flatMap(({ name, required }) => {
      const same = declared.get(name)
      if (!same) return [`parameter ${their.operationId} ${name}`]
      return same.required && !required ? [`parameter ${their.operationId} ${name}: required`] : []
    })
}

function request({ mine, our }: Mine, { theirs, their }: Theirs): string[] {
  const given = schemaOf(their.requestBody)
  if (!given) return []
  const taken = schemaOf(our.requestBody)
  const lines = taken ? takes(taken, mine, given, theirs, '') : [': not taken']
  return lines.map((line) => `request ${their.operationId}${line}`)
}

/** One thing that a schema lets through. */
type Alternative = {
  type: 'any' | 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object'
  schema: Schema
}

/** What a schema lets through, without references and unions. */
function alternatives(schema: Schema, document: Document): Alternative[] {
  if (schema.$ref) {
    const named = document.components?.schemas?.[schema.$ref.split('/').at(-1)!]
    return named ? orNull(schema, alternatives(named, document)) : [{ type: 'any', schema: {} }]
  }
  const union = schema.anyOf ?? schema.oneOf
  if (union)
    return orNull(
      schema,
      union.flatMap((one) => alternatives(one, document)),
    )
  if (schema.allOf) {
    const [only, ...more] = schema.allOf
    if (only && more.length === 0) return orNull(schema, alternatives(only, document))
    return [{ type: 'any', schema }]
  }
  const values = valuesOf(schema)
  const type = values?.length && values.every(Number.isInteger) ? 'integer' : schema.type
  const types = [type ?? typeOfValues(schema)].flat() as Alternative['type'][]
  return orNull(
    schema,
    types.map((type) => ({ type, schema })),
  )
}

const orNull = ({ nullable }: Schema, found: Alternative[]): Alternative[] =>
  nullable ? [...found, { type: 'null', schema: {} }] : found

function typeOfValues(schema: Schema): Alternative['type'] {
  if (schema.properties) return 'object'
  const [first] = valuesOf(schema) ?? []
  if (first === undefined) return 'any'
  return first === null ? 'null' : (typeof first as 'string' | 'boolean' | 'number')
}

const typeText = (all: Alternative[]) => [...new Set(all.map(({ type }) => type))].sort().join('|')
const fits = (is: Alternative['type'], expected: Alternative['type']) =>
  is === expected || expected === 'any' || (is === 'integer' && expected === 'number')

/** Deeper than anything that differs by itself: types may hold themselves. */
const isDeep = (path: string) => path.split('.').length > 8

/** Where what we answer is none of what they answer: ` path: why`. */
function answers(mine: Schema, here: Document, theirs: Schema, there: Document, path: string): string[] {
  const [is, expected] = [alternatives(mine, here), alternatives(theirs, there)]
  return is.flatMap((one) => {
    const like = expected.filter(({ type }) => fits(one.type, type))
    if (!like.length) return [`${path && ` ${path}`}: ${one.type} for ${typeText(expected)}`]
    const other = like.find(({ type }) => type === one.type)
    if (!other) return []
    if (one.type === 'array') {
      if (!one.schema.items || !other.schema.items) return []
      return answers(one.schema.items, here, other.schema.items, there, `${path}[]`)
    }
    if (one.type === 'string') {
      const values = valuesOf(other.schema)
      const extra = values && valuesOf(one.schema)?.filter((value) => !values.includes(value))
      return extra?.length ? [`${path && ` ${path}`}: ${extra.join('|')} among its values`] : []
    }
    if (one.type !== 'object') return []
    if (!one.schema.properties)
      return other.schema.required?.length ? [`${path && ` ${path}`}: any object`] : []
    return Object.entries(other.schema.properties ?? {}).flatMap(([name, theirField]) => {
      if (writeOnly(theirField, there)) return []
      const at = path ? `${path}.${name}` : name
      const field = one.schema.properties![name]
      if (!field) return [` ${at}: missing`]
      const lines = one.schema.required?.includes(name) ? [] : [` ${at}: optional`]
      return [...lines, ...(isDeep(at) ? [] : answers(field, here, theirField, there, at))]
    })
  })
}

const valuesOf = (schema: Schema) => schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
const writeOnly = (schema: Schema, document: Document) =>
  schema.writeOnly === true || alternatives(schema, document).some((one) => one.schema.writeOnly)
const readOnly = (schema: Schema, document: Document) =>
  schema.readOnly === true || alternatives(schema, document).every((one) => one.schema.readOnly)

/** Numbers, truth values and text are read from each other: `"3"` is 3. */
const scalars = new Set(['boolean', 'integer', 'number', 'string'])

/** Where what they take is nothing that we take: ` path: why`. */
function takes(mine: Schema, here: Document, theirs: Schema, there: Document, path: string): string[] {
  const [taken, given] = [alternatives(mine, here), alternatives(theirs, there)]
  return given.flatMap((one) => {
    const other =
      taken.find(({ type }) => type === one.type) ??
      taken.find(({ type }) => fits(one.type, type) || one.type === 'any') ??
      taken.find(({ type }) => scalars.has(type) && scalars.has(one.type))
    if (!other) return [`${path && ` ${path}`}: ${one.type} not taken`]
    if (one.type === 'string' && other.type === 'string') {
      const values = valuesOf(other.schema)
      // null is a type of its own
      const refused =
        values && valuesOf(one.schema)?.filter((value) => value !== null && !values.includes(value))
      if (refused?.length) return [`${path && ` ${path}`}: ${refused.join('|')} not taken`]
      const [most, theirMost] = [other.schema.maxLength, one.schema.maxLength]
      return most !== undefined && !one.schema.enum && (theirMost === undefined || most < theirMost)
        ? [`${path && ` ${path}`}: at most ${most} for ${theirMost ?? 'any number of'} characters`]
        : []
    }
    if (one.type === 'array' && other.type === 'array') {
      if (!one.schema.items || !other.schema.items) return []
      return takes(other.schema.items, here, one.schema.items, there, `${path}[]`)
    }
    if (one.type !== 'object' || other.type !== 'object' || !other.schema.properties) return []
    const fields = one.schema.properties ?? {}
    const required = (other.schema.required ?? []).filter((name) => !one.schema.required?.includes(name))
    return [
      ...required.map((name) => ` ${path ? `${path}.${name}` : name}: required`),
      ...Object.entries(fields).flatMap(([name, field]) => {
        if (readOnly(field, there)) return []
        const at = path ? `${path}.${name}` : name
        const our = other.schema.properties![name]
        if (our) return isDeep(at) ? [] : takes(our, here, field, there, at)
        return other.schema.additionalProperties ? [] : [` ${at}: not taken`]
      }),
    ]
  })
}

import { needsCredentials, type Operation } from '../../src/http/operation.ts'
import { type Request, requestOf, type Seeded } from '../every-request.ts'
import { hostileHeader, isPublic, plainPublic, publicQuery, type Wrapping, wrappings } from './public.ts'
import type { Random } from './random.ts'
import { hostileNumber, hostileText, hostileValue, unwritable, valueNamed } from './values.ts'

type Json = Record<string, unknown>
/** A part of an OpenAPI document. */
type Schema = Record<string, unknown>

/** Who asks: the owner by key or in a browser, a plain member of the organization, or nobody. */
export type Who = 'key' | 'session' | 'member' | 'nobody'

/** A request as it goes out. */
export type Hostile = {
  operation: Operation
  who: Who
  /** Of the address, without the query. Parameters are encoded already, if they are. */
  path: string
  query: [name: string, value: string][]
  contentType: string
  /** Undefined for none. What no JSON can say stands in it as `unwritable` has it. */
  body: unknown
  /** Damage done to the body's text: where, as a share of its length, and what. */
  damage: null | { kind: 'cut' | 'twice' | 'junk'; at: number }
  /** Headers besides those that say who asks; null takes one away. */
  headers: Record<string, string | null>
  /** How the body's text is packed; null for not at all. */
  wrapping: Wrapping | null
}

/** What the requests are drawn from. */
export type Ground = {
  seeded: Seeded
  /** The key with which SDKs send to the seeded project. */
  token: string
  /** Ids of what is another organization's. */
  foreign: (string | number)[]
  /** Where what must not be asked listens. */
  trap: string
  /** The whole document: `app.swagger()`. */
  document: Schema
}

/**
 * What would end the run for all that comes after: these are never asked for what they can have. Their own tests and
 * `every-request.test.ts` ask them.
 */
const fatal = new Set([
  'organizations_destroy',
  'destroy',
  'members_destroy',
  'logout_create',
  'reset_token_partial_update',
  'users_two_factor_disable_create',
  'users_validate_2fa_create',
  'personal_api_keys_roll_create',
])

/** The request that `every-request.ts` has of this operation. */
export function plain(operation: Operation, { seeded, token }: Ground): Hostile {
  if (isPublic(operation)) {
    const who = operation.declared.needsPersonalKey ? 'key' : 'nobody'
    const rest = { operation, contentType: 'application/json', damage: null, wrapping: null }
    return { ...rest, who, ...plainPublic(operation, { id: String(seeded.ids.projects), token }) }
  }
  const sample: Request = requestOf(operation, seeded)
  const [path, search] = sample.path.split('?') as [string, string | undefined]
  return {
    operation,
    who: needsCredentials(operation.access) ? 'key' : 'nobody',
    path,
    query: [...new URLSearchParams(search ?? '')],
    contentType: 'application/json',
    body: structuredClone(sample.body),
    damage: null,
    headers: {},
    wrapping: null,
  }
}

/** A request of this operation, broken in one to several places. */
export function draw(operation: Operation, ground: Ground, random: Random): Hostile {
  const drawn = plain(operation, ground)
  drawn.who =
    drawn.who === 'nobody'
      ? random.pick(['nobody', 'session'])
      : random.pick(['key', 'key', 'key', 'key', 'key', 'session', 'member'])
  const shape = shapeOf(operation, ground.document)
  const mutations: (() => void)[] = []
  const hasParameters = /:\w+/.test(operation.path.replace(/:(project|organization)_id/g, ''))
  if (hasParameters && random.chance(0.5)) mutations.push(() => breakPath(drawn, ground, random))
  mutations.push(() => breakQuery(drawn, shape.query, ground, random))
  if (shape.query.length) mutations.push(() => breakQuery(drawn, shape.query, ground, random))
  if (isPublic(operation)) {
    mutations.push(() => {
      const [name, value] = hostileHeader(random, ground.trap)
      drawn.headers = { ...drawn.headers, [name]: value }
    })
    if (drawn.body !== undefined) {
      mutations.push(() => {
        drawn.wrapping = random.pick([...wrappings])
      })
    }
  }
  if (drawn.body !== undefined) {
    for (let times = 0; times < 4; times++) mutations.push(() => breakBody(drawn, shape.body, ground, random))
    if (random.chance(0.05)) mutations.push(() => breakText(drawn, random))
  }
  const removes = operation.method === 'DELETE' && !random.chance(0.05)
  if (hasParameters && (fatal.has(operation.id) || removes)) breakPath(drawn, ground, random)
  else if (fatal.has(operation.id)) drawn.path = `${drawn.path}x/`
  do random.pick(mutations)()
  while (random.chance(0.5))
  return drawn
}

/** Ids that are there but are another's or another kind's, and what is no id at all. */
function breakPath(drawn: Hostile, { seeded, foreign, trap }: Ground, random: Random): void {
  const declared = drawn.operation.path.split('/')
  const places = declared.flatMap((part, at) => (/^:(?!project_id|organization_id)/.test(part) ? [at] : []))
  const segments = drawn.path.split('/')
  const at = random.pick(places)
  const isFatal = fatal.has(drawn.operation.id)
  const id = random.pick<() => string | number>([
    () => (isFatal ? 'x' : random.pick(Object.values(seeded.ids))),
    () => random.pick(foreign),
    () => random.pick(foreign),
    () => hostileText(random, trap),
    () => hostileNumber(random),
    () =>
      random.pick(
        [
          '9'.repeat(30),
          '-1',
          '1.0',
          '00',
          '1e3',
          '0x1',
          ' 1',
          'NaN',
          '1,2',
          '@me',
          '@current',
          'x'.repeat(999),
        ].filter((one) => !isFatal || !one.startsWith('@')),
      ),
    () => '00000000-0000-0000-0000-000000000000',
  ])()
  segments[at] = random.chance(0.05)
    ? random.pick(['%', '%ff', '%c0%ae', '%00', '%2e%2e%2f', '%u0041'])
    : encoded(String(id))
  drawn.path = segments.join('/')
}

/** A lone surrogate has no place in an address. */
const wellFormed = (text: string) => Buffer.from(text).toString()
const encoded = (text: string) => encodeURIComponent(wellFormed(text))

function breakQuery(drawn: Hostile, declared: Parameter[], ground: Ground, random: Random): void {
  const { trap } = ground
  const known = random.chance(0.9) && declared.length > 0
  const one = known
    ? random.pick(declared)
    : {
        name: random.pick([
          ...['x', '__proto__', 'token', 'format', 'after', 'personal_api_key'],
          ...(isPublic(drawn.operation) ? publicQuery : []),
        ]),
        schema: {},
      }
  const value = random.pick<() => unknown>([
    () => valueNamed(one.name, random, trap) ?? fromSchema(one.schema, one.name, ground, random, 0),
    () => fromSchema(one.schema, one.name, ground, random, 0),
    () => hostileValue(random, trap),
  ])()
  const text = wellFormed(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
  // an address has its limit, as in every server
  const pair: [string, string] = [one.name, text.slice(0, 8000)]
  random.pick<() => void>(
    [
      () => {
        drawn.query = [...drawn.query.filter(([name]) => name !== one.name), pair]
      },
      () => drawn.query.push(pair),
      () => drawn.query.push([`${one.name}[${random.pick(['', 'a', '__proto__'])}]`, pair[1]]),
      () => {
        drawn.query = drawn.query.filter(([name]) => name !== one.name)
      },
    ].slice(0, random.chance(0.7) ? 1 : 4),
  )()
}

/** Puts something else into one place of the body: one that is there, or one that the contract knows. */
function breakBody(drawn: Hostile, schema: Schema, ground: Ground, random: Random): void {
  const { trap } = ground
  if (random.chance(0.03)) {
    drawn.body = hostileValue(random, trap)
    return
  }
  if (random.chance(0.08)) {
    drawn.body = fromSchema(schema, '', ground, random, 0)
    return
  }
  // Down to where it is broken: likelier near the top, as there the contract's own fields are.
  let at = drawn.body
  let here: Schema | undefined = schema
  for (;;) {
    if (typeof at !== 'object' || at === null) return
    const place: Json = at as Json
    const properties: Record<string, Schema> = propertiesOf(here, place, ground.document)
    const there = Object.keys(place)
    const names = [...there, ...Object.keys(properties)]
    const name = random.chance(0.04)
      ? random.pick(['__proto__', 'id', 'team_id', 'deleted', ''])
      : random.pick(names.length ? names : ['x'])
    const child = Object.hasOwn(place, name) ? place[name] : undefined
    const next: Schema | undefined = properties[name]
    if (typeof child === 'object' && child !== null && Object.keys(child).length && random.chance(0.6)) {
      at = child
      here = next
      continue
    }
    const value = random.pick<() => unknown>([
      () => hostileValue(random, trap),
      () => valueNamed(name, random, trap) ?? hostileText(random, trap),
      () =>
        valueNamed(name, random, trap) ??
        (next ? fromSchema(next, name, ground, random, 0) : hostileNumber(random)),
      () => (next ? fromSchema(next, name, ground, random, 0) : hostileValue(random, trap)),
      () => random.pick([[child], { x: child }, null, String(child)]),
      () => undefined,
      () => random.pick([...Object.values(ground.seeded.ids), ...ground.foreign]),
    ])()
    if (value === undefined && child !== undefined && !Array.isArray(place)) delete place[name]
    else Object.defineProperty(place, name, { value, enumerable: true, configurable: true, writable: true })
    return
  }
}

function breakText(drawn: Hostile, random: Random): void {
  if (random.chance(0.5)) drawn.damage = { kind: random.pick(['cut', 'twice', 'junk']), at: random.share() }
  else {
    drawn.contentType = random.pick([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'application/octet-stream',
      'application/json; charset=utf-16',
      'nonsense',
      '',
    ])
  }
}

/** The text of a request's body; undefined for none. */
export function textOf({ body, damage }: Hostile): string | undefined {
  if (body === undefined) return undefined
  let text = JSON.stringify(body)
  for (const [stand, json] of Object.entries(unwritable)) text = text.replaceAll(`"${stand}"`, json)
  if (!damage) return text
  const at = Math.floor(damage.at * text.length)
  switch (damage.kind) {
    case 'cut':
      return text.slice(0, at)
    case 'twice':
      return text + text
    case 'junk':
      return `${text.slice(0, at)}\u0000]${text.slice(at)}`
  }
}

type Parameter = { name: string; schema: Schema }

/** What the documentation says that an operation takes. */
function shapeOf(operation: Operation, document: Schema): { query: Parameter[]; body: Schema } {
  const path = operation.path.replace(/:(\w+)/g, '{$1}')
  const paths = document.paths as Record<string, Record<string, Schema> | undefined>
  const described = paths[path]?.[operation.method.toLowerCase()] ?? {}
  const parameters = (described.parameters ?? []) as { in: string; name: string; schema?: Schema }[]
  const content = (described.requestBody as { content?: Record<string, { schema?: Schema }> } | undefined)
    ?.content
  return {
    query: parameters.flatMap((one) =>
      one.in === 'query' ? [{ name: one.name, schema: one.schema ?? {} }] : [],
    ),
    body: content?.['application/json']?.schema ?? {},
  }
}

function resolved(schema: Schema | undefined, document: Schema): Schema {
  let found = schema ?? {}
  for (let hops = 0; typeof found.$ref === 'string' && hops < 10; hops++) {
    found = found.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (at as Json)[key], document) as Schema
  }
  return found
}

const branches = (schema: Schema): Schema[] =>
  ((schema.anyOf ?? schema.oneOf ?? schema.allOf) as Schema[] | undefined) ?? []

/** Of what stands at a place, by name; of a union, of the branches that its `kind` or `type` allows. */
function propertiesOf(
  schema: Schema | undefined,
  value: Json,
  document: Schema,
  depth = 0,
): Record<string, Schema> {
  const here = resolved(schema, document)
  if (depth > 6) return {}
  const item =
    Array.isArray(value) && here.items
      ? Object.fromEntries(Object.keys(value).map((at) => [at, here.items as Schema]))
      : {}
  const own = { ...(here.properties as Record<string, Schema> | undefined), ...item }
  for (const branch of branches(here)) {
    const kinds = (resolved(branch, document).properties ?? {}) as Record<string, Schema>
    const fits = ['kind', 'type', 'value'].every(
      (name) =>
        kinds[name]?.const === undefined || value[name] === undefined || kinds[name].const === value[name],
    )
    if (fits) Object.assign(own, propertiesOf(branch, value, document, depth + 1))
  }
  return own
}

/** Something that the schema may well allow, with something in it now and then that it does not. */
function fromSchema(
  given: Schema | undefined,
  name: string,
  ground: Ground,
  random: Random,
  depth: number,
): unknown {
  const { document, trap } = ground
  const schema = resolved(given, document)
  if (random.chance(0.04)) return hostileValue(random, trap)
  if (schema.const !== undefined) return schema.const
  if (Array.isArray(schema.enum)) return random.pick(schema.enum)
  const choices = branches(schema)
  if (choices.length) return fromSchema(random.pick(choices), name, ground, random, depth)
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type
  switch (type) {
    case 'object': {
      const properties = (schema.properties ?? {}) as Record<string, Schema>
      const required = new Set((schema.required as string[] | undefined) ?? [])
      const share = depth > 4 ? 0 : depth > 1 ? 0.25 : 0.5
      const entries = Object.entries(properties)
        .filter(([key]) => required.has(key) || random.chance(share))
        .map(([key, property]) => [key, fromSchema(property, key, ground, random, depth + 1)])
      return Object.fromEntries(entries)
    }
    case 'array': {
      const least = Number(schema.minItems ?? 0)
      const length = least + random.below(depth > 4 ? 1 : 3)
      return Array.from({ length }, () => fromSchema(schema.items as Schema, name, ground, random, depth + 1))
    }
    case 'string':
      return textFor(schema, name, ground, random)
    case 'integer':
    case 'number': {
      const least = Number(schema.minimum ?? 0)
      return random.pick([least, least + 1, Number(schema.maximum ?? 10), 7, hostileNumber(random)])
    }
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    default:
      return valueNamed(name, random, trap) ?? hostileValue(random, trap)
  }
}

function textFor(schema: Schema, name: string, { seeded, trap }: Ground, random: Random): string {
  switch (random.chance(0.8) ? schema.format : undefined) {
    case 'uuid':
      return String(seeded.ids.persons)
    case 'date-time':
      return random.pick(['2024-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])
    case 'email':
      return 'x@example.com'
    case 'uri':
      return random.pick(['https://example.com/', trap])
  }
  const known = valueNamed(name, random, trap)
  return typeof known === 'string' && random.chance(0.7) ? known : hostileText(random, trap)
}

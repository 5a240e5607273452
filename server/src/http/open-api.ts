import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { OpenAPIV3_1 } from 'openapi-types'
import { z } from 'zod'
import { type Documentation, type Example, readDocumentation } from './documentation.ts'
import { withPlainNames } from './open-api-names.ts'
import { described, needsCredentials, type Operation, type PublicOperation } from './operation.ts'

const description = `Hedgerow speaks PostHog's API. It has two parts. The **public** one takes events; a project API key is enough for
it, it never answers with stored data, and it has no rate limit. The **private** one is for all that a user may do.

For the private one, authenticate with a personal API key: as \`Authorization: Bearer phx_…\`, as \`personal_api_key\` in the body, or as
\`personal_api_key\` in the query string. Only the first of them, in this order, is looked at.

Requests with personal API keys are limited, all of an organization together: 480 a minute and 4800 an hour; for what is answered
from events (insights, queries, people, events) 240 a minute and 1200 an hour. \`X-RateLimit-Limit\`, \`X-RateLimit-Remaining\` and
\`X-RateLimit-Reset\` (Unix seconds) say how many are left; beyond that the answer is 429 with \`Retry-After\`.

Every failure has one shape: \`{"type", "code", "detail", "attr"}\`.`

type Document = OpenAPIV3_1.Document
type Schema = Record<string, unknown>

/** Collects every route's contract into one OpenAPI 3.1 document (`app.swagger()`). */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  const shapes = createJsonSchemaTransform({ skipList: [] })
  const publicOperations = new Map<string, PublicOperation>()
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hedgerow', version: '1', description },
      components: {
        securitySchemes: {
          project_api_key: {
            type: 'apiKey',
            in: 'query',
            name: 'api_key',
            description: 'A project API key, `phc_…`; usually it is sent as `api_key` in the body instead.',
          },
          personal_api_key: { type: 'http', scheme: 'bearer', description: 'A personal API key, `phx_…`.' },
          session: { type: 'apiKey', in: 'cookie', name: 'sessionid' },
        },
      },
    },
    // Routes without a contract (files, health, other ways to send the same) are not part of the document.
    transform: (document) => {
      const { operation: declared, describes } = document.route.config ?? {}
      if (describes) {
        publicOperations.set(describes.path, describes)
        const schema = described({ ...describes, tags: [describes.tag.name] })
        const shaped = shapes({ ...document, schema } as never) as { schema: object }
        const security = [
          ...(describes.needsPersonalKey ? [] : [{ project_api_key: [] }]),
          { personal_api_key: [] },
        ]
        return { schema: { ...shaped.schema, security }, url: describes.path } as never
      }
      if (!declared) return { schema: { hide: true }, url: document.url }
      const schema = { ...document.schema, ...unnamed(declared.query) }
      const shaped = shapes({ ...document, schema } as never) as { schema: Schema; url: string }
      return { schema: { ...shaped.schema, security: securityOf(declared) }, url: shaped.url } as never
    },
    transformObject: (document) => {
      const assemble = createJsonSchemaTransformObject({})
      const described = [...app.operations, ...publicOperations.values()]
      const own = new Map([...publicOperations.values()].map(({ tag }) => [tag.name, tag.description]))
      const documentation = readDocumentation()
      const assembled = { ...(assemble(document) as Document), ...tagsOf(documentation, own) }
      return tidied(assembled, described, documentation) as never
    },
  })
}

/** The tags in the sidebar's order, with their pages; those that it does not know come last. */
function tagsOf({ groups, tagPage }: Documentation, own: Map<string, string>) {
  const names = new Set([...groups.flatMap(({ tags }) => tags), ...own.keys()])
  return {
    tags: [...names].map((name) => ({ name, description: tagPage(name) || (own.get(name) ?? '') })),
    'x-tagGroups': groups,
  }
}

/** Parameters are listed one by one, so a name that the object of them has must not hide them behind a reference. */
const unnamed = (query: z.ZodObject | undefined) => query && { querystring: z.object(query.shape) }

/** With the scope that a key must have, where the operation has one. */
const securityOf = ({ access, scope }: Operation) => {
  if (access === 'visitor') return [{}, { session: [] }]
  return needsCredentials(access)
    ? [{ personal_api_key: scope && scope !== 'any' ? [scope] : [] }, { session: [] }]
    : []
}

/** Names and noise: what all operations share is said once, and what zod says about JavaScript is dropped. */
function tidied(
  document: Document,
  operations: (Operation | PublicOperation)[],
  { examples, hidden }: Documentation,
): Document {
  const byId = new Map(operations.map((declared) => [declared.id, declared]))
  const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>
  schemas.Error = errorSchema
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const described of Object.values(item ?? {}) as OpenAPIV3_1.OperationObject[]) {
      const id = described.operationId ?? ''
      const declared = byId.get(id)
      if (declared) addResponses(described, declared, path)
      const example = examples[id] ?? (declared && exampleOf(declared))
      if (example) addExample(described, example)
      if (hidden.includes(id)) Object.assign(described, { 'x-internal': true })
    }
  }
  return sorted(withPlainNames(quiet(document) as Document))
}

const errorSchema: Schema = {
  type: 'object',
  description: 'The shape of every failure. Only the first problem is told.',
  required: ['type', 'code', 'detail', 'attr'],
  properties: {
    type: {
      type: 'string',
      description:
        'What kind of failure: the body or a parameter, the credentials or rights, the request, its rate, or ours.',
      enum: [
        'validation_error',
        'authentication_error',
        'invalid_request',
        'throttled_error',
        'server_error',
      ],
    },
    code: { type: 'string', description: 'For programs to switch on.' },
    detail: { type: 'string', description: 'For people to read.' },
    attr: {
      type: ['string', 'null'],
      description: 'The field at fault; nested names are joined by two underscores.',
    },
    extra: {
      type: 'object',
      additionalProperties: true,
      description:
        'Facts about this failure, for some codes: of a `hogql_error`, where in the text of the query it is.',
    },
  },
}

const statusNames: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  204: 'Done; no body.',
  302: 'Elsewhere.',
  400: 'The request says something that cannot be.',
  401: 'No credentials, or wrong ones.',
  403: 'Not allowed.',
  404: 'Not found.',
  405: 'Not possible here.',
  409: 'Changed by someone else.',
  413: 'Too large.',
  415: 'Of a type or encoding that is not taken.',
  429: 'Too many requests; `Retry-After` says how many seconds to wait.',
  503: 'Away or full for the moment.',
}

function addResponses(
  described: OpenAPIV3_1.OperationObject,
  declared: Operation | PublicOperation,
  path: string,
): void {
  const status = declared.status ?? 200
  const good = (declared.answer && described.responses?.[status]) as OpenAPIV3_1.ResponseObject | undefined
  const failures = new Set(declared.errors)
  const isHeld = 'access' in declared ? needsCredentials(declared.access) : declared.needsPersonalKey
  if (isHeld) failures.add(401).add(429)
  if (path.includes('{project_id}')) failures.add(403).add(404)
  if (declared.body) failures.add(400)
  described.responses = {
    [status]: { ...good, description: statusNames[status] ?? 'OK' },
    ...Object.fromEntries(
      [...failures]
        .sort((a, b) => a - b)
        .map((code) => [
          code,
          {
            description: statusNames[code] ?? 'A failure.',
            content: { 'application/json': { schema: failureSchema(declared) } },
          },
        ]),
    ),
  }
}

const failureSchema = (declared: Operation | PublicOperation) => {
  if (!('failure' in declared && declared.failure)) return { $ref: '#/components/schemas/Error' }
  const { $schema: _, ...schema } = z.toJSONSchema(declared.failure)
  return schema as Schema
}

/** What an operation declares itself: those that SDKs use, and what no recorded request can show. */
const exampleOf = (declared: Operation | PublicOperation): Example => ({
  status: declared.status ?? 200,
  ...('example' in declared && { body: declared.example }),
  ...(declared.answer && { answer: (declared.answer.meta()?.examples as unknown[] | undefined)?.[0] }),
})

/** Where the example was asked and answered so, it says so: of parameters, body and answer. */
function addExample(described: OpenAPIV3_1.OperationObject, example: Example): void {
  for (const parameter of (described.parameters ?? []) as OpenAPIV3_1.ParameterObject[]) {
    const value = (parameter.in === 'path' ? example.params : example.query)?.[parameter.name]
    if (value !== undefined) parameter.example = value
  }
  const { content = {} } = (described.requestBody ?? {}) as Partial<OpenAPIV3_1.RequestBodyObject>
  for (const type of Object.values(content)) if (example.body !== undefined) type.example = example.body
  const answered = described.responses?.[example.status] as OpenAPIV3_1.ResponseObject | undefined
  for (const type of Object.values(answered?.content ?? {})) {
    if (example.answer !== undefined) type.example = example.answer
  }
}

/** Bounds that only say "a JavaScript integer", and patterns beside a format that says the same. */
function quiet(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(quiet)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([key, child]) =>
      !(key === 'maximum' && child === Number.MAX_SAFE_INTEGER) &&
      !(key === 'minimum' && child === Number.MIN_SAFE_INTEGER) &&
      !(key === 'pattern' && typeof (value as Schema).format === 'string') &&
      // Unknown fields are ignored on the way in, and may be added on the way out.
      !(key === 'additionalProperties' && child === false) &&
      key !== 'propertyNames' &&
      key !== '$id',
  )
  return Object.fromEntries(entries.map(([key, child]) => [key, quiet(child)]))
}

/** The document does not depend on the order in which slices are registered. */
function sorted(document: Document): Document {
  const byName = <T extends object>(object: T | undefined) =>
    Object.fromEntries(Object.entries(object ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) as T
  return {
    ...document,
    paths: byName(document.paths),
    components: { ...document.components, schemas: byName(document.components?.schemas) },
  }
}

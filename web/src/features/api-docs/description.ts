import { queryOptions } from '@tanstack/react-query'
import { undescribed } from '../../api/client.ts'

/** A JSON Schema of OpenAPI 3.1, as far as it is shown. */
export type Schema = {
  $ref?: string
  type?: string | string[]
  format?: string
  description?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  additionalProperties?: boolean | Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  minimum?: number
  maximum?: number
  maxLength?: number
  minLength?: number
  maxItems?: number
}

export type Parameter = {
  name: string
  in: 'path' | 'query' | 'header' | 'cookie'
  required?: boolean
  description?: string
  schema?: Schema
  example?: unknown
}

type Content = Record<string, { schema?: Schema; example?: unknown }>

export type ApiOperation = {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses: Record<string, { description: string; content?: Content }>
  security?: Record<string, string[]>[]
  'x-internal'?: boolean
}

export type Description = {
  info: { title: string; version: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, ApiOperation>>
  components: { schemas: Record<string, Schema> }
}

export type Guides = {
  pages: { slug: string; title: string; file: string; markdown: string }[]
  groups: { name: string; tags: string[] }[]
  /** Changes when what is documented does, where somebody is working on it (`npm run docs`). */
  revision?: string
}

export type Entry = { method: string; path: string; operation: ApiOperation }

export const descriptionQuery = queryOptions({
  queryKey: ['api description'],
  queryFn: ({ signal }) => undescribed<Description>('/api/schema/', undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

export const guidesQuery = queryOptions({
  queryKey: ['api guides'],
  queryFn: ({ signal }) => undescribed<Guides>('/api/docs/guides.json', undefined, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** Every operation that is shown, under the first of its tags that the sidebar has. */
export function entriesByTag({ paths }: Description, { groups }: Guides): Map<string, Entry[]> {
  const known = new Set(groups.flatMap(({ tags }) => tags))
  const found = new Map<string, Entry[]>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags.find((one) => known.has(one))
      if (!tag || operation['x-internal']) continue
      found.set(tag, [...(found.get(tag) ?? []), { method: method.toUpperCase(), path, operation }])
    }
  }
  return found
}

/** `feature_flags` as a heading. */
export const tagTitle = (tag: string): string => {
  const words = tag.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What a schema refers to, with the words that stand beside the reference. */
export function resolved(schema: Schema, { components }: Description): Schema {
  if (!schema.$ref) return schema
  const { $ref, ...beside } = schema
  const found = components.schemas[$ref.split('/').at(-1)!]
  return { ...(found ?? {}), ...beside }
}

/** A schema's type in words: `string`, `list of Person`, `number or null`. */
export function typeWords(schema: Schema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1)!
  const variants = schema.anyOf ?? schema.oneOf
  if (variants) return [...new Set(variants.map(typeWords))].join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum && !schema.type) return 'one of'
  const words = [schema.type ?? (schema.properties ? 'object' : 'anything')]
    .flat()
    .map((type) =>
      type === 'array'
        ? `list of ${schema.items ? typeWords(schema.items) : 'anything'}`
        : type === 'object' && typeof schema.additionalProperties === 'object' && !schema.properties
          ? `object of ${typeWords(schema.additionalProperties)}`
          : schema.format
            ? `${type} (${schema.format})`
            : type,
    )
  return words.join(' or ')
}

/** The fields that a schema has, whichever way they are put together; empty where it is no object. */
export function fieldsOf(
  schema: Schema,
  description: Description,
): { schema: Schema; required: Set<string> } {
  const whole = resolved(schema, description)
  const inner =
    whole.items ?? (typeof whole.additionalProperties === 'object' ? whole.additionalProperties : null)
  if (inner && !whole.properties) return fieldsOf(inner, description)
  const parts = [...(whole.allOf ?? []), ...(whole.anyOf ?? []), ...(whole.oneOf ?? [])]
  const properties: Record<string, Schema> = { ...whole.properties }
  const required = new Set(whole.required)
  for (const part of parts) {
    const found = fieldsOf(part, description)
    for (const [name, field] of Object.entries(found.schema.properties ?? {})) properties[name] ??= field
    if (whole.allOf) for (const name of found.required) required.add(name)
  }
  return { schema: { properties }, required }
}

import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { type Json, postHog } from './posthog-contract.ts'

/**
 * PostHog's published schema of 2023, as what it says of an answer.
 * @returns by operation id: how a body differs, in the words of `posthog-contract.ts`; nothing where the schema says nothing
 * of a body
 */
export function upstreamAnswers(): (operationId: string, body: unknown) => string[] {
  const { paths, components } = postHog()
  // As JSON Schema 2020-12 has it: null is a type, and what is only written is not answered.
  const ajv = new Ajv({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'upstream', components: jsonSchema(components) } as Json)
  const answers = new Map<string, ValidateFunction>()
  for (const { operationId, responses = {} } of Object.values(paths).flatMap((path) => Object.values(path))) {
    const [answer] = Object.entries(responses)
      .filter(([status]) => status.startsWith('2'))
      .map(([, one]) => (one as { content?: Json }).content?.['application/json'] as Json | undefined)
    if (answer?.schema)
      answers.set(operationId, ajv.compile({ ...(jsonSchema(answer.schema) as Json), $id: operationId }))
  }
  return (operationId, body) => {
    const check = answers.get(operationId)
    if (!check || check(body)) return []
    return [...new Set(check.errors!.flatMap((error) => differenceOf(operationId, body, error)))]
  }
}

/** What a union says of all its parts is said by the parts. */
const ofParts = new Set(['anyOf', 'oneOf', 'allOf', 'if'])

function differenceOf(operationId: string, body: unknown, { instancePath, keyword, params }: ErrorObject) {
  if (ofParts.has(keyword)) return []
  const names = instancePath.split('/').slice(1)
  const value = names.reduce((at: unknown, name) => (at as Json)[name], body)
  const missing = keyword === 'required' ? [params.missingProperty as string] : []
  const path = [...names, ...missing]
    .map((name) => (/^\d+$/.test(name) ? '[]' : `.${name}`))
    .join('')
    .replace(/^[.]/, '')
  const why =
    keyword === 'required'
      ? 'missing'
      : keyword === 'type'
        ? `${typeOf(value)} for ${[params.type].flat().join('|')}`
        : `${JSON.stringify(params)} is not so`
  return [`answer ${operationId}${path && ` ${path}`}: ${why}`]
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function jsonSchema(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(jsonSchema)
  if (typeof part !== 'object' || part === null) return part
  const { nullable, writeOnly: _, ...rest } = part as Json
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, jsonSchema(value)]))
  if (typeof schema.$ref === 'string') schema.$ref = schema.$ref.replace('#/', 'upstream#/')
  const { properties } = part as { properties?: Record<string, { writeOnly?: boolean }> }
  if (properties && Array.isArray(schema.required)) {
    schema.required = schema.required.filter((key) => !properties[key as string]?.writeOnly)
  }
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema
}

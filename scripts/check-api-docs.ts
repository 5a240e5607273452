/**
 * Checks that the API's documentation leaves nothing unsaid: every operation, parameter, field and tag is described,
 * shown in the sidebar and with an example, and what can fail says how. It reads openapi.json, so bring that up to date first (scripts/openapi.ts).
 *
 *   npm run check:api-docs              lists what is missing, each with the file where it is to be written
 *   npm run check:api-docs -- persons   only what is of files whose path holds the word
 *
 * A check is a function from the document to what it finds: to add one, write it and put it into `checks`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OpenAPIV3_1 } from 'openapi-types'

type Schema = OpenAPIV3_1.SchemaObject & { $ref?: string }
type Operation = OpenAPIV3_1.OperationObject & { operationId: string }
/**
 * Something missing. `of` is the id, as the sources write it, of the operation or the schema that it belongs to; `file`
 * is where to write it, where that does not follow from the id.
 */
type Finding = { of: string; problem: string; file?: string }

const root = fileURLToPath(new URL('..', import.meta.url))
const document = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')) as OpenAPIV3_1.Document
const schemas = (document.components?.schemas ?? {}) as Record<string, Schema>
const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.values(item ?? {}).map((declared) => ({ path, declared: declared as Operation })),
)
const tags = [...new Set(operations.flatMap(({ declared }) => declared.tags ?? []))].sort()

const sidebar = JSON.parse(readFileSync(join(root, 'docs/api/sidebar.json'), 'utf8')) as {
  groups: { tags: string[] }[]
  hidden: string[]
}

const isBlank = (text: string | undefined) => !text?.trim()

/** What a place of the document says of itself, or what it refers to does; one of several only when all are told. */
function isDescribed(schema: Schema): boolean {
  if (!isBlank(schema.description)) return true
  if (schema.$ref) return isDescribed(schemas[schema.$ref.split('/').at(-1)!] ?? {})
  if (schema.allOf) return (schema.allOf as Schema[]).some(isDescribed)
  const choices = ((schema.anyOf ?? schema.oneOf ?? []) as Schema[]).filter(({ type }) => type !== 'null')
  return choices.length > 0 && choices.every(isDescribed)
}

/** Fields without a description, however deep, as `filters.groups[].variant`. What is referred to is read elsewhere. */
function undescribedFields(schema: Schema, path = ''): string[] {
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Schema>).flatMap(
    ([name, field]) => {
      const place = path ? `${path}.${name}` : name
      return [...(isDescribed(field) ? [] : [place]), ...undescribedFields(field, place)]
    },
  )
  const inside = [
    ...[schema.allOf, schema.anyOf, schema.oneOf].flatMap((choices) =>
      ((choices ?? []) as Schema[]).map((choice) => [choice, path] as const),
    ),
    ...('items' in schema && schema.items ? [[schema.items as Schema, `${path}[]`] as const] : []),
    ...(typeof schema.additionalProperties === 'object'
      ? [[schema.additionalProperties as Schema, `${path}.*`] as const]
      : []),
  ]
  return [...fields, ...inside.flatMap(([child, place]) => undescribedFields(child, place))]
}

/** The schemas of a request's or response's body, one for each media type. */
const bodySchemas = (body: unknown): Schema[] =>
  Object.values((body as { content?: Record<string, { schema?: Schema }> } | undefined)?.content ?? {}).map(
    ({ schema }) => schema ?? {},
  )

const checks: Record<string, () => Finding[]> = {
  operations: () =>
    operations.flatMap(({ declared }) =>
      (['summary', 'description'] as const)
        .filter((word) => isBlank(declared[word]))
        .map((word) => ({ of: declared.operationId, problem: `no ${word}` })),
    ),

  parameters: () =>
    operations.flatMap(({ declared }) =>
      ((declared.parameters ?? []) as OpenAPIV3_1.ParameterObject[])
        .filter(({ description }) => isBlank(description))
        .map(({ name, in: place }) => ({
          of: declared.operationId,
          problem: `${place} parameter ${name} is not described`,
        })),
    ),

  fields: () => [
    ...operations.flatMap(({ declared }) =>
      Object.entries({ request: declared.requestBody, ...declared.responses }).flatMap(([of, body]) =>
        [...new Set(bodySchemas(body).flatMap((schema) => undescribedFields(schema)))].map((field) => ({
          of: declared.operationId,
          problem: `${of === 'request' ? 'request' : `answer ${of}`}: ${field} is not described`,
        })),
      ),
    ),
    ...Object.entries(schemas).flatMap(([name, schema]) =>
      [...new Set(undescribedFields(schema))].map((field) => ({
        of: name,
        problem: `${name}: ${field} is not described`,
      })),
    ),
  ],

  failures: () =>
    operations.flatMap(({ path, declared }) => {
      const told = Object.keys(declared.responses ?? {})
      const kept = (declared.security ?? []).length > 0 && !declared.security?.some((way) => isOpen(way))
      const expected: [boolean, string[]][] = [
        [declared.requestBody !== undefined, ['400']],
        [kept, ['401']],
        [path.includes('{'), ['404', '400', '405']],
      ]
      return expected
        .filter(([can, statuses]) => can && !statuses.some((status) => told.includes(status)))
        .map(([, [status]]) => ({
          of: declared.operationId,
          problem: `can fail with ${status}, and does not say so`,
        }))
    }),

  pages: () =>
    tags
      .filter((tag) => !existsSync(join(root, pageOf(tag))))
      .map((tag) => ({ of: tag, problem: 'a tag without a page', file: pageOf(tag) })),

  examples: () =>
    operations.flatMap(({ declared }) => {
      const shown = (body: unknown) =>
        Object.values(
          (body as { content?: Record<string, { example?: unknown }> } | undefined)?.content ?? {},
        )
      const answers = Object.entries(declared.responses ?? {})
      const isAnswerShown = answers.some(([, body]) =>
        shown(body).some(({ example }) => example !== undefined),
      )
      const good = answers.filter(([status]) => status < '300').flatMap(([, body]) => shown(body))
      return [
        ...(shown(declared.requestBody).some(({ example }) => example === undefined)
          ? [{ of: declared.operationId, problem: 'its body has no example (npm run api-examples)' }]
          : []),
        ...(good.length > 0 && !isAnswerShown
          ? [{ of: declared.operationId, problem: 'no answer has an example (npm run api-examples)' }]
          : []),
      ]
    }),

  sidebar: () => {
    const { groups, hidden } = sidebar
    const listed = groups.flatMap((group) => group.tags)
    const file = 'docs/api/sidebar.json'
    return [
      ...operations
        .filter(({ declared }) => !declared.tags?.some((tag) => listed.includes(tag)))
        .filter(({ declared }) => !hidden.includes(declared.operationId))
        .map(({ declared }) => ({ of: declared.operationId, problem: 'is neither shown nor hidden', file })),
      ...listed
        .filter((tag) => !tags.includes(tag))
        .map((tag) => ({ of: tag, problem: 'no operation has this tag', file })),
      ...hidden
        .filter((id) => !operations.some(({ declared }) => declared.operationId === id))
        .map((id) => ({ of: id, problem: 'is hidden, and no operation', file })),
    ]
  },

  'pages that nothing leads to': () =>
    readdirSync(join(root, 'docs/api/tags'))
      .map((file) => file.replace(/\.md$/, ''))
      .filter((tag) => !tags.includes(tag))
      .map((tag) => ({ of: tag, problem: 'no operation has this tag', file: pageOf(tag) })),
}

const pageOf = (tag: string) => `docs/api/tags/${tag}.md`

/** A way in that asks for nothing. */
const isOpen = (way: OpenAPIV3_1.SecurityRequirementObject) => Object.keys(way).length === 0

/** Where an id is written: `id: 'Person'`; as that of what goes in, where it differs, is `PersonInput`, that too. */
const sources = readdirSync(join(root, 'server/src'), { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && file.name.endsWith('.ts') && !file.name.endsWith('.test.ts'))
  .map((file) => join(file.parentPath, file.name))
  .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }))

function fileOf(id: string): string {
  const ways = [id, id.replace(/Input$/, '')].flatMap((name) => [`id: '${name}'`, `'${name}'`])
  for (const way of ways) {
    const source = sources.find(({ text }) => text.includes(way))
    if (source) return source.path
  }
  return 'server/src/http/open-api.ts'
}

const only = process.argv[2] ?? ''
let found = 0
for (const [name, check] of Object.entries(checks)) {
  const findings = check()
    .map((finding) => ({ file: fileOf(finding.of), ...finding }))
    .filter(({ file }) => file.includes(only))
  if (findings.length === 0) continue
  found += findings.length
  console.error(`\n${name}: ${findings.length}`)
  for (const { file, of, problem } of findings) console.error(`  ${file}  ${of}: ${problem}`)
}
if (found > 0) {
  console.error(`\n${found} things of the API's documentation are missing`)
  process.exitCode = 1
} else {
  console.log(`api docs: ${operations.length} operations and ${tags.length} tags, all described`)
}

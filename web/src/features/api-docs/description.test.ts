import { expect, test } from 'vitest'
import { snippets } from '../../ui/request-snippets.ts'
import { type Description, entriesByTag, fieldsOf, typeWords } from './description.ts'

const description: Description = {
  info: { title: 'x', version: '1' },
  tags: [],
  paths: {},
  components: {
    schemas: {
      Thing: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'integer' }, next: { $ref: '#/components/schemas/Thing' } },
      },
    },
  },
}
const operation = { operationId: 'x', summary: '', tags: ['b', 'a'], responses: {} }

test('an operation stands under the first of its tags that the sidebar has, unless it is hidden', () => {
  const found = entriesByTag(
    {
      ...description,
      paths: {
        '/x/': { get: operation, post: { ...operation, 'x-internal': true } },
        '/y/': { get: { ...operation, tags: ['c'] } },
      },
    },
    { pages: [], groups: [{ name: 'all', tags: ['a'] }] },
  )
  expect(
    [...found].map(([tag, entries]) => [tag, entries.map(({ method, path }) => `${method} ${path}`)]),
  ).toEqual([['a', ['GET /x/']]])
})

test('types in words', () => {
  expect(typeWords({ type: ['string', 'null'] })).toBe('string or null')
  expect(typeWords({ type: 'array', items: { $ref: '#/components/schemas/Thing' } })).toBe('list of Thing')
  expect(typeWords({ anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] })).toBe(
    'string (uuid) or null',
  )
  expect(typeWords({ type: 'object', additionalProperties: { type: 'number' } })).toBe('object of number')
})

test('fields of a list, of what may be null, and of what refers to itself', () => {
  const thing = { $ref: '#/components/schemas/Thing' }
  for (const schema of [thing, { type: 'array', items: thing }, { anyOf: [thing, { type: 'null' }] }]) {
    expect(Object.keys(fieldsOf(schema, description).schema.properties!)).toEqual(['id', 'next'])
  }
  expect([...fieldsOf(thing, description).required]).toEqual(['id'])
})

test('code to copy: quotes can not end the text that they stand in', () => {
  const asked = {
    method: 'POST',
    url: "https://h.example/api/x/?name=it's",
    body: { a: "it's", b: true, c: null },
  }
  const code = Object.fromEntries(snippets(asked, true).map(({ language, text }) => [language, text]))
  expect(code.curl).toContain(`"a": "it'\\''s"`)
  expect(code.Python).toContain(`json={"a": "it's", "b": True, "c": None}`)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the reader's code
  expect(code.TypeScript).toContain('Authorization: `Bearer ${process.env.PERSONAL_API_KEY}`')
})

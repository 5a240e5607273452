import { describe, expect, it } from 'vitest'
import { type Document, differences, isKnownAs, known, ours, postHog } from '../../test/posthog-contract.ts'

const found = differences(ours(), postHog())
const patterns = Object.values(known()).flatMap((group) => group.flatMap(({ is }) => is))

describe('what we declare, against what PostHog published', () => {
  it('has every one of its operations', () => {
    const all = Object.values(postHog().paths).flatMap((path) => Object.values(path))
    expect(all).toHaveLength(224)
    const missing = found.filter((line) => line.startsWith('missing '))
    expect(missing.filter((line) => !patterns.some((pattern) => isKnownAs(pattern, line)))).toEqual([])
  })

  it('is otherwise only where server/test/data/compatibility.yaml says why', () => {
    const unknown = found.filter((line) => !patterns.some((pattern) => isKnownAs(pattern, line)))
    expect(unknown, 'add each to server/test/data/compatibility.yaml, with the reason, or mend it').toEqual(
      [],
    )
  })

  it('is otherwise wherever that says so', () => {
    const idle = patterns.filter((pattern) => !found.some((line) => isKnownAs(pattern, line)))
    expect(
      idle,
      'remove these from server/test/data/compatibility.yaml: there is no such difference',
    ).toEqual([])
  })
})

describe('differences are found', () => {
  const answer = (schema: object, status = '200') => ({
    responses: { [status]: { content: { 'application/json': { schema } } } },
  })
  const document = (one: object, schemas: object = {}): Document =>
    ({
      paths: { '/api/things/{id}/': { get: { operationId: 'things_get', ...answer({}), ...one } } },
      components: { schemas },
    }) as unknown as Document
  const between = (mine: object, theirs: object) => differences(document(mine), document(theirs))

  it('of operations', () => {
    const theirs = document({})
    expect(differences({ paths: {} }, theirs)).toEqual(['missing things_get'])
    const otherPath = { paths: { '/api/things/{key}/': theirs.paths['/api/things/{id}/']! } }
    expect(differences(otherPath, theirs)).toEqual([])
    expect(between({ operationId: 'other' }, {})).toEqual(['named things_get: other'])
    expect(between(answer({}, '201'), {})).toEqual(['status things_get: 201 for 200'])
    expect(between(answer({}, '400'), {})).toEqual(['refused things_get'])
    const never = { responses: { 405: {} } }
    expect(between({ responses: { 401: {}, 405: {} } }, never)).toEqual([])
  })

  it('of parameters', () => {
    const taking = (...parameters: object[]) => ({
      parameters: parameters.map((one) => ({ in: 'query', ...one })),
    })
    expect(between(taking(), taking({ name: 'a' }))).toEqual(['parameter things_get a'])
    expect(between(taking({ name: 'a' }, { name: 'more' }), taking({ name: 'a' }))).toEqual([])
    expect(between(taking({ name: 'a', required: true }), taking({ name: 'a' }))).toEqual([
      'parameter things_get a: required',
    ])
  })

  const object = (properties: object, required = Object.keys(properties)) => ({
    type: 'object',
    properties,
    required,
  })
  const [text, number, integer, nothing] = [
    { type: 'string' },
    { type: 'number' },
    { type: 'integer' },
    { type: 'null' },
  ]

  it.each<[object, object, string[]]>([
    [text, text, []],
    [integer, number, []],
    [number, integer, [': number for integer']],
    [{ enum: [1, 8], type: 'number' }, integer, []],
    [{}, text, [': any for string']],
    [text, {}, []],
    [{ anyOf: [text, nothing] }, text, [': null for string']],
    [{ anyOf: [text, nothing] }, { ...text, nullable: true }, []],
    [{ type: ['string', 'null'] }, { oneOf: [{ enum: ['a'] }, { enum: [null] }] }, []],
    [{ enum: ['a', 'b'] }, { enum: ['a'] }, [': b among its values']],
    [object({}), object({ a: text }, []), [' a: missing']],
    [object({ a: text }), object({ a: { ...text, writeOnly: true } }), []],
    [object({ a: text }, []), object({ a: text }), [' a: optional']],
    [
      object({ a: { type: 'array', items: text } }),
      object({ a: { type: 'array', items: number } }),
      [' a[]: string for number'],
    ],
    [{ type: 'object', additionalProperties: text }, object({ a: text }), [': any object']],
    [{ anyOf: [object({ a: text }), object({})] }, object({ a: text }), [' a: missing']],
  ])('of an answer: %j for %j', (mine, theirs, expected) => {
    expect(between(answer(mine), answer(theirs))).toEqual(expected.map((line) => `answer things_get${line}`))
  })

  it('of an answer, by reference, also of what holds itself', () => {
    const schemas = (name: object) => ({
      Thing: object({ name, part: { $ref: '#/components/schemas/Thing' } }),
    })
    const one = answer({ $ref: '#/components/schemas/Thing' })
    const found = differences(document(one, schemas(number)), document(one, schemas(text)))
    expect(found).toContain('answer things_get name: number for string')
    expect(found).toContain('answer things_get part.name: number for string')
  })

  const body = (schema: object) => ({ requestBody: { content: { 'application/json': { schema } } } })
  it.each<[object, object, string[]]>([
    [object({ a: text }), object({ a: text }), []],
    [object({}), object({ a: text }), [' a: not taken']],
    [{ ...object({}), additionalProperties: {} }, object({ a: text }), []],
    [object({}), object({ a: { ...text, readOnly: true } }), []],
    [object({ a: text }), object({ a: text }, []), [' a: required']],
    [object({ a: integer }), object({ a: text }), []],
    [object({ a: object({}) }), object({ a: text }), [' a: string not taken']],
    [object({ a: text }), object({ a: { ...text, nullable: true } }), [' a: null not taken']],
    [
      object({ a: { enum: ['x'] } }),
      object({ a: { enum: ['x', 'y', null], type: 'string' } }),
      [' a: y not taken'],
    ],
    [
      object({ a: { ...text, maxLength: 5 } }),
      object({ a: { ...text, maxLength: 9 } }),
      [' a: at most 5 for 9 characters'],
    ],
  ])('of a request: %j for %j', (mine, theirs, expected) => {
    expect(between(body(mine), body(theirs))).toEqual(expected.map((line) => `request things_get${line}`))
  })

  it('of a request that is not taken at all', () => {
    expect(between({}, body(object({})))).toEqual(['request things_get: not taken'])
  })
})

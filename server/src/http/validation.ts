import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import { asText, shown } from '../kit/scalars.ts'
import { type HedgerowError, invalid, notFound } from '../model/errors.ts'
import { isForm } from './bodies.ts'
import { safeParseLeniently } from './lenient.ts'

type Issue = z.core.$ZodIssue

const nameOfType = (value: unknown) =>
  Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value

const wrongType: Record<string, string> = {
  string: 'Not a valid string.',
  int: 'A valid integer is required.',
  number: 'A valid number is required.',
  boolean: 'Must be a valid boolean.',
}

const wrongFormat: Record<string, string> = {
  email: 'Enter a valid email address.',
  uuid: 'Must be a valid UUID.',
  guid: 'Must be a valid UUID.',
  url: 'Enter a valid URL.',
  datetime:
    'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].',
}

/** Code and text of one zod issue in the words of PostHog's API (Django REST framework's). */
function describe(issue: Issue): { code: string; detail: string } {
  const input = issue.input
  if (issue.code === 'custom') {
    const code: unknown = issue.params?.code
    return { code: typeof code === 'string' ? code : 'invalid_input', detail: issue.message }
  }
  if (input === undefined) return { code: 'required', detail: 'This field is required.' }
  if (input === null) return { code: 'null', detail: 'This field may not be null.' }
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'array') {
        return {
          code: 'not_a_list',
          detail: `Expected a list of items but got type "${nameOfType(input)}".`,
        }
      }
      if (issue.expected === 'object' || issue.expected === 'record') {
        return {
          code: issue.path.length ? 'not_a_dict' : 'invalid_input',
          detail: issue.path.length
            ? `Expected a dictionary of items but got type "${nameOfType(input)}".`
            : `Invalid data. Expected a dictionary, but got ${nameOfType(input)}.`,
        }
      }
      return { code: 'invalid_input', detail: wrongType[issue.expected] ?? issue.message }
    case 'invalid_value':
      return { code: 'invalid_choice', detail: `"${shown(input)}" is not a valid choice.` }
    case 'invalid_format':
      return { code: 'invalid_input', detail: wrongFormat[issue.format] ?? issue.message }
    case 'too_big':
      return issue.origin === 'string'
        ? { code: 'max_length', detail: `Ensure this field has no more than ${issue.maximum} characters.` }
        : issue.origin === 'array'
          ? { code: 'max_length', detail: `Ensure this field has no more than ${issue.maximum} elements.` }
          : {
              code: 'max_value',
              detail: `Ensure this value is less than or equal to ${issue.maximum}.`,
            }
    case 'too_small':
      if (issue.origin === 'string') {
        return asText(input).trim() === ''
          ? { code: 'blank', detail: 'This field may not be blank.' }
          : { code: 'min_length', detail: `Ensure this field has at least ${issue.minimum} characters.` }
      }
      return issue.origin === 'array'
        ? { code: 'empty', detail: 'This list may not be empty.' }
        : {
            code: 'min_value',
            detail: `Ensure this value is greater than or equal to ${issue.minimum}.`,
          }
    default:
      return { code: 'invalid_input', detail: issue.message }
  }
}

/** The issue that says most: inside a union, the branch that came furthest. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const inner = issue.errors
    .flatMap((branch) => (branch[0] ? [deepest(branch[0] as Issue)] : []))
    .sort((a, b) => b.path.length - a.path.length)[0]
  return inner && inner.path.length > 0 ? { ...inner, path: [...issue.path, ...inner.path] } : issue
}

/** The first problem as the error that the caller sees; `attr` joins nested names by `__`. */
export function fieldError(error: z.core.$ZodError): HedgerowError {
  const issue = deepest(error.issues[0]!)
  const { code, detail } = describe(issue)
  return invalid(detail, { code, attr: issue.path.length ? issue.path.map(String).join('__') : null })
}

/**
 * Parses what came from outside (also what is not a whole body: JSON in a query parameter, say).
 * @throws HedgerowError of kind `invalid` for the first problem.
 */
export function parse<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
  const result = z.safeParse(schema, data, { reportInput: true })
  if (!result.success) throw fieldError(result.error)
  return result.data
}

/**
 * For Fastify: a path that does not parse is a thing that is not there; an absent body is an empty one; scalars are
 * taken leniently.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (data: unknown) => {
    const given = httpPart === 'body' ? (data ?? {}) : data
    const source = httpPart === 'body' ? (isForm(data) ? 'form' : 'json') : 'query'
    const result = safeParseLeniently(schema, given, source)
    if (result.success) return { value: result.data }
    return { error: httpPart === 'params' ? notFound() : fieldError(result.error) }
  }

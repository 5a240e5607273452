import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isNestedDeeper } from '../kit/json-depth.ts'
import { parseLenientJson } from '../kit/lenient-json.ts'
import { invalid } from '../model/errors.ts'
import { parseMultipart } from './multipart.ts'

/**
 * Bodies of the private API: JSON (also as `text/plain`, which the query endpoint is sent) and forms, with files or
 * without. Everything else is 415. An empty body is no body.
 */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  for (const type of ['application/json', 'text/plain', /^application\/[\w.-]+\+json$/]) {
    app.addContentTypeParser(type, { parseAs: 'string' }, async (_request: unknown, text: string) =>
      json(text),
    )
  }
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: unknown, text: string) => form(text),
  )
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      const fields = parseMultipart(body, request.headers['content-type'] ?? '')
      forms.add(fields)
      return fields
    },
  )
}

/** Deeper than anything that means something, shallow enough for code that recurses. */
const maxDepth = 500

function json(text: string): unknown {
  if (text.trim() === '') return undefined
  if (isNestedDeeper(text, maxDepth)) {
    throw invalid(`JSON parse error - nested more than ${maxDepth} deep`, { code: 'parse_error' })
  }
  try {
    return parseLenientJson(text)
  } catch (error) {
    throw invalid(`JSON parse error - ${(error as Error).message}`, { code: 'parse_error', cause: error })
  }
}

/** `curl -d '{"a": 1}'` says it sends a form but sends JSON: taken for what it is. */
function form(text: string): unknown {
  if (/^\s*[{[]/.test(text)) return json(text)
  const fields = Object.fromEntries(new URLSearchParams(text))
  forms.add(fields)
  return fields
}

const forms = new WeakSet<object>()

/** Whether a body came as a form: then its values are text, whatever they mean. */
export const isForm = (body: unknown): boolean => typeof body === 'object' && body !== null && forms.has(body)

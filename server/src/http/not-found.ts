import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HedgerowError, notFound } from '../model/errors.ts'
import { needsCredentials, type Operation } from './operation.ts'
import { allowPublicly } from './public-cors.ts'

type Known = { pattern: RegExp; method: string; operation: Operation | undefined }

/**
 * What answers where no route does. An unknown path under `/api` is 404 without asking who calls, so that a typo is
 * never mistaken for a missing key; a known path with another method is 405, after the key was looked at.
 */
export function addNotFound(
  app: FastifyInstance,
  authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  const known: Known[] = []
  app.addHook('onRoute', ({ url, method, config }) => {
    if (url.includes('*')) return
    const pattern = patternOf(url)
    for (const one of [method].flat()) {
      known.push({
        pattern,
        method: one,
        operation: (config as { operation?: Operation } | undefined)?.operation,
      })
    }
  })
  const knownAt = (url: string) => {
    const path = url.split('?', 1)[0]!
    return known.filter(({ pattern }) => pattern.test(path))
  }

  // Before a body is read: it would be read for nothing.
  app.addHook('onRequest', (request, reply, done) => {
    const unknown = request.is404 && knownAt(request.url).length === 0
    // An SDK in a web page may ask for what is not here; a refusal that it can read ends its asking.
    if (unknown && !/^\/api(?:\/|$|\?)/.test(request.url)) allowPublicly(request, reply)
    done(unknown ? notFound('Endpoint not found.') : undefined)
  })

  app.setNotFoundHandler(async (request, reply) => {
    const here = knownAt(request.url)
    if (here.length === 0) throw notFound('Endpoint not found.')
    if (here.every(({ operation }) => operation && needsCredentials(operation.access))) {
      await authenticate(request, reply)
    }
    reply.header('allow', [...new Set(here.map(({ method }) => method))].join(', '))
    throw new HedgerowError('method_not_allowed', `Method "${request.method}" not allowed.`)
  })
}

/** `/a/:id/b/` as an expression that takes both slash forms. */
function patternOf(url: string): RegExp {
  const source = url
    .replace(/\/+$/, '')
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/')
  return new RegExp(`^${source}/?$`)
}

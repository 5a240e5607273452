import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HedgerowError, notFound } from '../model/errors.ts'

/**
 * CORS as browser SDKs need it, for all routes of one plugin: the caller's own origin, with credentials, on every
 * answer. Without it on an error, a script sees no status at all and tries again and again.
 */
export function addPublicCors(app: FastifyInstance, methods = 'GET, POST, OPTIONS'): void {
  app.addHook('onRequest', (request, reply, done) => {
    allowPublicly(request, reply, methods)
    done()
  })
}

/** The same for one answer. */
export function allowPublicly(
  request: FastifyRequest,
  reply: FastifyReply,
  methods = 'GET, POST, OPTIONS',
): void {
  const asked = request.headers['access-control-request-headers']
  reply.header('vary', 'Origin')
  if (request.headers.origin === undefined) return
  reply.header('access-control-allow-origin', request.headers.origin)
  reply.header('access-control-allow-credentials', 'true')
  reply.header('access-control-expose-headers', 'Retry-After')
  if (request.method !== 'OPTIONS') return
  reply.header('access-control-allow-methods', methods)
  reply.header('access-control-allow-headers', asked ?? 'X-Requested-With,Content-Type')
}

/** What lies below `paths` and has no route: 404, and 405 for other methods, with the plugin's headers. */
export function refuseTheRest(
  app: FastifyInstance,
  paths: readonly string[],
  allowed: readonly string[],
): void {
  const others = ['PUT', 'PATCH', 'DELETE', 'POST'].filter((method) => !allowed.includes(method))
  for (const path of paths) {
    app.route({
      method: others,
      url: path,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        reply.header('allow', allowed.join(', '))
        throw new HedgerowError('method_not_allowed', `Method "${request.method}" not allowed.`)
      },
    })
    app.all(`${path}/*`, async () => {
      throw notFound('Endpoint not found.')
    })
  }
}

import type { FastifyInstance } from 'fastify'

const preflight = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type, X-CSRFToken, X-Requested-With',
  'access-control-max-age': '86400',
}

/**
 * Every origin may call `/api/`: keys travel in headers. Credentials are not allowed, so a browser sends other
 * sites' scripts neither cookies in nor their answers out.
 */
export function addCors(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!/^\/api(?:\/|$|\?)/.test(request.url)) return done()
    reply.header('access-control-allow-origin', '*')
    reply.header(
      'access-control-expose-headers',
      'Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Hedgerow-Visible, Hedgerow-Lag-Ms',
    )
    if (request.method !== 'OPTIONS') return done()
    reply.code(204).headers(preflight).send()
  })
}

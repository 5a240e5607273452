import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** All that the pages need comes from here: no other host is asked, no inline script runs. */
const contentSecurityPolicy = {
  'default-src': "'self'",
  'img-src': "'self' data:",
  'style-src': "'self' 'unsafe-inline'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

/** The API's description at `/api/schema/` (`?format=yaml` too), and pages to browse it at `/api/docs/`. */
export async function addApiDocs(app: FastifyInstance): Promise<void> {
  app.get('/api/schema/', async (request, reply) => {
    const { format } = request.query as { format?: string }
    return format === 'yaml'
      ? reply.type('application/yaml; charset=utf-8').send(app.swagger({ yaml: true }))
      : reply.send(app.swagger())
  })
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: contentSecurityPolicy,
    theme: { title: 'Hedgerow API' },
    logo: { type: 'image/svg+xml', content: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
    uiConfig: {
      docExpansion: 'none',
      deepLinking: true,
      filter: true,
      defaultModelsExpandDepth: 0,
      // biome-ignore lint/suspicious/noExplicitAny: swagger-ui turns it off by null, its types know only strings
      validatorUrl: null as any,
    },
  })
}

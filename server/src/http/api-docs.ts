import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { readDocumentation } from './documentation.ts'

/** All that the pages need comes from here: no other host is asked, no inline script runs. */
const contentSecurityPolicy = {
  'default-src': "'self'",
  'img-src': "'self' data: blob:",
  'style-src': "'self' 'unsafe-inline'",
  'worker-src': "'self' blob:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

/**
 * The API's description at `/api/schema/` (`?format=yaml` too, and a request that accepts YAML gets it), the guides of its
 * documentation as JSON for the web app's pages at `/api/docs/`, and the same description in Swagger UI and in Redoc.
 */
export async function addApiDocs(app: FastifyInstance): Promise<void> {
  let description: { json: string; yaml: string } | undefined
  const described = () => {
    description ??= { json: JSON.stringify(app.swagger()), yaml: app.swagger({ yaml: true }) }
    return description
  }
  app.get('/api/schema/', async (request, reply) => {
    const { format } = request.query as { format?: string }
    return format === 'yaml'
      ? reply.type('application/yaml; charset=utf-8').send(described().yaml)
      : reply.type('application/json; charset=utf-8').send(described().json)
  })
  app.get('/api/docs/guides.json', async () => {
    const { pages, groups, hidden } = readDocumentation()
    return { pages, groups, hidden }
  })
  await app.register(swaggerUi, {
    routePrefix: '/api/schema/swagger-ui',
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
  addRedoc(app)
}

const redocPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Hedgerow API</title></head>
<body style="margin: 0"><redoc spec-url="../" disable-search></redoc><script src="redoc.js"></script></body>
</html>
`

function addRedoc(app: FastifyInstance): void {
  const bundle = createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js')
  const policy = Object.entries(contentSecurityPolicy)
    .map((one) => one.join(' '))
    .join('; ')
  app.get('/api/schema/redoc/', (request, reply) => {
    // its script stands beside it
    const { pathname } = new URL(request.originalUrl, app.publicOrigin(request))
    if (!pathname.endsWith('/')) return reply.redirect(`${pathname}/`)
    return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(redocPage)
  })
  let script: Promise<Buffer> | undefined
  app.get('/api/schema/redoc/redoc.js', async (_request, reply) => {
    // a megabyte, for as long as anybody has looked at it; one that could not be read is tried again
    script ??= readFile(bundle).catch((error: unknown) => {
      script = undefined
      throw error
    })
    return reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .send(await script)
  })
}

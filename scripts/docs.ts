/**
 * `npm run docs`: the API's documentation while it is written, at http://127.0.0.1:8010. It starts anew when a contract or a
 * page changes, and open pages load themselves again. **Try it** asks the server at HEDGEROW_URL with PERSONAL_API_KEY.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastify from 'fastify'
import { readDocumentation } from '../server/src/http/documentation.ts'
import { webApp } from '../server/src/http/web-app.ts'
import { describedApi } from './described-api.ts'

const { HEDGEROW_URL = 'http://127.0.0.1:8000', PERSONAL_API_KEY, PORT = '8010' } = process.env
const webFolder = fileURLToPath(new URL('../web/dist', import.meta.url))
if (!existsSync(webFolder)) {
  console.error('The pages are part of the web app, which is not built. Type: npm run build')
  process.exit(1)
}

const revision = randomUUID()
const api = await describedApi()
const app = fastify({ bodyLimit: 20 * 1024 ** 2 })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.get('/api/schema/', async (_request, reply) => reply.send(api.swagger()))
app.get('/api/docs/guides.json', async () => {
  const { pages, groups, hidden } = readDocumentation()
  return { pages, groups, hidden, revision }
})
// All that is no page: what is tried.
app.setNotFoundHandler(async (request, reply) => {
  const { authorization, 'content-type': type } = request.headers
  const key = authorization ?? (PERSONAL_API_KEY && `Bearer ${PERSONAL_API_KEY}`)
  try {
    const answer = await fetch(new URL(request.url, HEDGEROW_URL), {
      method: request.method,
      headers: { ...(key && { authorization: key }), ...(type && { 'content-type': type }) },
      ...(request.body ? { body: new Uint8Array(request.body as Buffer) } : {}),
    })
    return reply
      .code(answer.status)
      .type(answer.headers.get('content-type') ?? 'application/json')
      .send(Buffer.from(await answer.arrayBuffer()))
  } catch {
    return reply.code(502).send({
      type: 'server_error',
      code: 'error',
      detail: `No server answers at ${HEDGEROW_URL}. Start one, or name it by HEDGEROW_URL.`,
      attr: null,
    })
  }
})
await app.register(webApp(webFolder))
await app.listen({ host: '127.0.0.1', port: Number(PORT) })
console.log(`The API's documentation: http://127.0.0.1:${PORT}/api/docs/`)

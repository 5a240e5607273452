/**
 * The yardsticks: Fastify handlers that parse the same JSON and answer the same body, and do nothing else; under
 * `/durable/` one that also has the body in an event log on disk before it answers; and everything under `/api/` is
 * answered by what was put there. Prints its port.
 */
import fastify from 'fastify'
import { createLmdbEventLog } from '../server/src/event-log/lmdb.ts'

const folder = process.argv[2]

const app = fastify({ bodyLimit: 20 * 1024 ** 2 })
// What comes as JSON is parsed by Fastify.
app.post('/batch/', async (_request, reply) => {
  reply.type('application/json')
  return '{"status":"Ok"}'
})
if (folder) {
  const log = createLmdbEventLog({ folder, maxBytes: 10 * 1024 ** 3 })
  await app.register(async (durable) => {
    durable.removeAllContentTypeParsers()
    durable.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    durable.post<{ Body: Buffer }>('/durable/batch/', async ({ body }, reply) => {
      JSON.parse(body.toString('utf8'))
      await log.append([body])
      reply.type('application/json')
      return '{"status":"Ok"}'
    })
  })
}
let flags: unknown = {}
app.put('/flags/', async (request) => {
  flags = request.body
  return 'ok'
})
app.post('/flags/', async (_request, reply) => {
  reply.type('application/json')
  return JSON.stringify(flags)
})
const answers = new Map<string, unknown>()
app.put('/api/*', async (request) => {
  answers.set(request.url, request.body)
  return 'ok'
})
app.get('/api/*', async (request, reply) => {
  reply.type('application/json')
  return JSON.stringify(answers.get(request.url))
})
await app.listen({ port: 0, host: '127.0.0.1' })
const address = app.server.address()
if (address === null || typeof address === 'string') throw new Error('no port')
console.log(`ready at http://127.0.0.1:${address.port}`)

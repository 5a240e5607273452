import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import type { LogWriter } from '../../event-log/event-log.ts'
import { clientIp } from '../../http/client-ip.ts'
import { addPublicCors, refuseTheRest } from '../../http/public-cors.ts'
import type { CaptureEnvelope } from '../../model/captured.ts'
import { HedgerowError } from '../../model/errors.ts'
import { appendRequest } from './append-request.ts'
import { projectOf } from './project-of.ts'
import { readV1Batch, type V1Result } from './v1-batch.ts'
import { v1Operations } from './v1-contract.ts'
import { readV1Headers, tooLarge, unpackV1, type V1Headers, V1Refusal } from './v1-request.ts'

export type V1Deps = {
  log: LogWriter
  directory: Pick<Directory, 'projectByToken' | 'projectByPersonalKey'>
  /** Largest body in bytes, as sent and unpacked. */
  maxBodyBytes: number
  now?: () => Date
}

/**
 * Capture V1: headers say who sends, every event gets an answer of its own, and what is stored is what the other
 * paths would have stored. Source: the reference of PostHog's Capture V1.
 */
export const captureV1Routes =
  ({ log, directory, maxBodyBytes, now = () => new Date() }: V1Deps): FastifyPluginAsync =>
  async (app) => {
    const read = new WeakMap<FastifyRequest, V1Headers>()
    addPublicCors(app)
    const paths = v1Operations.map(({ path }) => path.replace(/\/$/, ''))
    // Before the body: what its headers refuse is not worth reading.
    app.addHook('onRequest', async (request, reply) => {
      if (request.method !== 'POST' || !paths.includes(request.routeOptions.url ?? '')) return
      const id = request.headers['posthog-request-id']
      if (typeof id === 'string') reply.header('posthog-request-id', id)
      read.set(request, readV1Headers(request.headers))
      request.raw.headers['content-type'] = 'application/octet-stream'
    })
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.setErrorHandler((error, _request, reply) => {
      const refusal = asRefusal(error, maxBodyBytes)
      // What is no refusal is a fault of ours, and reported as everywhere.
      if (!refusal) throw error
      return sendRefusal(refusal, reply)
    })
    refuseTheRest(app, paths, ['POST', 'OPTIONS'])

    /** Checks a body and puts it into the log. The parsed events end with this call: see `appendRequest`. */
    function accept(
      json: Buffer,
      headers: V1Headers,
      facts: Omit<CaptureEnvelope, 'uuids' | 'historicalMigration'>,
    ) {
      const { events, results, historicalMigration } = readV1Batch(json, headers.sdk)
      const uuids = events.map(({ uuid }) => uuid)
      const envelope: CaptureEnvelope = { ...facts, historicalMigration, uuids }
      const appended = uuids.length
        ? appendRequest(log, envelope, events, Buffer.from(JSON.stringify(events)))
        : Promise.resolve()
      return { uuids, results, appended }
    }

    for (const [at, path] of paths.entries()) {
      app.post(path, { config: { describes: v1Operations[at] } }, async (request, reply) => {
        const receivedAt = now()
        const headers = read.get(request)!
        const project = projectOf({ key: headers.key, bearer: null, inBody: null, inQuery: null }, directory)
        const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
        const json = await unpackV1(body, headers.encoding, maxBodyBytes)
        const facts = {
          projectId: project.id,
          receivedAt: receivedAt.toISOString(),
          sentAt: headers.sentAt,
          ip: clientIp(request.headers['x-forwarded-for'], request.socket.remoteAddress),
          userAgent: request.headers['user-agent'] ?? null,
          path,
        }
        const { uuids, results, appended } = accept(json, headers, facts)
        try {
          await appended
        } catch (error) {
          if (!(error instanceof HedgerowError && error.kind === 'unavailable')) throw error
          for (const uuid of uuids) results.set(uuid, { result: 'retry', details: 'not_persisted' })
          reply.header('retry-after', '1')
        }
        return reply.type('application/json').send(JSON.stringify({ results: asObject(results) }))
      })
      app.route({
        method: 'OPTIONS',
        url: path,
        handler: (_request, reply) => reply.type('application/json').send('{"status":"Ok"}'),
      })
    }
  }

const asObject = (results: Map<string, V1Result>) => Object.fromEntries(results)

/** Every failure in V1's own words. */
function asRefusal(error: unknown, maxBodyBytes: number): V1Refusal | null {
  if (error instanceof V1Refusal) return error
  if ((error as Partial<FastifyError>).code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(maxBodyBytes)
  if (!(error instanceof HedgerowError)) return null
  switch (error.kind) {
    case 'not_authenticated':
      return new V1Refusal(401, 'invalid_api_token', error.message)
    case 'timed_out':
      return new V1Refusal(408, 'body_read_timeout', error.message)
    case 'method_not_allowed':
      return new V1Refusal(405, 'method_not_allowed', error.message)
    case 'not_found':
      return new V1Refusal(404, 'not_found', error.message)
    default:
      return null
  }
}

const sendRefusal = ({ status, tag, message }: V1Refusal, reply: FastifyReply) =>
  reply
    .code(status)
    .type('application/json; charset=utf-8')
    .serializer((value: unknown) => JSON.stringify(value))
    .send({ error: tag, error_description: message, error_uri: 'https://posthog.com/docs/api' })

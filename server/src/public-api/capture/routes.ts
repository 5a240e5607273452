import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import type { LogWriter } from '../../event-log/event-log.ts'
import { clientIp } from '../../http/client-ip.ts'
import { decode } from '../../http/decode.ts'
import { addPublicCors, refuseTheRest } from '../../http/public-cors.ts'
import { bearerOf, formType, Query, takeRawBodies } from '../../http/raw-bodies.ts'
import { createUuid7 } from '../../kit/uuid7.ts'
import type { CaptureEnvelope } from '../../model/captured.ts'
import { admit, sentAtOfQuery } from './admit.ts'
import { appendRequest } from './append-request.ts'
import { captureOperations } from './contract.ts'
import { projectOf } from './project-of.ts'

export type CaptureDeps = {
  log: LogWriter
  directory: Pick<Directory, 'projectByToken' | 'projectByPersonalKey'>
  /** Largest body in bytes, as sent and unpacked. */
  maxBodyBytes: number
  now?: () => Date
}

/** Where events come in. All paths take the same bodies. */
const paths = captureOperations.map(({ declared, legacy }) => ({
  path: declared.path.slice(0, -1),
  describes: declared,
  legacy,
}))

const ok = '{"status":"Ok"}'

/**
 * Event capture: decode, check, append to the event log, and answer 200 once the log has it on disk. Neither the
 * database nor the warehouse is asked anything.
 */
export const captureRoutes =
  ({ log, directory, maxBodyBytes, now = () => new Date() }: CaptureDeps): FastifyPluginAsync =>
  async (app) => {
    const newUuid = createUuid7()
    takeRawBodies(app)
    addPublicCors(app)
    refuseTheRest(
      app,
      paths.map(({ path }) => path),
      ['GET', 'POST', 'OPTIONS'],
    )

    /** Checks a body and puts it into the log. The parsed events end with this call: see `appendRequest`. */
    function accept(
      request: FastifyRequest,
      { json, form, query, path, receivedAt }: Taken,
    ): Promise<unknown> {
      const { headers } = request
      const submission = admit(json, { engage: path === '/engage' })
      const project = projectOf(
        {
          key:
            submission.key ??
            form?.get('api_key') ??
            form?.get('token') ??
            query.get('api_key') ??
            query.get('token'),
          bearer: bearerOf(headers.authorization),
          inBody: submission.personalKey,
          inQuery: query.get('personal_api_key'),
        },
        directory,
      )
      if (submission.events.every(({ event }) => event === '$performance_event')) return Promise.resolve()
      const envelope: CaptureEnvelope = {
        projectId: project.id,
        receivedAt: receivedAt.toISOString(),
        sentAt: submission.sentAt ?? sentAtOfQuery(query.get('sent_at') ?? query.get('_')),
        ip: clientIp(headers['x-forwarded-for'], request.socket.remoteAddress),
        userAgent: headers['user-agent'] ?? null,
        path,
        historicalMigration: submission.historicalMigration,
        uuids: submission.uuids.map((uuid) => uuid ?? newUuid()),
      }
      return appendRequest(log, envelope, submission.events, json)
    }

    for (const { path, describes, legacy } of paths) {
      const capture = async (request: FastifyRequest, reply: FastifyReply) => {
        const receivedAt = now()
        const { headers } = request
        const query = new Query(request.query)
        const { json, form } = await decode(
          {
            body: (request.body as Buffer | undefined) ?? null,
            data: query.get('data'),
            compression: query.get('compression'),
            isForm: headers['content-type'] === formType,
            contentEncoding: headers['content-encoding'] ?? null,
            legacy,
          },
          maxBodyBytes,
        )
        await accept(request, { json, form, query, path, receivedAt })
        if (query.get('beacon') === '1') return reply.code(204).send()
        return reply.type('application/json').send(ok)
      }
      app.post(path, { config: { describes } }, capture)
      app.get(path, { exposeHeadRoute: false }, capture)
      for (const method of ['OPTIONS', 'HEAD']) {
        app.route({
          method,
          url: path,
          handler: (_request, reply) => reply.type('application/json').send(ok),
        })
      }
    }
  }

type Taken = {
  json: Buffer
  form: URLSearchParams | null
  query: Query
  path: string
  receivedAt: Date
}

import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import type { LogWriter } from '../../event-log/event-log.ts'
import { addPublicCors, refuseTheRest } from '../../http/public-cors.ts'
import { createUuid7 } from '../../kit/uuid7.ts'
import type { CaptureEnvelope } from '../../model/captured.ts'
import { admit, sentAtOfQuery } from './admit.ts'
import { appendRequest } from './append-request.ts'
import { clientIp } from './client-ip.ts'
import { captureOperations } from './contract.ts'
import { decode } from './decode.ts'
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
        if (submission.events.some(({ event }) => event !== '$performance_event')) {
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
          await appendRequest(log, envelope, submission.events, json)
        }
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

const formType = 'application/x-www-form-urlencoded'
const bytesType = 'application/octet-stream'

/**
 * Whatever it says it is, a body is bytes: clients lie about types, and inflating is `decode`'s business. A type
 * that Fastify could not even parse would be 415, so all it gets to see is whether it is a form.
 */
function takeRawBodies(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const type = raw.headers['content-type']
    if (type !== undefined) {
      raw.headers['content-type'] = type.trim().toLowerCase().startsWith(formType) ? formType : bytesType
    }
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
}

/** Query parameters, the first where one is given twice. */
class Query {
  readonly #values: Record<string, unknown>
  constructor(values: unknown) {
    this.#values = values as Record<string, unknown>
  }
  /** Null where it is missing or empty. */
  get(name: string): string | null {
    const value = this.#values[name]
    const first: unknown = Array.isArray(value) ? value[0] : value
    return typeof first === 'string' && first !== '' ? first : null
  }
}

const bearerOf = (header: string | undefined) => /^Bearer\s+(\S+)\s*$/i.exec(header ?? '')?.[1] ?? null

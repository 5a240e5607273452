import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HedgerowError } from '../model/errors.ts'

export type StalledBodies = {
  /** How long a client may leave off sending within a body. */
  idleMs?: number
}

type Reading = { request: FastifyRequest; bytes: number; since: number }

/**
 * Answers 408 where a client stops in the middle of its body, and closes the connection: one that was forgotten
 * would otherwise be held, with what has been read of it, until the client goes away. One timer looks at all of
 * them; a body that is read costs two entries in a set.
 */
export function refuseStalledBodies(app: FastifyInstance, { idleMs = 30_000 }: StalledBodies = {}): void {
  const reading = new Map<FastifyRequest, Reading>()

  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (awaitsBody(request)) {
      reading.set(request, { request, bytes: request.socket.bytesRead, since: performance.now() })
    }
    done(null, payload)
  })
  app.addHook('preValidation', (request, _reply, done) => {
    reading.delete(request)
    done()
  })
  // Where reading fails there is no validation.
  app.addHook('onError', (request: FastifyRequest, _reply: FastifyReply, _error, done) => {
    reading.delete(request)
    done()
  })

  const timer = setInterval(
    () => {
      const now = performance.now()
      for (const one of reading.values()) {
        const { raw, socket } = one.request
        if (raw.complete || raw.destroyed) reading.delete(one.request)
        else if (socket.bytesRead !== one.bytes) {
          one.bytes = socket.bytesRead
          one.since = now
        } else if (now - one.since >= idleMs) {
          reading.delete(one.request)
          // Whoever reads the body hears of it as of any other broken stream, and answers, then closes.
          if (raw.listenerCount('error') > 0) raw.emit('error', stalled(idleMs))
          else raw.destroy()
        }
      }
    },
    Math.min(idleMs / 4, 5000),
  ).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}

const awaitsBody = ({ headers }: FastifyRequest) =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

const stalled = (idleMs: number) =>
  new HedgerowError('timed_out', `The request body stopped: nothing came for ${Math.ceil(idleMs / 1000)} s.`)

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HedgerowError } from '../model/errors.ts'

export type StalledBodies = {
  /** How long a client may leave off sending within a body. */
  idleMs?: number
}

/** A request whose body is read, with what had come of it when it was last looked at. */
type Reading = { request: FastifyRequest; bytes: number; since: number }

declare module 'fastify' {
  interface FastifyRequest {
    /** Where this request stands among those whose bodies are read; null once its body is there. */
    bodySlot: number | null
  }
}

/**
 * Answers 408 where a client stops in the middle of its body, and closes the connection: one that was forgotten
 * would otherwise be held, with what has been read of it, until the client goes away. One timer looks at all of
 * them.
 *
 * They stand in slots that are used again, not in a map: V8 makes a map's table anew after so many entries have come and
 * gone, each table that grew old keeps the next one, and so a garbage collector's full rounds come sooner.
 */
export function refuseStalledBodies(app: FastifyInstance, { idleMs = 30_000 }: StalledBodies = {}): void {
  const slots: (Reading | null)[] = []
  const free: number[] = []
  app.decorateRequest('bodySlot', null)

  const isDone = (request: FastifyRequest) => {
    if (request.bodySlot === null) return
    slots[request.bodySlot] = null
    free.push(request.bodySlot)
    request.bodySlot = null
  }

  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (awaitsBody(request)) {
      request.bodySlot = free.pop() ?? slots.length
      // No byte count is -1: the first look takes the count and the time.
      slots[request.bodySlot] = { request, bytes: -1, since: 0 }
    }
    done(null, payload)
  })
  app.addHook('preValidation', (request, _reply, done) => {
    isDone(request)
    done()
  })
  // Where reading fails there is no validation.
  app.addHook('onError', (request: FastifyRequest, _reply: FastifyReply, _error, done) => {
    isDone(request)
    done()
  })

  const timer = setInterval(
    () => {
      const now = performance.now()
      for (const one of slots) {
        if (!one) continue
        const { raw, socket } = one.request
        if (raw.complete || raw.destroyed) isDone(one.request)
        else if (socket.bytesRead !== one.bytes) {
          one.bytes = socket.bytesRead
          one.since = now
        } else if (now - one.since >= idleMs) {
          isDone(one.request)
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

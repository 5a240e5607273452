import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { forbidden } from '../model/errors.ts'
import type { Caller } from './authenticate.ts'
import type { Operation } from './operation.ts'

/** For whom the server asks itself, and about which project alone. */
export type Acting = {
  caller: Caller
  projectId: number
  /** Also what changes something of the project; without it only what reads. */
  mayWrite?: boolean
}

/** What our own API is asked; `path` is a path with its query, never an address. */
export type OwnRequest = { method: 'GET' | 'POST' | 'PATCH'; path: string; body?: unknown }
export type OwnAnswer = { status: number; body: unknown }

/**
 * Asks our own API within the process, with the rights of somebody: only of one project, and only what reads unless it
 * may write. What is refused comes back as the API's own failure. Rate limits count what somebody sends, not this.
 */
export type AskAs = (acting: Acting, request: OwnRequest) => Promise<OwnAnswer>

declare module 'fastify' {
  interface FastifyInstance {
    askAs: AskAs
  }
  interface FastifyRequest {
    acting: Acting | null
  }
}

const header = 'x-hedgerow-acting'

/**
 * Adds `askAs`. Each request carries a ticket that only this process knows and that is good once; whatever else is sent
 * under that header's name is taken away.
 */
export function addAskAs(app: FastifyInstance): void {
  const tickets = new Map<string, Acting>()
  app.decorateRequest('acting', null)
  app.addHook('onRequest', (request, _reply, done) => {
    const ticket = request.headers[header]
    if (ticket !== undefined) {
      delete request.headers[header]
      request.acting = tickets.get(String(ticket)) ?? null
      tickets.delete(String(ticket))
    }
    done()
  })
  app.decorate('askAs', async (acting: Acting, { method, path, body }: OwnRequest) => {
    const ticket = randomBytes(32).toString('base64url')
    tickets.set(ticket, acting)
    try {
      const answer = await app.inject({
        method,
        url: path,
        headers: { [header]: ticket, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
      })
      return { status: answer.statusCode, body: parsed(answer.body) }
    } finally {
      tickets.delete(ticket)
    }
  })
}

/** @throws HedgerowError 403 unless it reads something of a project, or writes it and may. */
export function permitActing({ mayWrite = false }: Acting, operation: Operation | undefined): void {
  if (operation?.access === 'project' && (mayWrite || operation.scope?.endsWith(':read'))) return
  throw forbidden('Only what reads from a project can be asked for here.')
}

/** @throws HedgerowError 403 for another project than the one that is acted in. */
export function permitActingIn(acting: Acting, request: FastifyRequest): void {
  if (request.project?.id === acting.projectId) return
  throw forbidden('Only what belongs to this project can be asked for here.')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

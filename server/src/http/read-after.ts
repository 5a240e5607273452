import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isLooseUuid } from '../kit/uuid.ts'
import { invalid } from '../model/errors.ts'

/** Waits until an event, or everything accepted so far, can be queried; null for an event that is not known. */
export type WhenVisible = (
  projectId: number,
  after: string,
  options: { waitMs: number; signal?: AbortSignal },
) => Promise<{ isVisible: boolean; lagMs: number } | null>

const mostMs = 5000

/** The parameter of every operation that `readsEvents`. */
export const afterParameter = {
  after: z
    .string()
    .optional()
    .describe(
      'Read your writes: the uuid of an event that was sent, or `now` for everything accepted so far. The answer waits until it can include that, at most five seconds; the headers `Hedgerow-Visible` (`true` or `false`) and `Hedgerow-Lag-Ms` say whether it does and how far behind it is.',
    ),
}

/** What an answer says about `after`, in operations whose answer declares it. */
export const afterAnswer = z
  .object({
    visible: z.boolean().describe('Whether the answer includes what was asked for'),
    lag_ms: z.int().describe('Where it does not: how long the oldest event that is missing has waited'),
    waited_ms: z.int().describe('How long the answer was held back'),
  })
  .optional()
  .describe('Only with `after` in the address')

/**
 * Holds a request back until what its `after` names can be queried, and says in headers how that went.
 * @throws HedgerowError 400 when it names no event that is known.
 */
export async function readAfter(
  whenVisible: WhenVisible,
  projectId: number,
  after: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<z.infer<typeof afterAnswer>> {
  if (after !== 'now' && !isLooseUuid(after)) {
    throw invalid('`after` must be the uuid of an event, or `now`.', { attr: 'after' })
  }
  const start = performance.now()
  const gone = new AbortController()
  const leave = () => gone.abort()
  request.raw.socket.once('close', leave)
  const seen = await whenVisible(projectId, canonical(after), {
    waitMs: mostMs,
    signal: gone.signal,
  }).finally(() => request.raw.socket.off('close', leave))
  if (!seen) {
    const detail = `No event ${after} is known: it was not accepted in this project, or too long ago.`
    throw invalid(detail, { attr: 'after', code: 'does_not_exist' })
  }
  const lagMs = Math.round(seen.lagMs)
  reply.header('hedgerow-visible', String(seen.isVisible)).header('hedgerow-lag-ms', String(lagMs))
  return {
    visible: seen.isVisible,
    lag_ms: lagMs,
    waited_ms: Math.round(performance.now() - start),
  }
}

const canonical = (uuid: string) =>
  uuid
    .toLowerCase()
    .replaceAll('-', '')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

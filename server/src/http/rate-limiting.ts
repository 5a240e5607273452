import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HedgerowError } from '../model/errors.ts'
import type { Held, Limit, RateLimits, Taken, Use } from '../rate-limits/rate-limits.ts'
import type { Caller } from './authenticate.ts'

/** Requests with a personal API key are counted by organization; what is `per: 'user'` holds sessions too. */
type PerWhom = Limit & { per: 'organization' | 'user' }

const limit = (name: string, most: number, window: 'minute' | 'hour'): PerWhom => ({
  name,
  most,
  windowMs: { minute: 60_000, hour: 3_600_000 }[window],
  per: 'organization',
})

const crud = [limit('crud_burst', 480, 'minute'), limit('crud_sustained', 4800, 'hour')]
const analyticsBurst = limit('analytics_burst', 240, 'minute')

/** PostHog's classes of operations, and what each is held to. */
export const rateLimitClasses = {
  /** What is not said to be of another class. */
  crud,
  /** Answered by the warehouse. */
  analytics: [analyticsBurst, limit('analytics_sustained', 1200, 'hour')],
  /** As `analytics`, with an hour of their own. */
  persons: [analyticsBurst, limit('persons_sustained', 1200, 'hour')],
  local_evaluation: [limit('local_evaluation', 600, 'minute')],
  /** Changes of one's own account, a password among them. */
  account: [...crud, { ...limit('account', 5, 'minute'), per: 'user' }],
} satisfies Record<string, PerWhom[]>

export type RateLimitClass = keyof typeof rateLimitClasses

/** By what a key must be allowed: whatever is not here is `crud`. */
const classOfScope: Record<string, RateLimitClass> = {
  insight: 'analytics',
  query: 'analytics',
  session_recording: 'analytics',
  session_recording_playlist: 'analytics',
  person: 'persons',
}

/** The class that an operation says, else the one of its scope. */
export const rateLimitClassOf = (operation: { rateLimit?: RateLimitClass; scope?: string }): RateLimitClass =>
  operation.rateLimit ?? classOfScope[operation.scope?.split(':')[0] ?? ''] ?? 'crud'

/** Every limit that an organization has, with whose they are. */
export const limitsOfOrganization = (organizationId: string): Held[] => {
  const all = new Set<PerWhom>(Object.values(rateLimitClasses).flat())
  return [...all]
    .filter(({ per }) => per === 'organization')
    .map((limit) => ({ limit, whose: organizationId }))
}

/**
 * Counts a request, and says in headers how much is left: of the limit that has the least.
 * A limiter that fails lets pass: an API that can't count is better than none.
 * @param organizationId of the project that is asked about, where there is one
 * @throws HedgerowError 429 when a limit is reached.
 */
export async function countRequest(
  rateLimits: RateLimits,
  operation: { rateLimit?: RateLimitClass; scope?: string },
  caller: Caller,
  organizationId: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const user = `user ${caller.user.id}`
  const organization = organizationId ?? caller.user.currentOrganizationId ?? user
  const held = (rateLimitClasses[rateLimitClassOf(operation)] as PerWhom[])
    .filter(({ per }) => per === 'user' || caller.by === 'personal_key')
    .map((limit) => ({ limit, whose: limit.per === 'user' ? user : organization }))
  if (held.length > 0) await countAgainst(rateLimits, held, request, reply)
}

/** How long the count of a request is waited for that must not wait for the database. */
const patienceMs = 200

/**
 * Counts a request for the definitions of flags, which outlives the database: who can't be counted in time is let pass.
 * @throws HedgerowError 429 when the limit is reached.
 */
export async function countLocalEvaluation(
  rateLimits: RateLimits,
  organizationId: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const held = rateLimitClasses.local_evaluation.map((limit) => ({ limit, whose: organizationId }))
  const counted = countAgainst(rateLimits, held, request, reply)
  // when nobody waits for it any more, a refusal is nobody's
  counted.catch(() => undefined)
  await Promise.race([counted, sleep(patienceMs, undefined, { ref: false })])
}

/**
 * Counts a request against limits that an operation has beside its class, and says in headers how much is left.
 * A limiter that fails lets pass.
 * @throws HedgerowError 429 when one is reached.
 */
export async function countAgainst(
  rateLimits: RateLimits,
  held: Held[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  let taken: Taken
  try {
    taken = await rateLimits.take(held)
  } catch (error) {
    request.log.error({ reqId: request.id, err: error }, 'a request could not be counted')
    return
  }
  if (reply.sent) return
  const { uses, waitMs } = taken
  const scarcest = uses.toSorted((a, b) => left(a) - left(b) || b.freesInMs - a.freesInMs)[0]!
  reply
    .header('x-ratelimit-limit', String(scarcest.limit.most))
    .header('x-ratelimit-remaining', String(left(scarcest)))
    .header('x-ratelimit-reset', String(Math.ceil((Date.now() + scarcest.freesInMs) / 1000)))
  if (waitMs === null) return
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  throw new HedgerowError(
    'throttled',
    `Request was throttled. Expected available in ${seconds} second${seconds === 1 ? '' : 's'}.`,
    { retryAfter: seconds },
  )
}

/** How many more requests a limit allows now. */
export const left = ({ limit, used }: Use) => Math.max(0, limit.most - used)

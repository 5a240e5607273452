import type { FastifyInstance } from 'fastify'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import { toUtc } from '../../http/date-time.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { left, limitsOfOrganization } from '../../http/rate-limiting.ts'
import type { RateLimits, Use } from '../../rate-limits/rate-limits.ts'
import { listRateLimits } from './contract.ts'

type Deps = {
  /** Null: this server counts nothing. */
  rateLimits: RateLimits | null
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  now: () => Date
}

export const rateLimitRoutes =
  ({ rateLimits, organizations, now }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listRateLimits, async ({ caller, params }) => {
      const { id } = await resolveOrganization(organizations, caller, params.id)
      const held = limitsOfOrganization(id)
      const unused = held.map(({ limit }): Use => ({ limit, used: 0, freesInMs: 0 }))
      const uses = (await rateLimits?.uses(held)) ?? unused
      return { enabled: rateLimits !== null, results: uses.map((use) => present(use, now())) }
    })
  }

const present = (use: Use, now: Date) => ({
  name: use.limit.name,
  limit: use.limit.most,
  window_seconds: use.limit.windowMs / 1000,
  used: use.used,
  remaining: left(use),
  resets_at: use.used > 0 ? toUtc(new Date(now.getTime() + use.freesInMs).toISOString()) : null,
})

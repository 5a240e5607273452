import { and, asc, eq, isNull } from 'drizzle-orm'
import type { Database, Queries } from '../database/database.ts'
import { violatedUnique } from '../database/errors.ts'
import { organizationDomains } from '../database/schema.ts'
import { randomToken } from '../kit/api-keys.ts'
import { invalid, notFound } from '../model/errors.ts'

export type Domain = typeof organizationDomains.$inferSelect
export type DomainChanges = Partial<
  Pick<Domain, 'jitProvisioningEnabled' | 'ssoEnforcement' | 'samlEntityId' | 'samlAcsUrl' | 'samlX509Cert'>
>

const mostDomains = 100

/** Domains of e-mail addresses that organizations say, and prove, to be theirs. Who acts was checked before. */
export function createDomainStore(database: Database) {
  const { db } = database

  /** @throws HedgerowError not found. */
  async function get(organizationId: string, id: string, queries: Queries = db): Promise<Domain> {
    const [found] = await queries.select().from(organizationDomains).where(is(organizationId, id))
    if (!found) throw notFound()
    return found
  }

  return {
    get,

    /** By name. */
    async list(organizationId: string, page: { limit: number; offset: number }) {
      const where = eq(organizationDomains.organizationId, organizationId)
      const results = await db
        .select()
        .from(organizationDomains)
        .where(where)
        .orderBy(asc(organizationDomains.domain))
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(organizationDomains, where), results }
    },

    /** @throws HedgerowError `unique` for a domain that any organization has; `invalid` for one too many. */
    async create(organizationId: string, domain: string, changes: DomainChanges): Promise<Domain> {
      try {
        return await database.transaction(async (tx) => {
          const its = eq(organizationDomains.organizationId, organizationId)
          if ((await tx.$count(organizationDomains, its)) >= mostDomains) {
            throw invalid(`An organization may have ${mostDomains} domains.`)
          }
          const [made] = await tx
            .insert(organizationDomains)
            .values({ ...changes, organizationId, domain, verificationChallenge: randomToken() })
            .returning()
          return made!
        })
      } catch (error) {
        if (violatedUnique(error) !== 'organization_domains_domain') throw error
        throw invalid('organization domain with this domain already exists.', {
          code: 'unique',
          attr: 'domain',
        })
      }
    },

    /** @throws HedgerowError not found; `verification_required` for what only a domain that is proven may have. */
    update: (
      organizationId: string,
      id: string,
      changes: DomainChanges,
    ): Promise<{ before: Domain; after: Domain }> =>
      database.transaction(async (tx) => {
        const before = await get(organizationId, id, tx)
        if (!before.verifiedAt) checkUnproven(changes)
        const [after] = await tx
          .update(organizationDomains)
          .set({ ...changes, updatedAt: new Date().toISOString() })
          .where(is(organizationId, id))
          .returning()
        if (!after) throw notFound()
        return { before, after }
      }),

    /** Notes that it was proven; a time that was noted before stays. @throws HedgerowError not found. */
    async verified(organizationId: string, id: string): Promise<Domain> {
      const now = new Date().toISOString()
      await db
        .update(organizationDomains)
        .set({ verifiedAt: now, updatedAt: now })
        .where(and(is(organizationId, id), isNull(organizationDomains.verifiedAt)))
      return get(organizationId, id)
    },

    /** @throws HedgerowError not found. */
    async remove(organizationId: string, id: string): Promise<Domain> {
      const [gone] = await db.delete(organizationDomains).where(is(organizationId, id)).returning()
      if (!gone) throw notFound()
      return gone
    },
  }
}

export type DomainStore = ReturnType<typeof createDomainStore>

const is = (organizationId: string, id: string) =>
  and(eq(organizationDomains.organizationId, organizationId), eq(organizationDomains.id, id))

function checkUnproven({ jitProvisioningEnabled, ssoEnforcement }: DomainChanges): void {
  const attr =
    jitProvisioningEnabled !== undefined
      ? 'jit_provisioning_enabled'
      : ssoEnforcement !== undefined
        ? 'sso_enforcement'
        : null
  if (attr) {
    throw invalid('This attribute cannot be updated until the domain is verified.', {
      code: 'verification_required',
      attr,
    })
  }
}

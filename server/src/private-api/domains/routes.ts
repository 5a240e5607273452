import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { Domain, DomainChanges, DomainStore } from '../../accounts/domains.ts'
import { levels } from '../../accounts/levels.ts'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { User } from '../../accounts/users.ts'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { resolveOrganization } from '../../http/organization.ts'
import { counted } from '../../http/paging.ts'
import { permitInOrganization } from '../../http/project.ts'
import { invalid } from '../../model/errors.ts'
import {
  createDomain,
  deleteDomain,
  listDomains,
  replaceDomain,
  retrieveDomain,
  updateDomain,
  verifyDomain,
} from './contract.ts'
import type { LookUpTxt } from './txt-records.ts'

type Deps = {
  domains: DomainStore
  organizations: Pick<OrganizationStore, 'current' | 'find'>
  lookUpTxt: LookUpTxt
  activity: Pick<ActivityLog, 'record'>
}

/** Everybody in an organization sees its domains; admins change them. */
export const domainRoutes =
  ({ domains, organizations, lookUpTxt, activity }: Deps) =>
  async (app: FastifyInstance) => {
    const addressed = (caller: Caller, { organization_id: id }: { organization_id: string }) =>
      resolveOrganization(organizations, caller, id)
    const administered = async (caller: Caller, params: { organization_id: string }) => {
      const organization = await addressed(caller, params)
      permitInOrganization(organization, levels.admin)
      return organization
    }
    const tellChanges = (user: User, before: Domain, after: Domain) =>
      activity.record({
        ...known(user, after),
        activity: 'updated',
        changes: changesBetween('OrganizationDomain', present(before), present(after), {
          omit: ['is_verified', 'has_saml'],
        }),
      })

    route(app, listDomains, async ({ caller, params, query, url }) => {
      const { id } = await addressed(caller, params)
      const { count, results } = await domains.list(id, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createDomain, async ({ user, caller, params, body }) => {
      const { id } = await administered(caller, params)
      const made = await domains.create(id, body.domain, changesOf(body))
      await activity.record({ ...known(user, made), activity: 'created' })
      return present(made)
    })

    route(app, retrieveDomain, async ({ caller, params }) => {
      const { id } = await addressed(caller, params)
      return present(await domains.get(id, params.id))
    })

    for (const update of [updateDomain, replaceDomain]) {
      route(app, update, async ({ user, caller, params, body }) => {
        const { id } = await administered(caller, params)
        const { before, after } = await domains.update(id, params.id, changesOf(body))
        await tellChanges(user, before, after)
        return present(after)
      })
    }

    route(app, deleteDomain, async ({ user, caller, params }) => {
      const { id } = await administered(caller, params)
      await activity.record({ ...known(user, await domains.remove(id, params.id)), activity: 'deleted' })
    })

    route(app, verifyDomain, async ({ user, caller, params }) => {
      const { id } = await administered(caller, params)
      const before = await domains.get(id, params.id)
      if (before.verifiedAt) {
        throw invalid('This domain has already been verified.', { code: 'already_verified' })
      }
      const name = `_posthog-challenge.${before.domain}`
      const texts = await lookUpTxt(name)
      if (!texts) {
        throw invalid(`DNS does not say what TXT records ${name} has. Try again in a while.`, {
          code: 'domain_lookup_failed',
        })
      }
      if (!texts.includes(before.verificationChallenge)) return present(before)
      const after = await domains.verified(id, before.id)
      await tellChanges(user, before, after)
      return present(after)
    })
  }

const known = (by: User, { organizationId, id, domain }: Domain) =>
  ({
    organizationId,
    projectId: null,
    userId: by.id,
    scope: 'OrganizationDomain',
    itemId: id,
    name: domain,
  }) satisfies Partial<Activity>

const changesOf = (body: z.output<typeof updateDomain.body>): DomainChanges => ({
  jitProvisioningEnabled: body.jit_provisioning_enabled,
  ssoEnforcement: body.sso_enforcement,
  samlEntityId: body.saml_entity_id,
  samlAcsUrl: body.saml_acs_url,
  samlX509Cert: body.saml_x509_cert,
})

const present = (row: Domain): z.input<typeof retrieveDomain.answer> => ({
  id: row.id,
  domain: row.domain,
  is_verified: row.verifiedAt !== null,
  verified_at: row.verifiedAt,
  verification_challenge: row.verificationChallenge,
  jit_provisioning_enabled: row.jitProvisioningEnabled,
  sso_enforcement: row.ssoEnforcement as z.input<typeof retrieveDomain.answer>['sso_enforcement'],
  has_saml: Boolean(row.samlEntityId && row.samlAcsUrl && row.samlX509Cert),
  saml_entity_id: row.samlEntityId,
  saml_acs_url: row.samlAcsUrl,
  saml_x509_cert: row.samlX509Cert,
})

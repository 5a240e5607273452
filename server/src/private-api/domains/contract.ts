import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const saml = {
  saml_entity_id: z
    .string()
    .max(512)
    .nullable()
    .describe('What the identity provider calls itself. Kept, without effect: SAML is not spoken here.'),
  saml_acs_url: z
    .string()
    .max(512)
    .nullable()
    .describe('Where the identity provider takes logins. Kept, without effect.'),
  saml_x509_cert: z
    .string()
    .max(20_000)
    .nullable()
    .describe("The identity provider's certificate. Kept, without effect."),
}
const whenVerified = {
  jit_provisioning_enabled: z
    .boolean()
    .describe('Kept, without effect: nobody joins by their address alone. Only of a verified domain.'),
  sso_enforcement: z
    .enum(['', 'google-oauth2', 'github', 'gitlab', 'saml'])
    .describe('Kept, without effect: people sign in with a password. Only of a verified domain.'),
}

const OrganizationDomain = z
  .object({
    id: z.uuid().describe('What addresses name it by.'),
    domain: z.string().describe('The domain, in lower case.'),
    is_verified: z.boolean().describe('Whether the TXT record has been seen.'),
    verified_at: Instant.nullable().describe('When it was; null until then.'),
    verification_challenge: z
      .string()
      .describe('What a TXT record of `_posthog-challenge.<domain>` must say for it to be verified.'),
    ...whenVerified,
    has_saml: z.boolean().describe('Whether all three of its `saml_…` fields are there.'),
    ...saml,
  })
  .meta({ id: 'OrganizationDomain', description: 'A domain of e-mail addresses that is an organization’s.' })

const NewDomain = z
  .object({
    domain: z
      .string()
      .trim()
      .max(128)
      .regex(/^(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/, {
        error: 'Please enter a valid domain or subdomain name.',
      })
      .describe('In lower case, as `example.com`; no other organization may have it.'),
    ...z.object(saml).partial().shape,
  })
  .meta({ id: 'NewOrganizationDomain' })
const DomainChanges = z
  .object({ ...whenVerified, ...saml })
  .partial()
  .meta({ id: 'OrganizationDomainChanges' })

const path = '/api/organizations/:organization_id/domains/'
const organization = {
  organization_id: z.string().describe('The organization; `@current` is the one you work in.'),
}
const common = { access: 'user', limitsKeys: true, tags: ['domains'] } as const
const read = { ...common, scope: 'organization:read' } as const
const write = { ...common, scope: 'organization:write' } as const
const params = z.object({ ...organization, id: z.uuid().describe('Id of the domain.') })
const one = { path: `${path}:id/`, params } as const

export const listDomains = operation({
  ...read,
  id: 'domains_list',
  method: 'GET',
  path,
  summary: 'List the domains of an organization',
  description: 'By name.',
  params: z.object(organization),
  query: z.object(pageQuery),
  answer: pageOf(OrganizationDomain).meta({ id: 'PaginatedOrganizationDomainList' }),
  errors: [404],
})

export const createDomain = operation({
  ...write,
  id: 'domains_create',
  method: 'POST',
  path,
  summary: 'Add a domain to an organization',
  description: 'For admins. Add the TXT record that it names to the domain, then verify it.',
  params: z.object(organization),
  body: NewDomain,
  status: 201,
  answer: OrganizationDomain,
  errors: [400, 403, 404],
})

export const retrieveDomain = operation({
  ...read,
  ...one,
  id: 'domains_retrieve',
  method: 'GET',
  summary: 'Get a domain',
  description: 'With the TXT record that verifies it.',
  answer: OrganizationDomain,
  errors: [404],
})

export const updateDomain = operation({
  ...write,
  ...one,
  id: 'domains_partial_update',
  method: 'PATCH',
  summary: 'Change what is kept of a domain',
  description: 'For admins. The domain itself stays: delete it and add another.',
  body: DomainChanges,
  answer: OrganizationDomain,
  errors: [400, 403, 404],
})

export const replaceDomain = operation({
  ...updateDomain,
  id: 'domains_update',
  method: 'PUT',
  summary: 'Change what is kept of a domain, naming it',
  body: DomainChanges.extend({ domain: z.string().describe('Not changed.') }).meta({
    id: 'OrganizationDomainReplacement',
  }),
})

export const deleteDomain = operation({
  ...write,
  ...one,
  id: 'domains_destroy',
  method: 'DELETE',
  summary: 'Take a domain from an organization',
  description: 'For admins.',
  status: 204,
  answer: null,
  errors: [403, 404],
})

export const verifyDomain = operation({
  ...write,
  id: 'domains_verify_create',
  method: 'POST',
  path: `${path}:id/verify/`,
  summary: 'Look whether a domain has its TXT record',
  description:
    'For admins. Asks DNS for `_posthog-challenge.<domain>`, for five seconds at most. `is_verified` stays false while ' +
    'no record says the challenge; where DNS does not answer at all it fails with `domain_lookup_failed`, and may be tried again.',
  params,
  answer: OrganizationDomain,
  errors: [400, 403, 404],
})

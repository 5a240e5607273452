import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Answer, type TestApp, testApp } from '../../../test/app.ts'
import { testDnsServer } from '../../../test/dns.ts'
import { createDomainStore } from '../../accounts/domains.ts'
import { levels } from '../../accounts/levels.ts'
import { createOrganizationStore } from '../../accounts/organizations.ts'
import { organizationDomains } from '../../database/schema.ts'
import { domainRoutes } from './routes.ts'
import { createTxtLookUp } from './txt-records.ts'

let api: TestApp
let path: string
let dns: Awaited<ReturnType<typeof testDnsServer>>
beforeAll(async () => {
  dns = await testDnsServer(afterAll)
  api = await testApp(afterAll, ({ database, activity }) => [
    domainRoutes({
      domains: createDomainStore(database),
      organizations: createOrganizationStore(database),
      lookUpTxt: createTxtLookUp({ servers: [dns.address], patienceMs: 400 }),
      activity,
    }),
  ])
  path = `/api/organizations/${api.organization.id}/domains/`
})
beforeEach(async () => {
  await api.database.db.delete(organizationDomains)
  await api.activities()
  dns.records.clear()
})

const made = async (domain = 'example.com') => {
  const { status, body } = await api.post(path, { domain })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}
const refusal = ({ status, body }: Answer) => [status, body.code, body.attr]
const challengeOf = (domain: string) => `_posthog-challenge.${domain}`
const verify = (id: string) => api.post(`${path}${id}/verify/`)

test('a domain is added, listed by name, and taken away', async () => {
  const domain = await made('example.org')
  expect(domain).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    domain: 'example.org',
    is_verified: false,
    verified_at: null,
    verification_challenge: expect.stringMatching(/^\w{40,}$/),
    jit_provisioning_enabled: false,
    sso_enforcement: '',
    has_saml: false,
    saml_entity_id: null,
    saml_acs_url: null,
    saml_x509_cert: null,
  })
  expect((await made('example.com')).verification_challenge).not.toBe(domain.verification_challenge)
  const { body } = await api.get(path)
  expect(body.results.map((one: { domain: string }) => one.domain)).toEqual(['example.com', 'example.org'])
  expect((await api.get(`${path}${domain.id}/`)).body).toEqual(domain)
  expect((await api.delete(`${path}${domain.id}/`)).status).toBe(204)
  expect((await api.get(`${path}${domain.id}/`)).status).toBe(404)
  expect((await api.get(`${path}?limit=1&offset=1`)).body).toMatchObject({ count: 1, results: [] })
  expect(await api.activities()).toMatchObject([
    { scope: 'OrganizationDomain', activity: 'created', detail: { name: 'example.org' } },
    { activity: 'created', detail: { name: 'example.com' } },
    { activity: 'deleted', detail: { name: 'example.org' } },
  ])
})

test.each([
  'localhost',
  'Example.com',
  'a b.com',
  'example.com.',
  '-a.com',
  '127.0.0.1',
  'http://example.com',
  `${'a'.repeat(64)}.com`,
  '_x.example.com',
  'example.com/..',
])('%s is no domain', async (domain) => {
  const answer = await api.post(path, { domain })
  expect([...refusal(answer), answer.body.detail]).toEqual([
    400,
    'invalid_input',
    'domain',
    'Please enter a valid domain or subdomain name.',
  ])
})

test('a domain is one organization’s', async () => {
  const { key, organization } = await api.stranger()
  const theirs = `/api/organizations/${organization.id}/domains/`
  await made()
  expect(refusal(await api.post(path, { domain: 'example.com' }))).toEqual([400, 'unique', 'domain'])
  expect(refusal(await api.post(theirs, { domain: 'example.com' }, { key }))).toEqual([
    400,
    'unique',
    'domain',
  ])
  expect((await api.post(theirs, { domain: 'mail.example.com' }, { key })).status).toBe(201)
})

test('a TXT record verifies it, once', async () => {
  const { id, verification_challenge: challenge } = await made()
  expect((await verify(id)).body).toMatchObject({ is_verified: false, verified_at: null })
  dns.records.set(challengeOf('example.com'), ['v=spf1 -all', `${challenge}x`])
  expect((await verify(id)).body.is_verified).toBe(false)
  await api.activities()
  dns.records.set(challengeOf('example.com'), ['v=spf1 -all', 'x'.repeat(300), challenge])
  const { status, body } = await verify(id)
  expect([status, body]).toEqual([
    200,
    expect.objectContaining({ is_verified: true, verified_at: expect.stringMatching(/Z$/) }),
  ])
  expect(await api.activities()).toMatchObject([
    { activity: 'updated', detail: { changes: [{ action: 'created', field: 'verified_at' }] } },
  ])
  expect(refusal(await verify(id))).toEqual([400, 'already_verified', null])
  expect(new Set(dns.asked)).toEqual(new Set([challengeOf('example.com')]))
})

test.each(['silent', 'broken'] as const)('a name server that is %s is said to be, soon', async (how) => {
  const { id } = await made()
  dns.records.set(challengeOf('example.com'), how)
  const begun = performance.now()
  const answer = await verify(id)
  expect(refusal(answer)).toEqual([400, 'domain_lookup_failed', null])
  expect(answer.body.detail).toContain('_posthog-challenge.example.com')
  expect(performance.now() - begun).toBeLessThan(3000)
  expect((await api.get(`${path}${id}/`)).body.is_verified).toBe(false)
})

test('what only a verified domain may have is not there before', async () => {
  const asked = { jit_provisioning_enabled: true, sso_enforcement: 'saml' }
  const { body } = await api.post(path, { domain: 'example.com', ...asked, saml_entity_id: 'x' })
  expect(body).toMatchObject({
    jit_provisioning_enabled: false,
    sso_enforcement: '',
    saml_entity_id: 'x',
  })
  for (const [attr, value] of Object.entries(asked)) {
    expect(refusal(await api.patch(`${path}${body.id}/`, { [attr]: value }))).toEqual([
      400,
      'verification_required',
      attr,
    ])
  }
  dns.records.set(challengeOf('example.com'), [body.verification_challenge])
  await verify(body.id)
  await api.activities()
  const saml = { saml_acs_url: 'https://idp.example.com/', saml_x509_cert: 'MII' }
  const changed = await api.ask('PUT', `${path}${body.id}/`, { domain: 'other.com', ...asked, ...saml })
  expect(changed.body).toMatchObject({ ...asked, ...saml, domain: 'example.com', has_saml: true })
  expect(refusal(await api.patch(`${path}${body.id}/`, { sso_enforcement: 'okta' }))).toEqual([
    400,
    'invalid_choice',
    'sso_enforcement',
  ])
  const [entry] = await api.activities()
  expect(entry!.detail.changes!.map(({ field }) => field).sort()).toEqual(
    [...Object.keys(asked), ...Object.keys(saml)].sort(),
  )
})

test('members see domains and admins change them; nobody else knows of them', async () => {
  const { id } = await made()
  const [member, admin, stranger] = [
    await api.colleague(),
    await api.colleague(levels.admin),
    await api.stranger(),
  ]
  expect((await api.get(path, { key: member.key })).body.count).toBe(1)
  for (const [method, to, body] of [
    ['POST', path, { domain: 'x.com' }],
    ['PATCH', `${path}${id}/`, { saml_entity_id: 'x' }],
    ['PUT', `${path}${id}/`, { domain: 'x.com' }],
    ['POST', `${path}${id}/verify/`, {}],
    ['DELETE', `${path}${id}/`, undefined],
  ] as const) {
    const answer = await api.ask(method, to, body, { key: member.key })
    expect([method, answer.status, answer.body.detail]).toEqual([
      method,
      403,
      'Your organization access level is insufficient.',
    ])
    expect((await api.ask(method, to, body, { key: stranger.key })).status).toBe(404)
    const own = to.replace(api.organization.id, stranger.organization.id)
    if (to !== path) expect((await api.ask(method, own, body, { key: stranger.key })).status).toBe(404)
  }
  expect((await api.get(path, { key: stranger.key })).status).toBe(404)
  expect((await api.post(path, { domain: 'x.com' }, { key: admin.key })).status).toBe(201)
})

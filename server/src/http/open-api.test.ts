import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type TestApp, testApp } from '../../test/app.ts'
import { operation, route } from './operation.ts'
import { pageQuery } from './paging.ts'

const Inner = z.object({ at: z.string().default('now') }).meta({ id: 'TestInner' })
const Thing = z.object({ id: z.int(), name: z.string(), inner: Inner.optional() }).meta({ id: 'TestThing' })
const Same = z.object({ name: z.string().max(9) }).meta({ id: 'TestSame' })
z.object({ never: z.string() }).meta({ id: 'TestUnused' })

const change = operation({
  id: 'things_partial_update',
  method: 'PATCH',
  path: '/api/projects/:project_id/things/:id/',
  aliases: ['/api/thing/:id/'],
  access: 'project',
  scope: 'action:write',
  tags: ['things'],
  summary: 'Change a thing',
  description: 'In **words**.',
  params: z.object({ id: z.int() }),
  query: z.object(pageQuery).meta({ id: 'TestQuery' }),
  body: z.object({ thing: Thing, same: Same }),
  answer: z.object({ thing: Thing, same: Same }),
  errors: [409],
})

let api: TestApp
beforeAll(async () => {
  api = await testApp(afterAll, () => [
    async (app) => route(app, change, async ({ body }) => body as never),
    async (app) => {
      app.get('/hidden', async () => 'no contract, no entry')
    },
  ])
})

it('describes every operation once, from its contract', async () => {
  const { body: document } = await api.get('/api/schema/', { key: null })
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toEqual(['/api/projects/{project_id}/things/{id}/'])
  const described = document.paths['/api/projects/{project_id}/things/{id}/'].patch
  expect(described).toMatchObject({
    operationId: 'things_partial_update',
    tags: ['things'],
    summary: 'Change a thing',
    description: 'In **words**.',
    security: [{ personal_api_key: ['action:write'] }, { session: [] }],
  })
  expect(Object.keys(described.responses)).toEqual(['200', '400', '401', '403', '404', '409', '429'])
  expect(described.responses['404'].content['application/json'].schema).toEqual({
    $ref: '#/components/schemas/Error',
  })
  const parameter = (name: string) => described.parameters.find((one: { name: string }) => one.name === name)
  expect(parameter('project_id').description).toContain('@current')
  expect(parameter('limit').required).not.toBe(true)
})

it('names shapes plainly, and apart only where in and out differ', async () => {
  const { body: document, text } = await api.get('/api/schema', { key: null })
  const names = Object.keys(document.components.schemas)
  expect(names).toEqual(['Error', 'TestInner', 'TestInnerInput', 'TestSame', 'TestThing', 'TestThingInput'])
  expect(document.components.schemas.TestThing.properties.inner.$ref).toBe('#/components/schemas/TestInner')
  expect(document.components.schemas.TestThingInput.properties.inner.$ref).toBe(
    '#/components/schemas/TestInnerInput',
  )
  expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER))
  expect(text).not.toContain('"additionalProperties":false')
})

it('is there as YAML, and to browse, with everything from here', async () => {
  const yaml = await api.get('/api/schema/?format=yaml', { key: null })
  expect(yaml.text).toMatch(/^openapi: 3\.1\.0/)
  for (const path of ['/api/schema/swagger-ui/', '/api/schema/redoc/']) {
    const page = await api.get(path, { key: null })
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    const files = [...page.text.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map((match) => match[1]!)
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const url = new URL(file, `http://here${path}`)
      expect(url.host).toBe('here')
      expect((await api.get(url.pathname, { key: null })).status).toBe(200)
    }
  }
  expect((await api.get('/api/schema/swagger-ui', { key: null })).status).toBe(200)
  expect((await api.get('/api/schema/redoc', { key: null })).headers.location).toBe('/api/schema/redoc/')
})

it('has guides, and pages for tags, from the files that people write', async () => {
  const { body: guides } = await api.get('/api/docs/guides.json', { key: null })
  expect(guides.pages[0]).toMatchObject({ slug: 'overview', markdown: expect.stringContaining('# Two APIs') })
  const { body: document } = await api.get('/api/schema/', { key: null })
  expect(document.tags.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(guides.groups.flatMap(({ tags }: { tags: string[] }) => tags)),
  )
})

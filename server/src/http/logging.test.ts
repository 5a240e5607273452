import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, expect, it } from 'vitest'
import { z } from 'zod'
import { testApp } from '../../test/app.ts'
import { loggerOptions, withoutSecrets } from './logging.ts'
import { operation, route } from './operation.ts'

const login = operation({
  id: 'login',
  method: 'POST',
  path: '/api/login/',
  access: 'anyone',
  tags: ['test'],
  summary: 'For tests',
  body: z.object({ password: z.string() }),
  status: 204,
  answer: null,
})

it('keeps keys, cookies and passwords out of the log', async () => {
  let log = ''
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString()
      done()
    },
  })
  const api = await testApp(
    afterAll,
    () => [
      async (app) =>
        route(app, login, async ({ body, request }) => {
          request.log.info({ body }, 'a careless line')
          request.log.info({ headers: request.headers, user: { password: 'hunter22' } }, 'another')
        }),
    ],
    { logger: pino(loggerOptions('trace'), sink) },
  )
  const secrets = { 'x-csrftoken': 'csrf-secret', cookie: 'sessionid=cookie-secret' }
  const path = '/api/login/?personal_api_key=phx_query&token=phc_query&page=2'
  expect((await api.post(path, { password: 'hunter22' }, { headers: secrets })).status).toBe(204)
  expect(log).toContain('page=2')
  expect(log).toContain('a careless line')
  for (const secret of ['hunter22', 'phx_query', 'phc_query', 'csrf-secret', 'cookie-secret', api.key]) {
    expect(log).not.toContain(secret)
  }
})

it('knows a key in a URL by its parameter', () => {
  expect(withoutSecrets('/a?personal_api_key=x&b=1&api_key=y#c')).toBe(
    '/a?personal_api_key=***&b=1&api_key=***#c',
  )
})

it('knows the token of a shared page by its place', () => {
  expect(withoutSecrets('/shared/abc-D_1.json?noHeader=1')).toBe('/shared/***.json?noHeader=1')
  expect(withoutSecrets('/embedded/abc')).toBe('/embedded/***')
  expect(withoutSecrets('/sharedness/abc')).toBe('/sharedness/abc')
  expect(withoutSecrets('/signup/0186-a')).toBe('/signup/***')
  expect(withoutSecrets('/api/signup/0186-a/')).toBe('/api/signup/***/')
  expect(withoutSecrets('/reset/0186-a/T0ken')).toBe('/reset/0186-a/***')
})

it('says of a fault where and why, not what was in the rows', () => {
  const fault = Object.assign(new Error('duplicate key value'), {
    code: '23505',
    constraint: 'users_email',
    detail: 'Key (email)=(ada@example.com) already exists.',
    params: ['ada@example.com'],
  })
  let log = ''
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString()
      done()
    },
  })
  pino(loggerOptions('info'), sink).warn({ err: new Error('outer', { cause: fault }) }, 'a fault')
  expect(JSON.parse(log).err).toMatchObject({
    message: 'outer',
    cause: { message: 'duplicate key value', code: '23505', constraint: 'users_email' },
  })
  expect(log).not.toContain('ada@example.com')
})

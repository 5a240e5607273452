import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ConfigError, readConfig, variableNames } from './config.ts'

const problemsOf = (env: Record<string, string>) => {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

test('an empty environment gives the documented defaults', () => {
  const config = readConfig({})
  expect(config).toMatchObject({
    port: 8000,
    host: '127.0.0.1',
    siteUrl: null,
    clickhouseUrl: null,
    databaseUrl: null,
    maxBodyBytes: 20 * 1024 ** 2,
    queryMaxExecutionMs: 30_000,
    logLevel: 'info',
    init: null,
  })
  expect(config.dataDir.endsWith('/data')).toBe(true)
  expect(Object.isFrozen(config)).toBe(true)
})

test('an empty value counts as absent', () => {
  expect(readConfig({ PORT: '', SITE_URL: '' })).toMatchObject({ port: 8000, siteUrl: null })
})

test.each([
  ['20MB', 20 * 1024 ** 2],
  ['1.5 GiB', 1.5 * 1024 ** 3],
  ['4096', 4096],
  ['64kb', 65536],
])('a size of %s is %i bytes', (text, bytes) => {
  expect(readConfig({ DATA_UPLOAD_MAX_MEMORY_SIZE: text }).maxBodyBytes).toBe(bytes)
})

test('every bad value is named at once, and no secret is shown', () => {
  const message = problemsOf({
    PORT: 'eighty',
    SITE_URL: 'analytics.example.com',
    SECRET_KEY: 'too-short-secret',
    LOG_LEVEL: 'loud',
  })
  for (const name of ['PORT', 'SITE_URL', 'SECRET_KEY', 'LOG_LEVEL']) expect(message).toContain(name)
  expect(message).not.toContain('too-short-secret')
})

test('the first user needs both an address and a password', () => {
  expect(problemsOf({ INIT_EMAIL: 'ada@example.com' })).toContain('INIT_PASSWORD')
  expect(problemsOf({ INIT_PERSONAL_API_KEY: 'phx_0123456789abcdef0123' })).toContain('INIT_EMAIL')
})

test('e-mails need a public address to link to, and come from its host unless said otherwise', () => {
  const smtp = { SMTP_URL: 'smtp://mail.example:587' }
  expect(problemsOf(smtp)).toContain('SITE_URL')
  const sited = { ...smtp, SITE_URL: 'https://a.example:8443/' }
  expect(readConfig(sited).mail).toEqual({ url: smtp.SMTP_URL, from: 'Hedgerow <hedgerow@a.example>' })
  expect(readConfig({ ...sited, EMAIL_DEFAULT_FROM: 'us@b.example' }).mail?.from).toBe('us@b.example')
  expect(problemsOf({ ...sited, EMAIL_DEFAULT_FROM: 'nobody' })).toContain('EMAIL_DEFAULT_FROM')
  expect(problemsOf({ SMTP_URL: 'mail.example:587' })).toContain('SMTP_URL')
  expect(readConfig({}).mail).toBeNull()
})

test('the public address loses its trailing slash', () => {
  expect(readConfig({ SITE_URL: 'https://a.example/' }).siteUrl).toBe('https://a.example')
})

test.each(['README.md', '.env.example'])('%s names every setting, and no other', (file) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
  const pattern = file === 'README.md' ? /^\| `([A-Z][A-Z_]+)` \|/gm : /^#([A-Z][A-Z_]+)=/gm
  const documented = [...text.matchAll(pattern)].map((match) => match[1]).sort()
  expect(documented).toEqual([...variableNames].sort())
})

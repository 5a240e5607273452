import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../../test/app.ts'
import { createPersonalApiKeyStore } from '../../accounts/personal-api-keys.ts'
import { personalApiKeys, users } from '../../database/schema.ts'
import { hashKey } from '../../kit/api-keys.ts'
import { personalApiKeyRoutes } from './routes.ts'

const path = '/api/personal_api_keys/'

describe('personal API keys', () => {
  let api: TestApp
  beforeAll(async () => {
    api = await testApp(afterAll, ({ database, directory, activity }) => [
      personalApiKeyRoutes({ keys: createPersonalApiKeyStore(database), activity, directory }),
    ])
  })

  it('shows the value once, and lists the key without it', async () => {
    const made = await api.post(path, { label: ' ci ' })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ label: 'ci', scopes: ['*'], last_used_at: null, user_id: api.user.id })
    expect(made.body.value).toMatch(/^phx_[0-9a-zA-Z]{42,43}$/)
    expect(made.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)

    const list = await api.get(path)
    expect(list.body[0]).toMatchObject({ id: made.body.id, label: 'ci', value: null })
    expect(list.text).not.toContain(made.body.value)
    const [row] = await api.database.db
      .select()
      .from(personalApiKeys)
      .where(eq(personalApiKeys.id, made.body.id))
    expect(row!.secureValue).toBe(hashKey(made.body.value))
    expect(JSON.stringify(row)).not.toContain(made.body.value)
  })

  it('works at once, and no longer when it is deleted', async () => {
    const { body: made } = await api.post(path, { label: 'short-lived' })
    expect((await api.get(`${path}@current/`, { key: made.value })).body.id).toBe(made.id)
    const gone = await api.delete(`${path}${made.id}`)
    expect([gone.status, gone.text]).toEqual([204, ''])
    expect((await api.get(path, { key: made.value })).status).toBe(401)
    expect((await api.get(`${path}${made.id}/`)).status).toBe(404)
  })

  it('gets another value when it is rolled, and keeps what it may do', async () => {
    const { body: made } = await api.post(path, { label: 'leaked', scopes: ['insight:read'] })
    expect((await api.get(`${path}@current/`, { key: made.value })).status).toBe(200)
    await api.activities()
    const rolled = await api.post(`${path}${made.id}/roll/`)
    expect([rolled.status, rolled.body]).toEqual([
      200,
      {
        ...made,
        value: expect.stringMatching(/^phx_/),
        mask_value: expect.not.stringMatching(made.mask_value),
        last_used_at: null,
      },
    ])
    expect((await api.get(`${path}@current/`, { key: made.value })).status).toBe(401)
    expect((await api.get(`${path}@current/`, { key: rolled.body.value })).body.id).toBe(made.id)
    const entries = await api.activities()
    expect(entries).toMatchObject([{ scope: 'PersonalAPIKey', itemId: made.id, activity: 'rolled' }])
    expect(JSON.stringify(entries)).not.toContain(rolled.body.value)
    const stranger = await api.stranger()
    expect((await api.post(`${path}${made.id}/roll/`, undefined, { key: stranger.key })).status).toBe(404)
    // A key that is held to scopes makes no keys, and no new values either.
    expect((await api.post(`${path}${made.id}/roll/`, undefined, { key: rolled.body.value })).status).toBe(
      403,
    )
  })

  it.each([
    [{}, 'required', 'This field is required.'],
    [{ label: null }, 'null', 'This field may not be null.'],
    [{ label: '  ' }, 'blank', 'This field may not be blank.'],
    [{ label: 'x'.repeat(41) }, 'max_length', 'Ensure this field has no more than 40 characters.'],
    [{ label: {} }, 'invalid_input', 'Not a valid string.'],
    [{ label: 'a\0b' }, 'null_characters_not_allowed', 'Null characters are not allowed.', null],
  ])('refuses the label of %j', async (body, code, detail, attr: string | null = 'label') => {
    const refused = await api.post(path, body)
    expect(refused.status).toBe(400)
    expect(refused.body).toEqual({ type: 'validation_error', code, detail, attr })
  })

  it('keeps a key with scopes to them', async () => {
    const wrong = await api.post(path, { label: 'x', scopes: ['insight:read', 'insight:admin'] })
    expect(wrong.body).toMatchObject({ detail: 'Invalid scope: insight:admin', attr: 'scopes__1' })
    const { body: key } = await api.post(path, { label: 'reader', scopes: ['insight:read'] })
    expect(key.scopes).toEqual(['insight:read'])
    const refused = await api.get(path, { key: key.value })
    expect(refused.status).toBe(403)
    expect(refused.body.detail).toBe('This action does not support Personal API Key access')
  })

  it.each(['insights:read', 'insight', 'insight:', 'INSIGHT:read', '*:read', 'thing:read', ''])(
    'refuses the scope %j',
    async (scope) => {
      expect((await api.post(path, { label: 'x', scopes: ['query:read', scope] })).body).toEqual({
        type: 'validation_error',
        code: 'invalid_input',
        detail: `Invalid scope: ${scope}`,
        attr: 'scopes__1',
      })
    },
  )

  it('tells any key about itself', async () => {
    const { body: key } = await api.post(path, { label: 'reader', scopes: ['insight:read'] })
    const { status, body } = await api.get(`${path}@current/`, { key: key.value })
    expect([status, body]).toEqual([200, { ...key, value: null, last_used_at: expect.any(String) }])
  })

  it('tells the activity log of keys, and never one', async () => {
    await api.activities()
    const { body: key } = await api.post(path, { label: 'told' })
    await api.delete(`${path}${key.id}/`)
    const entries = await api.activities()
    const its = { scope: 'PersonalAPIKey', itemId: key.id, projectId: null, detail: { name: 'told' } }
    expect(entries).toMatchObject([
      { ...its, activity: 'created' },
      { ...its, activity: 'deleted' },
    ])
    expect(JSON.stringify(entries)).not.toContain(key.value)
  })

  it("does not show another user's key", async () => {
    const stranger = await api.stranger()
    const { body: mine } = await api.post(path, { label: 'mine' })
    expect((await api.get(`${path}${mine.id}/`, { key: stranger.key })).status).toBe(404)
    expect((await api.delete(`${path}${mine.id}/`, { key: stranger.key })).status).toBe(404)
    expect((await api.get(path, { key: stranger.key })).body).toHaveLength(1)
  })

  it('notes its use about hourly, and stops with its user', async () => {
    const stranger = await api.stranger()
    const { db } = api.database
    const usedAt = async () => (await api.get(path, { key: stranger.key })).body[0].last_used_at
    const first = await usedAt()
    expect(await usedAt()).toBe(first)
    const twoHoursAgo = new Date(Date.now() - 7_200_000).toISOString()
    await db
      .update(personalApiKeys)
      .set({ lastUsedAt: twoHoursAgo })
      .where(eq(personalApiKeys.userId, stranger.user.id))
    await api.changed()
    expect(Date.parse(await usedAt())).toBeGreaterThan(Date.now() - 60_000)
    await db.update(users).set({ isActive: false }).where(eq(users.id, stranger.user.id))
    await api.changed()
    expect((await api.get(path, { key: stranger.key })).status).toBe(401)
  })
})

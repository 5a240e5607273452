import { afterAll, describe, expect, it } from 'vitest'
import { testApp } from '../../../test/app.ts'
import { createUserStore } from '../../accounts/users.ts'
import { users } from '../../database/schema.ts'
import { instanceRoutes, probeRoutes } from './routes.ts'

const fine = async () => {}
const away = async () => {
  throw new Error('away')
}
const anonymous = { key: null }

const started = (checks: { database?: typeof fine; warehouse?: typeof fine; event_log?: typeof fine } = {}) =>
  testApp(afterAll, ({ database }) => {
    const all = { database: fine, warehouse: fine, event_log: fine, ...checks }
    return [
      probeRoutes({ checks: all }),
      instanceRoutes({ checks: all, initiated: () => createUserStore(database).any(), canMail: false }),
    ]
  })

describe('the instance', () => {
  it('says that it is there', async () => {
    const api = await started()
    expect((await api.get('/_health', anonymous)).text).toBe('ok')
    for (const path of ['/_livez', '/_liveness', '/_readyz', '/_readiness/']) {
      expect((await api.get(path, anonymous)).status).toBe(200)
    }
  })

  it('is ready for what its parts allow', async () => {
    const api = await started({ warehouse: away })
    const ready = await api.get('/_readyz', anonymous)
    expect([ready.status, ready.body]).toEqual([
      503,
      { http: true, database: true, warehouse: false, event_log: true },
    ])
    expect((await api.get('/_readyz?role=events', anonymous)).status).toBe(200)
    expect((await api.get('/_readyz?role=web', anonymous)).status).toBe(503)
    expect((await api.get('/_livez', anonymous)).status).toBe(200)
    expect((await api.get('/_preflight', anonymous)).body).toMatchObject({ clickhouse: false, kafka: true })
  })

  it('does not wait for a part that hangs', async () => {
    const api = await started({ database: () => new Promise<void>(() => {}) })
    expect((await api.get('/_readyz', anonymous)).body).toMatchObject({ database: false })
  })

  it('says whether it has been set up', async () => {
    const api = await started()
    const preflight = async () => (await api.get('/_preflight', anonymous)).body
    expect(await preflight()).toMatchObject({ initiated: true, can_create_org: false, db: true })
    await api.database.db.delete(users)
    expect(await preflight()).toMatchObject({ initiated: false, can_create_org: true })
  })
})

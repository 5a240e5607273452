import type { FastifyInstance } from 'fastify'

type Deps = {
  /** Each resolves when the part answers. */
  checks: Record<'database' | 'warehouse' | 'event_log', () => Promise<unknown>>
  /** Whether the first user has signed up. */
  initiated: () => Promise<boolean>
  /** Whether this server can send e-mails. */
  canMail: boolean
}

/** What a load balancer may send here: without `role` everything is needed. */
const neededBy: Record<string, ReadonlyArray<keyof Deps['checks']>> = {
  events: ['event_log'],
  web: ['database', 'warehouse'],
}

/** Whether the server is there, and whether it is ready: in every process, whatever its roles. */
export const probeRoutes =
  ({ checks }: Pick<Deps, 'checks'>) =>
  async (app: FastifyInstance) => {
    const answers = asks(app, checks)

    app.get('/_health', async (_request, reply) => reply.type('text/plain').send('ok'))
    for (const url of ['/_livez', '/_liveness']) {
      app.get(url, async () => ({ http: true }))
    }
    for (const url of ['/_readyz', '/_readiness']) {
      app.get(url, async (request, reply) => {
        const { role } = request.query as { role?: string }
        const needed = neededBy[role ?? ''] ?? (['database', 'warehouse', 'event_log'] as const)
        const results = await Promise.all(needed.map(async (name) => [name, await answers(name)] as const))
        return reply
          .code(results.every(([, fine]) => fine) ? 200 : 503)
          .send({ http: true, ...Object.fromEntries(results) })
      })
    }
  }

/** What PostHog's clients ask before signing in. */
export const instanceRoutes =
  ({ checks, initiated, canMail }: Deps) =>
  async (app: FastifyInstance) => {
    const answers = asks(app, checks)
    app.get('/_preflight', async () => {
      const [database, warehouse, log] = await Promise.all([
        answers('database'),
        answers('warehouse'),
        answers('event_log'),
      ])
      const started = database ? await initiated() : true
      return {
        django: true,
        redis: true,
        plugins: log,
        celery: true,
        clickhouse: warehouse,
        kafka: log,
        db: database,
        initiated: started,
        cloud: false,
        demo: false,
        realm: 'hosted-clickhouse',
        available_social_auth_providers: { 'google-oauth2': false, github: false, gitlab: false },
        can_create_org: !started,
        email_service_available: canMail,
        slack_service: { available: false, client_id: null },
        object_storage: false,
      }
    })
  }

const asks =
  (app: FastifyInstance, checks: Deps['checks']) =>
  async (name: keyof Deps['checks']): Promise<boolean> => {
    try {
      await within(checks[name](), 2_000)
      return true
    } catch (error) {
      app.log.warn({ err: error, check: name }, 'a part does not answer')
      return false
    }
  }

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

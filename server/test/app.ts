import type { FastifyInstance, FastifyPluginAsync, InjectOptions } from 'fastify'
import { createFirstUser } from '../src/accounts/first-user.ts'
import { levels } from '../src/accounts/levels.ts'
import { insertOrganization, type Organization } from '../src/accounts/organizations.ts'
import { insertPersonalApiKey } from '../src/accounts/personal-api-keys.ts'
import { insertProject, type Project } from '../src/accounts/projects.ts'
import { insertUser, type User } from '../src/accounts/users.ts'
import { type ActivityLog, createActivityLog } from '../src/activity/activity-log.ts'
import type { Database } from '../src/database/database.ts'
import { activityLog, organizationMemberships } from '../src/database/schema.ts'
import type { Directory } from '../src/directory/directory.ts'
import { createApp } from '../src/http/app.ts'
import { newPersonalApiKey, newProjectApiKey } from '../src/kit/api-keys.ts'
import { noteChecked } from './answers-checked.ts'
import { testDatabase } from './database.ts'

type WhenDone = (close: () => Promise<void>) => void

export type Answer = {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any
  text: string
  headers: Record<string, string | string[] | number | undefined>
  cookies: Array<{ name: string; value: string; httpOnly?: boolean; sameSite?: string; secure?: boolean }>
}

export type Account = {
  user: User
  organization: Organization
  project: Project
  /** A personal API key of the user. */
  key: string
}

export type Asked = {
  /** The personal key to send; null for none. */
  key?: string | null
  headers?: Record<string, string>
  cookies?: Record<string, string>
}

export type TestApp = Account & {
  app: FastifyInstance
  database: Database
  /** What was written into the activity log since it was asked last, oldest first. */
  activities(): Promise<(typeof activityLog.$inferSelect)[]>
  /** Says that keys, users or projects were changed behind the API's back. */
  changed(): Promise<void>
  /** Sends a request, as the first user unless another key (or null) is given. Objects go as JSON, text as it is. */
  ask(method: string, path: string, body?: unknown, asked?: Asked): Promise<Answer>
  get(path: string, asked?: Asked): Promise<Answer>
  post(path: string, body?: unknown, asked?: Asked): Promise<Answer>
  patch(path: string, body?: unknown, asked?: Asked): Promise<Answer>
  delete(path: string, asked?: Asked): Promise<Answer>
  /** Somebody else, in an organization of their own with a project of its own. */
  stranger(): Promise<Account>
  /** Somebody else in the same organization, a plain member unless a level is given. */
  colleague(level?: number): Promise<Account>
}

/**
 * The composed app on a fresh database: one user (`owner@example.com`) with organization, project and key, and the
 * slices that a test names. An answer that does not match its contract fails.
 */
export async function testApp(
  whenDone: WhenDone,
  slices: (deps: {
    database: Database
    directory: Pick<Directory, 'changed'>
    activity: ActivityLog
  }) => FastifyPluginAsync[],
  options: Partial<Parameters<typeof createApp>[0]> = {},
): Promise<TestApp> {
  const database = await testDatabase(whenDone)
  const key = newPersonalApiKey()
  const first = await createFirstUser(database, {
    email: 'owner@example.com',
    firstName: 'Olive',
    organizationName: 'Example',
    password: testPassword,
    personalApiKey: key,
  })
  let version = 0
  const directory = {
    changed: async () => {
      version++
    },
    version: () => version,
  }
  const app = await createApp({
    database,
    directory,
    siteUrl: null,
    maxBodyBytes: 1024 * 1024,
    trustProxy: false,
    rateLimits: null,
    logger: false,
    onMismatch: 'throw',
    onCheck: noteChecked,
    // Swallowed in production's answer, so told here.
    reportError: (error) => {
      console.error(error)
      return undefined
    },
    ...options,
  })
  const activity = createActivityLog(database)
  for (const slice of slices({ database, directory, activity })) await app.register(slice)
  await app.ready()
  whenDone(() => app.close())

  const ask: TestApp['ask'] = async (method, path, body, asked = {}) => {
    const sent = asked.key === undefined ? key : asked.key
    const response = await app.inject({
      method: method as InjectOptions['method'],
      url: path,
      headers: {
        ...(sent !== null && { authorization: `Bearer ${sent}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...asked.headers,
      },
      cookies: asked.cookies,
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return {
      status: response.statusCode,
      body: parsed(response.body),
      text: response.body,
      headers: response.headers,
      cookies: response.cookies as Answer['cookies'],
    }
  }

  let others = 0
  const somebody = async (join: { organization: Organization; project: Project; level: number } | null) => {
    const value = newPersonalApiKey()
    return database.transaction(async (tx): Promise<Account> => {
      const user = await insertUser(tx, {
        email: `other${++others}@example.net`,
        firstName: `Other ${others}`,
        passwordHash: null,
      })
      await insertPersonalApiKey(tx, user.id, { label: 'test' }, value)
      if (join) {
        await tx
          .insert(organizationMemberships)
          .values({ organizationId: join.organization.id, userId: user.id, level: join.level })
        return { user, organization: join.organization, project: join.project, key: value }
      }
      const organization = await insertOrganization(tx, user, `Organization ${others}`)
      const project = await insertProject(tx, user, {
        organizationId: organization.id,
        apiToken: newProjectApiKey(),
      })
      return { user, organization, project, key: value }
    })
  }

  return {
    app,
    database,
    changed: directory.changed,
    activities: () =>
      database.transaction(async (tx) => {
        const entries = await tx.select().from(activityLog).orderBy(activityLog.createdAt)
        await tx.delete(activityLog)
        return entries
      }),
    ...first!,
    key,
    ask,
    get: (path, asked) => ask('GET', path, undefined, asked),
    post: (path, body, asked) => ask('POST', path, body, asked),
    patch: (path, body, asked) => ask('PATCH', path, body, asked),
    delete: (path, asked) => ask('DELETE', path, undefined, asked),
    stranger: () => somebody(null),
    colleague: (level = levels.member) => somebody({ ...first!, level }),
  }
}

export const testPassword = 'correct horse battery'

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

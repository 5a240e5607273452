import { asc, desc } from 'drizzle-orm'
import { z } from 'zod'
import { addUser } from '../accounts/add-user.ts'
import { createOrganizationStore } from '../accounts/organizations.ts'
import { createUserStore } from '../accounts/users.ts'
import type { Database } from '../database/database.ts'
import { users } from '../database/schema.ts'
import { randomToken } from '../kit/api-keys.ts'
import type { Verbs } from '../local-control.ts'
import { invalid, notFound } from '../model/errors.ts'
import { type BeginDeps, beginDemo } from '../private-api/demo-projects/begin.ts'
import { createDemoProject, usual } from '../private-api/demo-projects/contract.ts'
import { present } from '../private-api/demo-projects/routes.ts'
import { makeDemo } from '../private-api/demo-projects/tasks.ts'

/** What `hedgerow demo` can be asked. */
export const startInput = createDemoProject.body.extend({
  /** Whose project it is; the first user's unless said. */
  email: z.email().optional(),
  /** Also where there is one already. */
  another: z.boolean().default(false),
})
const oneInput = z.object({ organization: z.uuid(), id: z.int() })

/** What the verbs answer: the demo project, and where it is. */
export const demoAnswer = z.object({
  organization: z.uuid(),
  demo: createDemoProject.answer.pick({
    id: true,
    project: true,
    name: true,
    state: true,
    people: true,
    events: true,
    progress: true,
    error: true,
  }),
  /** Where this installation is. */
  url: z.string(),
})
export const startAnswer = demoAnswer.extend({
  /** Whether it was there, or under way, before. */
  isOld: z.boolean(),
  /** The account that was made for it, on an installation without any. */
  account: z.object({ email: z.string(), password: z.string() }).nullable(),
})

/** The verbs of `hedgerow demo`, done within the running server, which has the stores. */
export function demoVerbs(deps: BeginDeps & { database: Database; url: () => string }): Verbs {
  const { database, demos, jobs, url } = deps
  const organizations = createOrganizationStore(database)

  /** Whose it is; on an empty installation somebody is made. */
  async function owner(email: string | undefined) {
    if (email !== undefined) {
      const user = await createUserStore(database).findByEmail(email)
      if (user) return { user, account: null }
    }
    const [first] = await database.db
      .select()
      .from(users)
      .orderBy(desc(users.isStaff), asc(users.id))
      .limit(1)
    if (first && email !== undefined) throw notFound(`Nobody has the e-mail address ${email}.`)
    if (first) return { user: first, account: null }
    const account = { email: email ?? 'demo@example.com', password: randomToken().slice(0, 20) }
    return { user: await addUser(database, { ...account, firstName: 'Demo' }), account }
  }

  return {
    'demo-start': async (input): Promise<z.input<typeof startAnswer>> => {
      const { email, another, ...asked } = startInput.parse(input)
      const { user, account } = await owner(email)
      const organization = await organizations.current(user)
      if (!organization) throw invalid(`${user.email} is in no organization.`)
      const { results } = await demos.list(organization.id, { limit: 100, offset: 0 })
      const here = { organization: organization.id, url: url() }
      const old = results.find(
        (row) => row.projectId !== null && (row.finishedAt === null || (row.state === 'done' && !another)),
      )
      if (old) return { ...here, demo: present(old), isOld: true, account }
      return {
        ...here,
        demo: present(await beginDemo(deps, user, organization.id, { ...usual, ...asked })),
        isOld: false,
        account,
      }
    },
    'demo-state': async (input): Promise<z.input<typeof demoAnswer>> => {
      const { organization, id } = oneInput.parse(input)
      return { organization, demo: present(await demos.get(organization, id)), url: url() }
    },
    'demo-stop': async (input) => {
      const { organization, id } = oneInput.parse(input)
      const row = await demos.stop(organization, id)
      await jobs.send(makeDemo, { demoId: row.id })
      return null
    },
  }
}

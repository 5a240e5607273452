import type { FirstUser } from './accounts/first-user.ts'
import type { Config } from './config.ts'

/**
 * Makes the first user, organization, project and keys that `INIT_*` name. On a database where somebody has signed
 * up it changes nothing, so that the same environment can stay for every later start.
 */
export async function bootstrap({
  init,
  createFirstUser,
  changed,
  log,
}: {
  init: Config['init']
  /** Null when somebody was there before. */
  createFirstUser: (first: FirstUser) => Promise<{ project: { id: number } } | null>
  /** Tells the directory. */
  changed: () => Promise<void>
  log: { info(facts: object, message: string): void }
}): Promise<void> {
  if (!init) return
  const made = await createFirstUser({
    email: init.email,
    password: init.password,
    personalApiKey: init.personalApiKey,
    projectApiKey: init.projectApiKey,
  })
  if (!made) return
  await changed()
  log.info({ email: init.email, projectId: made.project.id }, 'made the first user and project from INIT_*')
}

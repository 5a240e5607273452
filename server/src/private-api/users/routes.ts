import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import { checkPassword, hashPassword, passwordMatches } from '../../accounts/passwords.ts'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { SessionStore } from '../../accounts/sessions.ts'
import type { User, UserStore } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import type { Directory } from '../../directory/directory.ts'
import type { Caller } from '../../http/authenticate.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { isKeyForOrganization, isKeyForProject, permitUnlimitedKey } from '../../http/project.ts'
import { isUuid } from '../../kit/uuid.ts'
import { forbidden, invalid, notFound } from '../../model/errors.ts'
import { listUsers, retrieveUser, updateUser } from './contract.ts'
import { present } from './present.ts'

type Deps = {
  users: UserStore
  organizations: OrganizationStore
  projects: ProjectStore
  sessions: SessionStore
  activity: Pick<ActivityLog, 'record'>
  directory: Pick<Directory, 'changed'>
}

type Changes = z.output<typeof updateUser.body>

export const userRoutes = (deps: Deps) => async (app: FastifyInstance) => {
  const { users, organizations, projects, sessions, activity, directory } = deps

  /** Oneself; anybody for staff, but not with a key that is limited to projects or organizations. */
  const addressed = async (caller: Caller, uuid: string): Promise<User> => {
    if (uuid === '@me' || uuid === caller.user.uuid) return caller.user
    permitUnlimitedKey(caller)
    if (!caller.user.isStaff)
      throw forbidden("As a non-staff user you're only allowed to access the `@me` user instance.")
    const user = isUuid(uuid) ? await users.findByUuid(uuid) : undefined
    if (!user) throw notFound()
    return user
  }

  /** Where the user works from now on: a project, or an organization's first project. */
  const switched = async (caller: Caller, user: User, body: Changes) => {
    const { set_current_team: projectId, set_current_organization: organizationId } = body
    if (projectId !== undefined) {
      const project = await projects.find(user.id, projectId)
      if (!project || project === 'forbidden' || !isKeyForProject(caller, project))
        throw missing('set_current_team', projectId)
      if (organizationId !== undefined && project.organizationId !== organizationId) {
        throw invalid('The project does not belong to the organization in set_current_organization.', {
          attr: 'set_current_team',
        })
      }
      return { currentProjectId: project.id, currentOrganizationId: project.organizationId }
    }
    if (organizationId === undefined) return {}
    const organization = await organizations.find(user.id, organizationId)
    if (!organization || !isKeyForOrganization(caller, organizationId)) {
      throw missing('set_current_organization', organizationId)
    }
    const [first] = await projects.listFor(user.id, organization.id)
    return { currentProjectId: first?.id ?? null, currentOrganizationId: organization.id }
  }

  const newPassword = async (user: User, { password, current_password: current }: Changes) => {
    if (password === undefined) return {}
    if (user.passwordHash !== null) {
      if (!current) {
        throw invalid('This field is required when updating your password.', {
          code: 'required',
          attr: 'current_password',
        })
      }
      if (!(await passwordMatches(user.passwordHash, current))) {
        throw invalid('Your current password is incorrect.', {
          code: 'incorrect_password',
          attr: 'current_password',
        })
      }
    }
    checkPassword(password, user)
    return { passwordHash: await hashPassword(password) }
  }

  route(app, listUsers, async ({ user, caller, query, url }) => {
    const { limit, offset, is_staff: isStaff } = query
    const self = isStaff === undefined || isStaff === user.isStaff ? [user] : []
    const list = user.isStaff
      ? await users.list({ limit, offset, isStaff })
      : { count: self.length, results: self.slice(offset, offset + limit) }
    const results = []
    for (const one of list.results) results.push(await present(deps, caller, one))
    return counted(url, query, { count: list.count, results })
  })

  route(app, retrieveUser, async ({ caller, params }) =>
    present(deps, caller, await addressed(caller, params.uuid)),
  )

  route(app, updateUser, async ({ user: self, caller, params, body }) => {
    const user = await addressed(caller, params.uuid)
    // Who may set a password or an address may sign in, and then do everything.
    if (body.password !== undefined || body.email !== undefined || body.is_staff !== undefined) {
      permitUnlimitedKey(caller)
    }
    if (body.is_staff !== undefined && !self.isStaff) {
      throw forbidden('You are not a staff user, contact your instance admin.')
    }
    const password = await newPassword(user, body)
    const updated = await users.update(user.id, {
      ...columns(body, user),
      ...password,
      ...(await switched(caller, user, body)),
    })
    if ('passwordHash' in password) {
      await sessions.closeOthers(user.id, caller.by === 'session' && user === self ? caller.session.id : null)
    }
    await directory.changed()
    if (user.currentOrganizationId !== null) {
      await activity.record({
        organizationId: user.currentOrganizationId,
        projectId: null,
        userId: self.id,
        scope: 'User',
        itemId: user.uuid,
        name: updated.email,
        activity: 'updated',
        changes: changesBetween('User', told(user), told(updated)),
      })
    }
    return present(deps, caller, updated)
  })
}

/** What of a user is worth telling when it changes; where they look is not. */
const told = (user: User) => ({
  ...user.settings,
  first_name: user.firstName,
  email: user.email,
  is_staff: user.isStaff,
  password: user.passwordHash,
})

const missing = (attr: string, id: number | string) =>
  invalid(`Object with id=${id} does not exist.`, { code: 'does_not_exist', attr })

/** A user's columns after the changes: three have their own, what is not about signing in goes into `settings`. */
function columns(body: Changes, user: User): Partial<User> {
  const { first_name, email, is_staff, password, current_password, ...others } = body
  const { set_current_organization, set_current_team, ...settings } = others
  return {
    ...(first_name !== undefined && { firstName: first_name }),
    ...(email !== undefined && { email }),
    ...(is_staff !== undefined && { isStaff: is_staff }),
    ...(Object.keys(settings).length > 0 && { settings: { ...user.settings, ...settings } }),
  }
}

import type { FastifyRequest } from 'fastify'
import type { ProjectStore, VisibleProject } from '../accounts/projects.ts'
import type { Directory } from '../directory/directory.ts'
import { forbidden, invalid, notAuthenticated, notFound } from '../model/errors.ts'
import type { Viewer } from '../saved/edit-rights.ts'
import type { Caller } from './authenticate.ts'

/** The project that a request is about, with the caller's membership level (1 member, 8 admin, 15 owner). */
export type AddressedProject = VisibleProject

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the operation's access is `project`. */
    project: AddressedProject | null
  }
}

type Deps = {
  projects: Pick<ProjectStore, 'find' | 'findByToken' | 'current' | 'visit'>
  directory: Pick<Directory, 'changed'>
}

const noAccess = () => forbidden("You don't have access to the project.")

/**
 * The project of a request. A project's own key in the query (or in a form) goes before the path; the path says an
 * id or `@current`; a path without project means the one that the user visited last.
 * @throws HedgerowError as PostHog's status matrix says: 404 unknown, 403 not the caller's, 401 unknown key.
 */
export async function resolveProject(
  deps: Deps,
  caller: Caller,
  request: FastifyRequest,
): Promise<AddressedProject> {
  const project = await addressed(deps, caller, request)
  permitKeyInProject(caller, project)
  permitFactors(caller, project.enforces2fa)
  return project
}

/**
 * Whoever signed in with a password alone gets nowhere in an organization that asks for more; keys are not asked.
 * @throws HedgerowError 403 `2fa_setup_required`.
 */
export function permitFactors(caller: Caller, enforces2fa: boolean | null): void {
  if (!enforces2fa || caller.by !== 'session' || caller.user.is2faEnabled) return
  throw forbidden(
    'Your organization requires two-factor authentication. Set it up in your account settings.',
    {
      code: '2fa_setup_required',
    },
  )
}

/** Which projects and organizations a key is limited to; an empty list is no limit. */
const limitsOf = (caller: Caller) => {
  const key = caller.by === 'personal_key' ? caller.key : null
  return { projects: key?.scopedTeams ?? [], organizations: key?.scopedOrganizations ?? [] }
}

/** Whether what the caller came with is good for the project. */
export function isKeyForProject(caller: Caller, project: { id: number; organizationId: string }): boolean {
  const { projects, organizations } = limitsOf(caller)
  return (
    (projects.length === 0 || projects.includes(project.id)) &&
    (organizations.length === 0 || organizations.includes(project.organizationId))
  )
}

/** Whether what the caller came with is good for the organization: what is limited to projects is not. */
export function isKeyForOrganization(caller: Caller, organizationId: string): boolean {
  const { projects, organizations } = limitsOf(caller)
  return projects.length === 0 && (organizations.length === 0 || organizations.includes(organizationId))
}

/** The projects of an organization that the caller, and the key, may use. */
export async function usableProjects(
  projects: Pick<ProjectStore, 'listFor'>,
  caller: Caller,
  organizationId: string,
): Promise<VisibleProject[]> {
  const all = await projects.listFor(caller.user.id, organizationId)
  return all.filter((project) => isKeyForProject(caller, project))
}

/** @throws HedgerowError 403 when the key is limited to other projects or organizations. */
export function permitKeyInProject(caller: Caller, project: { id: number; organizationId: string }): void {
  if (isKeyForProject(caller, project)) return
  throw forbidden(`API key does not have access to the requested project: ID ${project.id}.`)
}

/** @throws HedgerowError 403 when the key is limited to projects, or to other organizations. */
export function permitKeyInOrganization(caller: Caller, organizationId: string): void {
  if (isKeyForOrganization(caller, organizationId)) return
  if (limitsOf(caller).projects.length) throw onlyForProjects()
  throw forbidden(`API key does not have access to the requested organization: ID ${organizationId}.`)
}

/** @throws HedgerowError 403 when the key is limited to projects or organizations at all. */
export function permitUnlimitedKey(caller: Caller): void {
  const { projects, organizations } = limitsOf(caller)
  if (projects.length) throw onlyForProjects()
  if (organizations.length) {
    throw forbidden('API keys with scoped organizations are only supported on organization-based endpoints.')
  }
}

const onlyForProjects = () =>
  forbidden('API keys with scoped projects are only supported on project-based endpoints.')

async function addressed({ projects, directory }: Deps, caller: Caller, request: FastifyRequest) {
  const token = projectToken(request)
  if (token !== null) {
    const project = await projects.findByToken(caller.user.id, token)
    if (project === undefined) {
      throw notAuthenticated('Incorrect authentication credentials.', { code: 'authentication_failed' })
    }
    if (project === 'forbidden') throw noAccess()
    return project
  }
  const id = (request.params as { project_id?: string }).project_id
  if (id === undefined || id === '@current') {
    const project = await projects.current(caller.user)
    if (project) return project
    throw id === undefined ? invalid('This endpoint requires a project.') : notFound('Project not found.')
  }
  if (!/^\d{1,9}$/.test(id)) throw /^\d+$/.test(id) ? notFound('Project not found.') : notFound()
  const project = await projects.find(caller.user.id, Number(id))
  if (project === undefined) throw notFound('Project not found.')
  if (project === 'forbidden') throw noAccess()
  // Looking at a project in the web app is what "visiting" it means; a script's key moves nobody.
  if (caller.by === 'session' && caller.user.currentProjectId !== project.id) {
    await projects.visit(caller.user.id, project)
    await directory.changed()
  }
  return project
}

/** `?token=` or `?api_key=` of a GET, or the same in a form. JSON bodies are not searched. */
function projectToken(request: FastifyRequest): string | null {
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  const reading = request.method === 'GET' || request.method === 'HEAD'
  const places = [...(reading ? [request.query] : []), ...(form ? [request.body] : [])]
  for (const place of places as Array<Record<string, unknown> | null>) {
    for (const name of ['token', 'api_key']) {
      const value = place?.[name]
      const last: unknown = Array.isArray(value) ? value.at(-1) : value
      if (typeof last === 'string' && last) return last
    }
  }
  return null
}

/** Who looks at what belongs to a project: what they may do with it depends on them. */
export const viewerOf = (project: AddressedProject, user: { id: number }): Viewer => ({
  userId: user.id,
  level: project.membershipLevel,
})

/** @throws HedgerowError 403 unless the caller has at least this level in the project. */
export function permitInProject(project: AddressedProject, level: number): void {
  if (project.membershipLevel < level) {
    throw forbidden("You don't have sufficient permissions in the project.")
  }
}

/** @throws HedgerowError 403 unless the caller has at least this level in the organization. */
export function permitInOrganization(organization: { membershipLevel: number }, level: number): void {
  if (organization.membershipLevel < level) {
    throw forbidden('Your organization access level is insufficient.')
  }
}

import type { z } from 'zod'
import type { OrganizationStore } from '../../accounts/organizations.ts'
import type { ProjectStore } from '../../accounts/projects.ts'
import type { User } from '../../accounts/users.ts'
import { type Level, organizationShape, teamBasic } from '../../http/account-shapes.ts'
import type { Caller } from '../../http/authenticate.ts'
import { isKeyForOrganization, isKeyForProject } from '../../http/project.ts'
import type { retrieveUser } from './contract.ts'

type Shape = z.input<typeof retrieveUser.answer>

/** What a user's settings are until somebody sets them; kept together in one column. */
const defaults = {
  email_opt_in: false,
  notification_settings: { plugin_disabled: true },
  anonymize_data: false,
  toolbar_mode: 'toolbar',
  theme_mode: null,
  events_column_config: { active: 'DEFAULT' },
} satisfies Partial<Shape>

/** A user with the project and the organization that they work in, as far as the caller's key is good for these. */
export async function present(
  { organizations, projects }: { organizations: OrganizationStore; projects: ProjectStore },
  caller: Caller,
  user: User,
): Promise<Shape> {
  const current = await projects.current(user)
  const team = current && isKeyForProject(caller, current) ? current : null
  const visible = (await projects.listFor(user.id)).filter((project) => isKeyForProject(caller, project))
  const joined = await organizations.listFor(user.id)
  const own = joined.filter(
    ({ id }) =>
      isKeyForOrganization(caller, id) || visible.some(({ organizationId }) => organizationId === id),
  )
  const working = team?.organizationId ?? user.currentOrganizationId
  const organization = own.find(({ id }) => id === working) ?? own[0]
  return {
    id: user.id,
    date_joined: user.dateJoined,
    uuid: user.uuid,
    distinct_id: user.distinctId,
    first_name: user.firstName,
    email: user.email,
    pending_email: null,
    is_email_verified: null,
    has_password: user.passwordHash !== null,
    has_social_auth: false,
    is_staff: user.isStaff,
    is_impersonated: false,
    is_2fa_enabled: user.is2faEnabled,
    ...defaults,
    ...Object.fromEntries(Object.entries(user.settings).filter(([name]) => name in defaults)),
    team: team ? teamBasic(team) : null,
    organization: organization
      ? organizationShape(
          organization,
          visible.filter((project) => project.organizationId === organization.id),
        )
      : null,
    organizations: own.map(({ id, name, slug, membershipLevel }) => ({
      id,
      name,
      slug,
      membership_level: membershipLevel as z.input<typeof Level>,
    })),
  }
}

import { z } from 'zod'
import { levels } from '../accounts/levels.ts'
import type { MemberOrganization } from '../accounts/organizations.ts'
import type { Project, VisibleProject } from '../accounts/projects.ts'
import type { PublicUser } from '../accounts/users.ts'

/** How users, projects and organizations look inside other things. */

/** An ISO 8601 time in UTC with microseconds, `2026-01-02T03:04:05.000006Z`. */
export const Instant = z.string().meta({ format: 'date-time' })

export const Level = z
  .union([z.literal(levels.member), z.literal(levels.admin), z.literal(levels.owner)])
  .describe('1 member, 8 admin, 15 owner.')

export const UserBasic = z
  .object({
    id: z.int().describe('A whole number, the same on all projects.'),
    uuid: z.uuid().describe('The same user; what personal settings and `users/` go by.'),
    distinct_id: z
      .string()
      .nullable()
      .describe(
        "The id under which the user's own doings would be tracked; it means nothing to your events.",
      ),
    first_name: z.string().describe("As given at signup or in the user's settings."),
    email: z.string().describe('What the user logs in with; unique on this server.'),
    is_email_verified: z.boolean().nullable().describe('Always null: addresses are not verified here.'),
  })
  .meta({ id: 'UserBasic', description: 'A user, as other things refer to one (`created_by`).' })

export const userBasic = (user: PublicUser): z.input<typeof UserBasic> => ({
  id: user.id,
  uuid: user.uuid,
  distinct_id: user.distinctId,
  first_name: user.firstName,
  email: user.email,
  is_email_verified: null,
})

export const TeamBasic = z
  .object({
    id: z.int().describe('What addresses name it by: `/api/projects/<id>/`.'),
    uuid: z.uuid().describe('The same project; addresses take the number.'),
    organization: z.uuid().describe('Id of the organization that it belongs to.'),
    api_token: z.string().describe("The project's public key, `phc_…`: what SDKs send events with."),
    name: z.string().describe('Shown wherever projects are chosen.'),
    completed_snippet_onboarding: z
      .boolean()
      .describe('Whether somebody has gone through setting up an SDK; a client says so.'),
    ingested_event: z.boolean().describe('Whether an event has ever arrived.'),
    is_demo: z.boolean().describe('Whether its data are made up.'),
    timezone: z
      .string()
      .describe('Days and weeks of all its insights are counted in it, `Europe/Berlin`. At first `UTC`.'),
    access_control: z.boolean().describe('Whether only admins of the organization see it.'),
  })
  .meta({ id: 'TeamBasic', description: 'A project in short.' })

export const teamBasic = (project: Project): z.input<typeof TeamBasic> => ({
  id: project.id,
  uuid: project.uuid,
  organization: project.organizationId,
  api_token: project.apiToken,
  name: project.name,
  completed_snippet_onboarding: project.settings.completed_snippet_onboarding === true,
  ingested_event: project.ingestedEvent,
  is_demo: project.settings.is_demo === true,
  timezone: project.timezone,
  access_control: project.settings.access_control === true,
})

/**
 * Everything that PostHog sells by plan: clients read the list to decide what to show. All of it is open here, also
 * where it is only kept (signing in by other services).
 */
const availableFeatures = [
  'zapier',
  'organizations_projects',
  'project_based_permissioning',
  'google_login',
  'saml',
  'sso_enforcement',
  'dashboard_collaboration',
  'dashboard_permissioning',
  'ingestion_taxonomy',
  'paths_advanced',
  'correlation_analysis',
  'group_analytics',
  'multivariate_flags',
  'experimentation',
  'tagging',
  'behavioral_cohort_filtering',
  'white_labelling',
  'subscriptions',
  'app_metrics',
  'recordings_playlists',
  'role_based_access',
  'recordings_file_export',
  'recordings_performance',
]

export const Organization = z
  .object({
    id: z.uuid().describe('What addresses name it by: `/api/organizations/<id>/`.'),
    name: z.string().describe('Shown to its members and in invitations.'),
    slug: z.string().describe('The name in lower case with hyphens, unique on this server.'),
    created_at: Instant.describe('When it was signed up or created.'),
    updated_at: Instant.describe('When its settings last changed.'),
    membership_level: Level.nullable().describe(
      'What you are in it: 1 member, 8 admin, 15 owner. Null where you are no member.',
    ),
    plugins_access_level: z.int().describe('Always 9: nothing is held back.'),
    teams: z.array(TeamBasic).describe('The projects that you can see.'),
    available_features: z
      .array(z.string())
      .describe('Names of the features that PostHog sells by plan; here always all of them.'),
    available_product_features: z
      .array(
        z.object({
          key: z.string().describe('The feature, as in `available_features`.'),
          name: z.string().describe('The same.'),
        }),
      )
      .describe('The same, as newer clients read it.'),
    is_member_join_email_enabled: z
      .boolean()
      .describe(
        'Whether members hear by e-mail of somebody who joins by an invite, where this server sends e-mails. At first true.',
      ),
    metadata: z
      .object({ instance_tag: z.string().describe('Always `none`.') })
      .describe('What this server says of itself.'),
    customer_id: z.string().nullable().describe('Always null: nothing is billed.'),
    enforce_2fa: z
      .boolean()
      .nullable()
      .describe(
        'Whether sessions without a second factor reach nothing of it; keys are not asked. Null is no.',
      ),
  })
  .meta({ id: 'Organization' })

/** @param projects those of the organization that the caller can see */
export const organizationShape = (
  organization: MemberOrganization,
  projects: VisibleProject[],
): z.input<typeof Organization> => ({
  id: organization.id,
  name: organization.name,
  slug: organization.slug,
  created_at: organization.createdAt,
  updated_at: organization.updatedAt,
  membership_level: organization.membershipLevel as z.input<typeof Level>,
  plugins_access_level: 9,
  teams: projects.map(teamBasic),
  available_features: availableFeatures,
  available_product_features: availableFeatures.map((key) => ({ key, name: key })),
  is_member_join_email_enabled: organization.isMemberJoinEmailEnabled,
  metadata: { instance_tag: 'none' },
  customer_id: null,
  enforce_2fa: organization.enforce2fa,
})

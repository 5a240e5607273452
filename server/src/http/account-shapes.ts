import { z } from 'zod'
import { levels } from '../accounts/levels.ts'
import type { MemberOrganization } from '../accounts/organizations.ts'
import type { Project, VisibleProject } from '../accounts/projects.ts'
import type { User } from '../accounts/users.ts'

/** How users, projects and organizations look inside other things. */

/** An ISO 8601 time in UTC with microseconds, `2026-01-02T03:04:05.000006Z`. */
export const Instant = z.string().meta({ format: 'date-time' })

export const Level = z
  .union([z.literal(levels.member), z.literal(levels.admin), z.literal(levels.owner)])
  .describe('1 member, 8 admin, 15 owner.')

export const UserBasic = z
  .object({
    id: z.int(),
    uuid: z.uuid(),
    distinct_id: z.string().nullable(),
    first_name: z.string(),
    email: z.string(),
    is_email_verified: z.boolean().nullable(),
  })
  .meta({ id: 'UserBasic', description: 'A user, as other things refer to one (`created_by`).' })

export const userBasic = (user: User): z.input<typeof UserBasic> => ({
  id: user.id,
  uuid: user.uuid,
  distinct_id: user.distinctId,
  first_name: user.firstName,
  email: user.email,
  is_email_verified: null,
})

export const TeamBasic = z
  .object({
    id: z.int(),
    uuid: z.uuid(),
    organization: z.uuid(),
    api_token: z.string().describe("The project's public key, `phc_…`: what SDKs send events with."),
    name: z.string(),
    completed_snippet_onboarding: z.boolean(),
    ingested_event: z.boolean().describe('Whether an event has ever arrived.'),
    is_demo: z.boolean(),
    timezone: z.string(),
    access_control: z.boolean(),
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

/** Everything that PostHog sells by plan: clients read the list to decide what to show, and here all of it is there. */
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
    id: z.uuid(),
    name: z.string(),
    slug: z.string(),
    created_at: Instant,
    updated_at: Instant,
    membership_level: Level.nullable(),
    plugins_access_level: z.int(),
    teams: z.array(TeamBasic).describe('The projects that you can see.'),
    available_features: z.array(z.string()),
    is_member_join_email_enabled: z.boolean(),
    metadata: z.object({ instance_tag: z.string() }),
    customer_id: z.string().nullable(),
    enforce_2fa: z.boolean().nullable(),
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
  is_member_join_email_enabled: organization.isMemberJoinEmailEnabled,
  metadata: { instance_tag: 'none' },
  customer_id: null,
  enforce_2fa: organization.enforce2fa,
})

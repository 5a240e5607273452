import { sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  pgSequence,
  pgTable,
  primaryKey,
  serial,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { ScheduledFlagPayload } from '../model/flags.ts'
import type { PropertyFilter } from '../model/project.ts'
import { toIsoMicros } from './values.ts'

/** One way in which an event can be an action's. */
export type StoredActionStep = {
  id: string
  event: string | null
  tag_name: string | null
  text: string | null
  text_matching: string | null
  href: string | null
  href_matching: string | null
  selector: string | null
  url: string | null
  name: string | null
  url_matching: 'contains' | 'regex' | 'exact' | '' | null
  properties: unknown
}

/** Whom a holdout keeps out: so many percent, from 0 to 100, of all. */
export type HoldoutGroup = { rollout_percentage: number; [key: string]: unknown }

/** A point in time as ISO 8601 text with microseconds and `Z`, so that no digit is lost on the way to the API. */
const instant = customType<{ data: string; driverData: string }>({
  dataType: () => 'timestamptz(6)',
  fromDriver: toIsoMicros,
})

/** JSON as it is. Drizzle's own column parses twice and so turns the string "1" into the number 1. */
const json = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'json',
  toDriver: (value) => JSON.stringify(value),
})

/** Written and read as base64 by SQL: parameters and columns are text here. */
const bytes = customType<{ data: never }>({ dataType: () => 'bytea' })

const createdAt = () => instant('created_at').notNull().default(sql`now()`)
const updatedAt = () => instant('updated_at').notNull().default(sql`now()`)

/** Facts of this installation that are made once, such as the session secret where none is configured. */
export const instanceSettings = pgTable('instance_settings', {
  key: text('key').primaryKey(),
  value: json('value').notNull(),
})

export const organizations = pgTable('organizations', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  slug: text('slug').notNull().unique(),
  createdAt: createdAt(),
  updatedAt: updatedAt(),
  isMemberJoinEmailEnabled: boolean('is_member_join_email_enabled').notNull().default(true),
  enforce2fa: boolean('enforce_2fa'),
})

export const projects = pgTable(
  'projects',
  {
    id: serial('id').primaryKey(),
    uuid: uuid('uuid').notNull().unique().defaultRandom(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text('name').notNull().default('Default Project'),
    apiToken: text('api_token').notNull().unique(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    timezone: text('timezone').notNull().default('UTC'),
    anonymizeIps: boolean('anonymize_ips').notNull().default(false),
    ingestedEvent: boolean('ingested_event').notNull().default(false),
    testAccountFilters: json('test_account_filters').$type<PropertyFilter[]>().notNull().default([]),
    /** Every other writable setting of PostHog's project, as its API spells it (`app_urls`, `data_attributes`, …). */
    settings: json('settings').$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [index('projects_organization').on(table.organizationId)],
)

export const users = pgTable(
  'users',
  {
    id: serial('id').primaryKey(),
    uuid: uuid('uuid').notNull().unique().defaultRandom(),
    /** The user's own distinct id, for flags evaluated about them. */
    distinctId: text('distinct_id').notNull().unique(),
    email: text('email').notNull(),
    firstName: text('first_name').notNull().default(''),
    passwordHash: text('password_hash'),
    isActive: boolean('is_active').notNull().default(true),
    isStaff: boolean('is_staff').notNull().default(false),
    /** Whether signing in takes a second factor: `two_factors` then has it. */
    is2faEnabled: boolean('is_2fa_enabled').notNull().default(false),
    dateJoined: instant('date_joined').notNull().default(sql`now()`),
    lastLogin: instant('last_login'),
    /** "The last project you visited": what `@current` and un-nested paths mean. */
    currentProjectId: integer('current_project_id').references(() => projects.id, { onDelete: 'set null' }),
    currentOrganizationId: uuid('current_organization_id').references(() => organizations.id, {
      onDelete: 'set null',
    }),
    /** PostHog's remaining user fields (`email_opt_in`, `notification_settings`, `toolbar_mode`, `theme_mode`, …). */
    settings: json('settings').$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [uniqueIndex('users_email').on(sql`lower(${table.email})`)],
)

export const organizationMemberships = pgTable(
  'organization_memberships',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** 1 member, 8 admin, 15 owner. */
    level: smallint('level').notNull().default(1),
    joinedAt: instant('joined_at').notNull().default(sql`now()`),
    updatedAt: updatedAt(),
  },
  (table) => [uniqueIndex('memberships_once').on(table.organizationId, table.userId)],
)

export const personalApiKeys = pgTable(
  'personal_api_keys',
  {
    /** Random text; not a secret. */
    id: text('id').primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    label: text('label').notNull(),
    /** SHA-256 of the key, hex. The key itself has 256 random bits, so a slow hash would protect nothing. */
    secureValue: text('secure_value').notNull().unique(),
    /** `phx_ab…wxyz`: enough to recognise, not to use. */
    maskValue: text('mask_value').notNull(),
    scopes: json('scopes').$type<string[]>(),
    scopedTeams: json('scoped_teams').$type<number[]>(),
    scopedOrganizations: json('scoped_organizations').$type<string[]>(),
    createdAt: createdAt(),
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [index('personal_api_keys_user').on(table.userId)],
)

/** Of what a user holds for a while to be known by; see `accounts/tokens.ts`. */
const ofToken = () => ({
  /** SHA-256 of what the holder has, hex. */
  id: text('id').primaryKey(),
  userId: integer('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  expiresAt: instant('expires_at').notNull(),
})

export const sessions = pgTable(
  'sessions',
  {
    ...ofToken(),
    createdAt: createdAt(),
  },
  (table) => [index('sessions_user').on(table.userId)],
)

/** The second factor of users: what their authenticator app has, too, and backup codes. */
export const twoFactors = pgTable('two_factors', {
  userId: integer('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  /** In base 32. Codes are made of it, so it can't be kept as a hash. */
  secret: text('secret').notNull(),
  /** Null until a code has shown that an app has the secret. */
  confirmedAt: instant('confirmed_at'),
  /** The newest half minute (since 1970) whose code was used: each is good once. */
  usedStep: bigint('used_step', { mode: 'number' }).notNull().default(0),
  /** SHA-256 of each code that is left, hex. */
  backupCodes: json('backup_codes').$type<string[]>().notNull().default([]),
  /** Wrong codes since the last right one. */
  wrong: integer('wrong').notNull().default(0),
  restsUntil: instant('rests_until'),
})

/** Those who have given the right password and have yet to give a code. */
export const loginChallenges = pgTable(
  'login_challenges',
  {
    ...ofToken(),
  },
  (table) => [index('login_challenges_user').on(table.userId)],
)

/** Links by which a user sets a new password: each once, and for a day. */
export const passwordResets = pgTable(
  'password_resets',
  {
    ...ofToken(),
    createdAt: createdAt(),
  },
  (table) => [index('password_resets_user').on(table.userId)],
)

/** Invitations of people who are to join an organization; who has joined has none any more. */
export const organizationInvites = pgTable(
  'organization_invites',
  {
    /** In the link, and what opens it: random. */
    id: uuid('id').primaryKey().defaultRandom(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    targetEmail: text('target_email').notNull(),
    firstName: text('first_name').notNull().default(''),
    /** What is said to them besides, in the e-mail. */
    message: text('message'),
    emailingAttemptMade: boolean('emailing_attempt_made').notNull().default(false),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('organization_invites_newest').on(table.organizationId, table.createdAt.desc(), table.id),
    index('organization_invites_created_by').on(table.createdBy),
  ],
)

/** Named groups of an organization's members; what they may do to feature flags goes by them. */
export const roles = pgTable(
  'roles',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** 21 see, 37 edit. */
    featureFlagsAccessLevel: smallint('feature_flags_access_level').notNull().default(37),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('roles_name').on(table.organizationId, sql`lower(${table.name})`),
    index('roles_created_by').on(table.createdBy),
  ],
)

/** Of memberships, so that whoever leaves the organization has its roles no more. */
export const roleMemberships = pgTable(
  'role_memberships',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    roleId: uuid('role_id')
      .notNull()
      .references(() => roles.id, { onDelete: 'cascade' }),
    membershipId: uuid('membership_id')
      .notNull()
      .references(() => organizationMemberships.id, { onDelete: 'cascade' }),
    joinedAt: instant('joined_at').notNull().default(sql`now()`),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('role_memberships_once').on(table.roleId, table.membershipId),
    index('role_memberships_membership').on(table.membershipId),
  ],
)

/** What plain members may do to a kind of things, where the organization says; their roles may let them do more. */
export const organizationResourceAccess = pgTable(
  'organization_resource_access',
  {
    id: serial('id').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    /** With spaces, as PostHog's API has it: `feature flags`. */
    resource: text('resource').notNull(),
    /** 21 see, 37 edit. */
    accessLevel: smallint('access_level').notNull().default(37),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('organization_resource_access_once').on(table.organizationId, table.resource),
    index('organization_resource_access_created_by').on(table.createdBy),
  ],
)

/** Domains of e-mail addresses that organizations say are theirs. */
export const organizationDomains = pgTable(
  'organization_domains',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    domain: text('domain').notNull(),
    /** What a TXT record must say. */
    verificationChallenge: text('verification_challenge').notNull(),
    /** Null until it did. */
    verifiedAt: instant('verified_at'),
    jitProvisioningEnabled: boolean('jit_provisioning_enabled').notNull().default(false),
    ssoEnforcement: text('sso_enforcement').notNull().default(''),
    samlEntityId: text('saml_entity_id'),
    samlAcsUrl: text('saml_acs_url'),
    samlX509Cert: text('saml_x509_cert'),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('organization_domains_domain').on(table.domain),
    index('organization_domains_organization').on(table.organizationId),
  ],
)

export const persons = pgTable(
  'persons',
  {
    /** The integer id that PostHog's person detail shows. */
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    uuid: uuid('uuid').notNull(),
    properties: json('properties').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
    isIdentified: boolean('is_identified').notNull().default(false),
    /** Grows with every change; the warehouse keeps the row with the highest. */
    version: bigint('version', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    uniqueIndex('persons_uuid').on(table.projectId, table.uuid),
    index('persons_newest').on(table.projectId, table.createdAt.desc(), table.uuid),
  ],
)

export const personDistinctIds = pgTable(
  'person_distinct_ids',
  {
    /** Grows with every new one: a person's distinct ids are shown in the order in which they came. */
    id: bigserial('id', { mode: 'number' }).notNull(),
    projectId: integer('project_id').notNull(),
    distinctId: text('distinct_id').notNull(),
    personId: bigint('person_id', { mode: 'number' })
      .notNull()
      .references(() => persons.id, { onDelete: 'cascade' }),
    version: bigint('version', { mode: 'number' }).notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.distinctId] }),
    index('person_distinct_ids_person').on(table.personId),
  ],
)

/**
 * "Events that say `old_person_id` belong to `person_id`": written by merges, and when a distinct id that had
 * person-less events is attached to a person with another uuid.
 */
export const personOverrides = pgTable(
  'person_overrides',
  {
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    oldPersonId: uuid('old_person_id').notNull(),
    personId: uuid('person_id').notNull(),
    version: bigint('version', { mode: 'number' }).notNull().default(0),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.oldPersonId] }),
    index('person_overrides_target').on(table.projectId, table.personId),
  ],
)

export const groupTypes = pgTable(
  'group_types',
  {
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    groupTypeIndex: smallint('group_type_index').notNull(),
    groupType: text('group_type').notNull(),
    nameSingular: text('name_singular'),
    namePlural: text('name_plural'),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.groupTypeIndex] }),
    uniqueIndex('group_types_name').on(table.projectId, table.groupType),
  ],
)

export const groups = pgTable(
  'groups',
  {
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    groupTypeIndex: smallint('group_type_index').notNull(),
    groupKey: text('group_key').notNull(),
    properties: json('properties').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
    version: bigint('version', { mode: 'number' }).notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.groupTypeIndex, table.groupKey] })],
)

export const eventDefinitions = pgTable(
  'event_definitions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    createdAt: createdAt(),
    lastSeenAt: instant('last_seen_at'),
    description: text('description'),
    verified: boolean('verified').notNull().default(false),
    verifiedAt: instant('verified_at'),
    verifiedBy: integer('verified_by').references(() => users.id, { onDelete: 'set null' }),
    ownerId: integer('owner_id').references(() => users.id, { onDelete: 'set null' }),
    hidden: boolean('hidden').notNull().default(false),
    updatedAt: updatedAt(),
    updatedBy: integer('updated_by').references(() => users.id, { onDelete: 'set null' }),
  },
  (table) => [uniqueIndex('event_definitions_name').on(table.projectId, table.name)],
)

export const propertyDefinitions = pgTable(
  'property_definitions',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** 1 event, 2 person, 3 group: PostHog's numbers. */
    type: smallint('type').notNull(),
    /** -1 where the type is not group, so that uniqueness needs no null. */
    groupTypeIndex: smallint('group_type_index').notNull().default(-1),
    /** `DateTime`, `String`, `Numeric`, `Boolean`, or null while only nulls, lists and objects were seen. */
    propertyType: text('property_type'),
    isNumerical: boolean('is_numerical').notNull().default(false),
    description: text('description'),
    verified: boolean('verified').notNull().default(false),
    hidden: boolean('hidden').notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    updatedBy: integer('updated_by').references(() => users.id, { onDelete: 'set null' }),
  },
  (table) => [
    uniqueIndex('property_definitions_name').on(
      table.projectId,
      table.type,
      table.groupTypeIndex,
      table.name,
    ),
  ],
)

/** Which property was seen on which event. */
export const eventProperties = pgTable(
  'event_properties',
  {
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    event: text('event').notNull(),
    property: text('property').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.event, table.property] }),
    index('event_properties_property').on(table.projectId, table.property),
  ],
)

/** Numbers for the steps of all actions: clients name a step by its id. */
export const actionStepIds = pgSequence('action_step_ids')

export const actions = pgTable(
  'actions',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name'),
    description: text('description').notNull().default(''),
    /** As the API shows them, ids and all. */
    steps: json('steps').$type<StoredActionStep[]>().notNull().default([]),
    postToSlack: boolean('post_to_slack').notNull().default(false),
    slackMessageFormat: text('slack_message_format').notNull().default(''),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    lastCalculatedAt: instant('last_calculated_at').notNull().default(sql`now()`),
    deleted: boolean('deleted').notNull().default(false),
  },
  (table) => [
    uniqueIndex('actions_live_name').on(table.projectId, table.name).where(sql`not ${table.deleted}`),
  ],
)

/** Remarks that charts show at a moment in time. */
export const annotations = pgTable(
  'annotations',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    content: text('content'),
    dateMarker: instant('date_marker'),
    /** `USR` or `GIT`. */
    creationType: text('creation_type').notNull().default('USR'),
    /** `dashboard_item`, `project` or `organization`: where it is seen. */
    scope: text('scope').notNull().default('dashboard_item'),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
    deleted: boolean('deleted').notNull().default(false),
    /** The insight that it belongs to. */
    insightId: integer('insight_id').references((): AnyPgColumn => insights.id, { onDelete: 'set null' }),
  },
  (table) => [
    index('annotations_newest').on(table.projectId, table.dateMarker.desc(), table.id.desc()),
    index('annotations_insight').on(table.insightId),
  ],
)

/** Saved questions. What they ask is kept as it was sent: as a typed query, or as legacy filters. */
export const insights = pgTable(
  'insights',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Eight letters and digits, by which addresses name it. */
    shortId: text('short_id').notNull(),
    name: text('name'),
    /** A name that a client made of what is asked. */
    derivedName: text('derived_name'),
    description: text('description'),
    filters: json('filters').$type<Record<string, unknown>>().notNull().default({}),
    /** Where there is one, `filters` are not asked. */
    query: json('query').$type<Record<string, unknown> | null>(),
    /** What kind of question it is, by PostHog's word: `TRENDS`, `FUNNELS`, …, `SQL`, or `JSON` for any other. */
    kind: text('kind').notNull(),
    order: integer('order'),
    saved: boolean('saved').notNull().default(false),
    favorited: boolean('favorited').notNull().default(false),
    /** Made from a template, and not changed since. */
    isSample: boolean('is_sample').notNull().default(false),
    deleted: boolean('deleted').notNull().default(false),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
    /** When, and by whom, what it asks or how it is called was changed. */
    lastModifiedAt: instant('last_modified_at').notNull().default(sql`now()`),
    lastModifiedBy: integer('last_modified_by').references(() => users.id, { onDelete: 'set null' }),
  },
  (table) => [
    uniqueIndex('insights_short_id').on(table.projectId, table.shortId),
    index('insights_created_by').on(table.createdBy),
    index('insights_last_modified_by').on(table.lastModifiedBy),
  ],
)

/** When a user last looked at an insight. */
export const insightViews = pgTable(
  'insight_views',
  {
    insightId: integer('insight_id')
      .notNull()
      .references(() => insights.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    lastViewedAt: instant('last_viewed_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.insightId, table.userId] }),
    index('insight_views_latest').on(table.userId, table.lastViewedAt.desc()),
  ],
)

export const dashboards = pgTable(
  'dashboards',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name'),
    description: text('description').notNull().default(''),
    pinned: boolean('pinned').notNull().default(false),
    /** `date_from`, `date_to` and `properties`, which its insights are shown with instead of their own. */
    filters: json('filters').$type<Record<string, unknown>>().notNull().default({}),
    /** `default`, `template` or `duplicate`. */
    creationMode: text('creation_mode').notNull().default('default'),
    /** 21: everyone in the project may edit it. 37: only its collaborators. */
    restrictionLevel: smallint('restriction_level').notNull().default(21),
    deleted: boolean('deleted').notNull().default(false),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    lastAccessedAt: instant('last_accessed_at'),
  },
  (table) => [
    index('dashboards_name').on(table.projectId, table.name, table.id),
    index('dashboards_created_by').on(table.createdBy),
  ],
)

/** Who may edit a dashboard that is restricted, besides its maker and admins. */
export const dashboardCollaborators = pgTable(
  'dashboard_collaborators',
  {
    id: uuid('id').notNull().defaultRandom(),
    dashboardId: integer('dashboard_id')
      .notNull()
      .references(() => dashboards.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    addedAt: instant('added_at').notNull().default(sql`now()`),
    updatedAt: updatedAt(),
  },
  (table) => [
    primaryKey({ columns: [table.dashboardId, table.userId] }),
    index('dashboard_collaborators_user').on(table.userId),
  ],
)

/** Texts on dashboards; copies of a dashboard may share one. */
export const dashboardTexts = pgTable(
  'dashboard_texts',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    body: text('body').notNull(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    lastModifiedAt: instant('last_modified_at').notNull().default(sql`now()`),
    lastModifiedBy: integer('last_modified_by').references(() => users.id, { onDelete: 'set null' }),
  },
  (table) => [
    index('dashboard_texts_project').on(table.projectId),
    index('dashboard_texts_created_by').on(table.createdBy),
    index('dashboard_texts_last_modified_by').on(table.lastModifiedBy),
  ],
)

/** What is on a dashboard: an insight or a text, and where. */
export const dashboardTiles = pgTable(
  'dashboard_tiles',
  {
    id: serial('id').primaryKey(),
    dashboardId: integer('dashboard_id')
      .notNull()
      .references(() => dashboards.id, { onDelete: 'cascade' }),
    insightId: integer('insight_id').references(() => insights.id, { onDelete: 'cascade' }),
    textId: integer('text_id').references(() => dashboardTexts.id, { onDelete: 'cascade' }),
    color: text('color'),
    layouts: json('layouts').$type<Record<string, unknown>>().notNull().default({}),
    /** Null until it is first deleted, false when it came back: clients are shown it so. */
    deleted: boolean('deleted'),
    /** `dashboard`: it was deleted with its dashboard, and comes back with it. `insight`: so did its insight. */
    deletedWith: text('deleted_with'),
  },
  (table) => [
    uniqueIndex('dashboard_tiles_insight').on(table.dashboardId, table.insightId),
    uniqueIndex('dashboard_tiles_text').on(table.dashboardId, table.textId),
    index('dashboard_tiles_of_insight').on(table.insightId),
    index('dashboard_tiles_of_text').on(table.textId),
  ],
)

/** Links by which anybody may see one insight or one dashboard. */
export const sharingLinks = pgTable(
  'sharing_links',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    insightId: integer('insight_id').references(() => insights.id, { onDelete: 'cascade' }),
    dashboardId: integer('dashboard_id').references(() => dashboards.id, { onDelete: 'cascade' }),
    /** What the address ends in; those who may edit the thing are shown it. */
    accessToken: text('access_token').notNull().unique(),
    enabled: boolean('enabled').notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex('sharing_links_insight').on(table.insightId),
    uniqueIndex('sharing_links_dashboard').on(table.dashboardId),
    index('sharing_links_project').on(table.projectId),
  ],
)

/** Lists of session recordings: by filters, and by what was pinned to them. */
export const recordingPlaylists = pgTable(
  'recording_playlists',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Eight letters and digits, by which addresses name it. */
    shortId: text('short_id').notNull(),
    name: text('name'),
    /** A name that a client made of its filters. */
    derivedName: text('derived_name'),
    description: text('description').notNull().default(''),
    pinned: boolean('pinned').notNull().default(false),
    /** Which recordings it lists, as they were sent. */
    filters: json('filters').$type<Record<string, unknown>>().notNull().default({}),
    deleted: boolean('deleted').notNull().default(false),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    lastModifiedAt: instant('last_modified_at').notNull().default(sql`now()`),
    lastModifiedBy: integer('last_modified_by').references(() => users.id, { onDelete: 'set null' }),
  },
  (table) => [
    uniqueIndex('recording_playlists_short_id').on(table.projectId, table.shortId),
    index('recording_playlists_created_by').on(table.createdBy),
    index('recording_playlists_last_modified_by').on(table.lastModifiedBy),
  ],
)

/** Recordings that somebody has put on a playlist, by their session's id: they may be here before the recording is. */
export const recordingPins = pgTable(
  'recording_pins',
  {
    playlistId: integer('playlist_id')
      .notNull()
      .references(() => recordingPlaylists.id, { onDelete: 'cascade' }),
    sessionId: text('session_id').notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.playlistId, table.sessionId] }),
    index('recording_pins_session').on(table.sessionId),
  ],
)

/** Apps of organizations, kept as they were written: nothing runs them. */
export const plugins = pgTable(
  'plugins',
  {
    id: serial('id').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description'),
    icon: text('icon'),
    tag: text('tag'),
    /** Which settings a configuration has: a list, or an object by key; as it was sent. */
    configSchema: json('config_schema').$type<unknown[] | Record<string, unknown>>().notNull().default({}),
    /** Its text, by the name of the file. */
    source: json('source').$type<Record<string, string>>().notNull().default({}),
    /** Whether other organizations may use it too. */
    isGlobal: boolean('is_global').notNull().default(false),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('plugins_organization').on(table.organizationId),
    index('plugins_created_by').on(table.createdBy),
  ],
)

/** How a project has an app set up. */
export const pluginConfigs = pgTable(
  'plugin_configs',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    pluginId: integer('plugin_id')
      .notNull()
      .references(() => plugins.id, { onDelete: 'cascade' }),
    enabled: boolean('enabled').notNull().default(false),
    order: integer('order').notNull(),
    config: json('config').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('plugin_configs_once').on(table.projectId, table.pluginId),
    index('plugin_configs_plugin').on(table.pluginId),
  ],
)

/** Files among the settings of an app. */
export const pluginAttachments = pgTable(
  'plugin_attachments',
  {
    id: serial('id').primaryKey(),
    pluginConfigId: integer('plugin_config_id')
      .notNull()
      .references(() => pluginConfigs.id, { onDelete: 'cascade' }),
    /** The setting's. */
    key: text('key').notNull(),
    fileName: text('file_name').notNull(),
    content: bytes('content').notNull(),
  },
  (table) => [uniqueIndex('plugin_attachments_once').on(table.pluginConfigId, table.key)],
)

/** What is to be said of how an app is set up: a note of each change. */
export const pluginLogs = pgTable(
  'plugin_logs',
  {
    id: uuid('id').primaryKey(),
    pluginConfigId: integer('plugin_config_id')
      .notNull()
      .references(() => pluginConfigs.id, { onDelete: 'cascade' }),
    timestamp: instant('timestamp').notNull(),
    /** `DEBUG`, `LOG`, `INFO`, `WARN` or `ERROR`. */
    type: text('type').notNull(),
    message: text('message').notNull(),
  },
  (table) => [index('plugin_logs_newest').on(table.pluginConfigId, table.timestamp.desc())],
)

/** Named sets of people. Who is in one is in the warehouse (`cohort_people`), under `version`. */
export const cohorts = pgTable(
  'cohorts',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name'),
    description: text('description').notNull().default(''),
    /** As they were sent; the older way to define a cohort, used where `filters` is null. */
    groups: json('groups').$type<unknown[]>().notNull().default([]),
    filters: json('filters').$type<Record<string, unknown> | null>(),
    isStatic: boolean('is_static').notNull().default(false),
    deleted: boolean('deleted').notNull().default(false),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    /** The version that questions read; null until there is one. */
    version: integer('version'),
    /** The highest version that was ever begun: each attempt has its own. */
    lastVersion: integer('last_version').notNull().default(0),
    /** Whether its people are copied to where flags look them up (`flag_cohort_people`). */
    isCopied: boolean('is_copied').notNull().default(false),
    /** How many people `version` has. */
    count: bigint('count', { mode: 'number' }),
    /** Whether a calculation is wanted or under way; how often and when last it was asked for. */
    isCalculating: boolean('is_calculating').notNull().default(false),
    requests: integer('requests').notNull().default(0),
    requestedAt: instant('requested_at'),
    lastCalculation: instant('last_calculation'),
    /** How many calculations have failed since the last that did not, and what the last one said. */
    errorsCalculating: integer('errors_calculating').notNull().default(0),
    lastError: text('last_error'),
  },
  (table) => [index('cohorts_newest').on(table.projectId, table.createdAt.desc(), table.id.desc())],
)

/** What an entry of the activity log says besides who, what and when; PostHog's shape. */
export type ActivityDetail = {
  changes: { type: string; action: string; field: string | null; before: unknown; after: unknown }[] | null
  merge: null
  trigger: null
  name: string | null
  short_id: string | null
}

/** Who changed what and when. Neither projects nor things are referred to: entries tell of what is gone too. */
export const activityLog = pgTable(
  'activity_log',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    /** Null for what belongs to the organization. */
    projectId: integer('project_id'),
    /** Null with `isSystem` unset: the user is gone. */
    userId: integer('user_id').references(() => users.id, { onDelete: 'set null' }),
    isSystem: boolean('is_system').notNull().default(false),
    /** PostHog's name of the kind of thing, such as `FeatureFlag`. */
    scope: text('scope').notNull(),
    itemId: text('item_id'),
    /** Who made the thing: they are told of changes by others. */
    itemCreatedBy: integer('item_created_by').references(() => users.id, { onDelete: 'set null' }),
    activity: text('activity').notNull(),
    detail: json('detail').$type<ActivityDetail>().notNull(),
    /** When it was written, not when its transaction began: two entries of one keep their order. */
    createdAt: instant('created_at').notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    index('activity_log_newest').on(table.projectId, table.createdAt, table.id),
    index('activity_log_item').on(table.projectId, table.scope, table.itemId, table.createdAt),
    index('activity_log_organization').on(table.organizationId, table.createdAt),
    index('activity_log_made_by').on(table.itemCreatedBy, table.createdAt),
    index('activity_log_user').on(table.userId),
  ],
)

/** Until when a user has read what others changed. */
export const activityBookmarks = pgTable('activity_bookmarks', {
  userId: integer('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  readUntil: instant('read_until').notNull(),
})

/** The tags of things. A tag is there as long as something has it. */
export const tags = pgTable(
  'tags',
  {
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** As the activity log calls it, such as `FeatureFlag`. */
    kind: text('kind').notNull(),
    itemId: text('item_id').notNull(),
    tag: text('tag').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.kind, table.itemId, table.tag] }),
    index('tags_names').on(table.projectId, table.tag),
  ],
)

/** Feature flags: who gets what, by conditions on people and groups. */
export const featureFlags = pgTable(
  'feature_flags',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    /** The description; PostHog's API calls it so. */
    name: text('name').notNull().default(''),
    /** As they were sent: what is unknown here is kept. */
    filters: json('filters').$type<Record<string, unknown>>().notNull().default({}),
    active: boolean('active').notNull().default(true),
    deleted: boolean('deleted').notNull().default(false),
    /** Grows with every change, so that a late one can be refused. */
    version: integer('version').notNull().default(1),
    ensureExperienceContinuity: boolean('ensure_experience_continuity').notNull().default(false),
    /** `distinct_id` or `device_id`: what decides who is in a percentage; null means the first. */
    bucketingIdentifier: text('bucketing_identifier'),
    /** `server`, `client` or `all`. */
    evaluationRuntime: text('evaluation_runtime').notNull().default('all'),
    /** A client that names contexts gets the flag when one of these is among them, or there are none. */
    evaluationContexts: json('evaluation_contexts').$type<string[]>().notNull().default([]),
    isRemoteConfiguration: boolean('is_remote_configuration').notNull().default(false),
    rollbackConditions: json('rollback_conditions'),
    performedRollback: boolean('performed_rollback'),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
    lastModifiedBy: integer('last_modified_by').references(() => users.id, { onDelete: 'set null' }),
  },
  (table) => [
    uniqueIndex('feature_flags_live_key').on(table.projectId, table.key).where(sql`not ${table.deleted}`),
    index('feature_flags_newest').on(table.projectId, table.createdAt.desc(), table.id.desc()),
  ],
)

/** Roles whose members may edit a flag, whatever they may do to flags else. */
export const featureFlagRoleAccess = pgTable(
  'feature_flag_role_access',
  {
    id: serial('id').primaryKey(),
    featureFlagId: integer('feature_flag_id')
      .notNull()
      .references(() => featureFlags.id, { onDelete: 'cascade' }),
    roleId: uuid('role_id')
      .notNull()
      .references(() => roles.id, { onDelete: 'cascade' }),
    addedAt: instant('added_at').notNull().default(sql`now()`),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('feature_flag_role_access_once').on(table.featureFlagId, table.roleId),
    index('feature_flag_role_access_role').on(table.roleId),
  ],
)

/** Shares of people who are kept out of experiments, to see what all of these come to. */
export const experimentHoldouts = pgTable(
  'experiment_holdouts',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description'),
    /** As they were sent; the first says how many are kept out. */
    filters: json('filters').$type<HoldoutGroup[]>().notNull(),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
  },
  (table) => [index('experiment_holdouts_newest').on(table.projectId, table.createdAt.desc(), table.id)],
)

/** Comparisons of a feature flag's variants by what people do. */
export const experiments = pgTable(
  'experiments',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    featureFlagId: integer('feature_flag_id')
      .notNull()
      .references(() => featureFlags.id, { onDelete: 'cascade' }),
    /** Whether the flag was made with it, and goes with it. */
    ownsFlag: boolean('owns_flag').notNull(),
    name: text('name').notNull(),
    description: text('description'),
    /** As they were sent: variants, sample sizes. */
    parameters: json('parameters').$type<Record<string, unknown> | null>(),
    /** What is compared, as legacy filters of an insight. */
    filters: json('filters').$type<Record<string, unknown>>().notNull(),
    secondaryMetrics: json('secondary_metrics').$type<unknown[] | null>(),
    /** Who is kept out of it. */
    holdoutId: integer('holdout_id').references(() => experimentHoldouts.id, { onDelete: 'set null' }),
    /** Null while it is a draft. */
    startDate: instant('start_date'),
    endDate: instant('end_date'),
    archived: boolean('archived').notNull().default(false),
    deleted: boolean('deleted').notNull().default(false),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('experiments_live_flag').on(table.featureFlagId).where(sql`not ${table.deleted}`),
    index('experiments_project').on(table.projectId, table.id),
    index('experiments_of_holdout').on(table.holdoutId),
  ],
)

/** Changes of feature flags that wait for their time, and those that were tried. */
export const scheduledChanges = pgTable(
  'scheduled_changes',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    featureFlagId: integer('feature_flag_id')
      .notNull()
      .references(() => featureFlags.id, { onDelete: 'cascade' }),
    /** `operation` and `value`, as the API has them. */
    payload: json('payload').$type<ScheduledFlagPayload>().notNull(),
    scheduledAt: instant('scheduled_at').notNull(),
    executedAt: instant('executed_at'),
    failureReason: text('failure_reason'),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
  },
  (table) => [
    index('scheduled_changes_of_flag').on(table.projectId, table.featureFlagId),
    index('scheduled_changes_due').on(table.scheduledAt).where(sql`${table.executedAt} is null`),
  ],
)

/** Features that people may turn on for themselves before they are there for all. */
export const earlyAccessFeatures = pgTable(
  'early_access_features',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    featureFlagId: integer('feature_flag_id')
      .notNull()
      .references(() => featureFlags.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** `draft`, `concept`, `alpha`, `beta`, `general-availability` or `archived`. */
    stage: text('stage').notNull(),
    documentationUrl: text('documentation_url').notNull().default(''),
    /** Whatever its pages want to know of it. */
    payload: json('payload').$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
  },
  (table) => [
    uniqueIndex('early_access_features_flag').on(table.featureFlagId),
    index('early_access_features_newest').on(table.projectId, table.createdAt.desc(), table.id),
  ],
)

/** Questions that SDKs show to people. Their answers are events. */
export const surveys = pgTable(
  'surveys',
  {
    id: uuid('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** `popover`, `widget`, `api`, … */
    type: text('type').notNull(),
    /** `once`, `recurring` or `always`; null means the first. */
    schedule: text('schedule').default('once'),
    /** Only who has this flag sees it. */
    linkedFlagId: integer('linked_flag_id').references(() => featureFlags.id, { onDelete: 'set null' }),
    /** The same, but the flag is the survey's own unless it was there before. */
    targetingFlagId: integer('targeting_flag_id').references(() => featureFlags.id, { onDelete: 'set null' }),
    /** Its own, off for whoever has answered or dismissed it. */
    internalTargetingFlagId: integer('internal_targeting_flag_id').references(() => featureFlags.id, {
      onDelete: 'set null',
    }),
    /** As they were sent, each with an id. */
    questions: json('questions').$type<Record<string, unknown>[] | null>(),
    /** As they were sent. */
    conditions: json('conditions').$type<Record<string, unknown> | null>(),
    appearance: json('appearance').$type<Record<string, unknown> | null>(),
    /** Actions that `conditions` name. */
    actionIds: json('action_ids').$type<number[]>().notNull().default([]),
    /** Null while it is a draft. */
    startDate: instant('start_date'),
    endDate: instant('end_date'),
    archived: boolean('archived').notNull().default(false),
    /** It ends when so many have answered. */
    responsesLimit: integer('responses_limit'),
    /** Of a recurring one: how often people are asked, every how many days, and which time it is (from 1). */
    iterationCount: integer('iteration_count'),
    iterationFrequencyDays: integer('iteration_frequency_days'),
    currentIteration: integer('current_iteration'),
    currentIterationStartDate: instant('current_iteration_start_date'),
    /** Whether answers are sent question by question. */
    enablePartialResponses: boolean('enable_partial_responses').default(false),
    createdAt: createdAt(),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex('surveys_name').on(table.projectId, table.name),
    index('surveys_newest').on(table.projectId, table.createdAt.desc(), table.id),
  ],
)

/**
 * When requests came, for limits that several processes keep together: a ring of times for each. Written by
 * `count_rate_limits`, a function of the database; neither outlives a crash, and they need not.
 */
export const rateLimitLogs = pgTable('rate_limit_logs', {
  name: text('name').primaryKey(),
  /** Numbers of the oldest request in the window, and of the next one. */
  first: bigint('first', { mode: 'number' }).notNull().default(0),
  next: bigint('next', { mode: 'number' }).notNull().default(0),
  usedAt: instant('used_at').notNull().default(sql`now()`),
})

export const rateLimitTimes = pgTable(
  'rate_limit_times',
  {
    name: text('name').notNull(),
    slot: integer('slot').notNull(),
    /** Milliseconds since 1970. */
    at: doublePrecision('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.slot] })],
)

/**
 * What decides for a person in a flag with experience continuity: the distinct id by which the flag was drawn at first.
 * A merge moves them to who stays.
 */
export const flagHashKeys = pgTable(
  'flag_hash_keys',
  {
    personId: bigint('person_id', { mode: 'number' })
      .notNull()
      .references(() => persons.id, { onDelete: 'cascade' }),
    flagKey: text('flag_key').notNull(),
    hashKey: text('hash_key').notNull(),
  },
  (table) => [primaryKey({ columns: [table.personId, table.flagKey] })],
)

/**
 * Copies of the people of cohorts that flags look up: of static ones, and of those that are about what people have done
 * (docs/adr/0014-flags.md). A merge moves them to who stays.
 */
export const flagCohortPeople = pgTable(
  'flag_cohort_people',
  {
    cohortId: integer('cohort_id')
      .notNull()
      .references(() => cohorts.id, { onDelete: 'cascade' }),
    personId: bigint('person_id', { mode: 'number' })
      .notNull()
      .references(() => persons.id, { onDelete: 'cascade' }),
  },
  (table) => [
    primaryKey({ columns: [table.personId, table.cohortId] }),
    index('flag_cohort_people_cohort').on(table.cohortId, table.personId),
  ],
)

/** Tables that are made for somebody to take away: what is asked, and where that stands. The file is a blob. */
export const exportedAssets = pgTable(
  'exported_assets',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** With whose rights it is asked. */
    createdBy: integer('created_by')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The key that it was asked for with, which may have fewer rights than its user; null for none. */
    keyId: text('key_id'),
    insightId: integer('insight_id').references(() => insights.id, { onDelete: 'set null' }),
    format: text('format').notNull(),
    /** `export_context`, as it was sent. */
    context: json('context').$type<Record<string, unknown>>(),
    filename: text('filename').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    /** Whoever makes it says so again and again; past that moment somebody else may. */
    claimedUntil: instant('claimed_until'),
    attempts: integer('attempts').notNull().default(0),
    /** Rows so far. */
    rows: integer('rows').notNull().default(0),
    /** Why there are not all rows: null where there are. */
    cutBy: text('cut_by'),
    finishedAt: instant('finished_at'),
    failure: text('failure'),
  },
  (table) => [
    index('exported_assets_project').on(table.projectId),
    index('exported_assets_waiting').on(table.createdAt).where(sql`${table.finishedAt} is null`),
    index('exported_assets_expires_at').on(table.expiresAt),
  ],
)

/** Addresses that are told of events which match an action. */
export const hooks = pgTable(
  'hooks',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    event: text('event').notNull(),
    target: text('target').notNull(),
    /** The action; null for every action of the project. Not a reference: an action that is gone matches nothing. */
    actionId: integer('action_id'),
    /** What its messages are signed with, which takes the secret itself. */
    secret: text('secret').notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    /** Events that were inserted before are none of its business. */
    since: instant('since').notNull(),
    /** Events that were inserted until then were looked through. */
    searchedUntil: instant('searched_until').notNull(),
    /** How often in a row the target said that it is not there. */
    goneTimes: integer('gone_times').notNull().default(0),
    disabledAt: instant('disabled_at'),
    lastFailure: text('last_failure'),
  },
  (table) => [index('hooks_project').on(table.projectId)],
)

/** Insights and dashboards that are sent to somebody again and again. */
export const subscriptions = pgTable(
  'subscriptions',
  {
    id: serial('id').primaryKey(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** With whose rights it is asked; without anybody nothing is sent. */
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    insightId: integer('insight_id').references(() => insights.id, { onDelete: 'cascade' }),
    dashboardId: integer('dashboard_id').references(() => dashboards.id, { onDelete: 'cascade' }),
    title: text('title'),
    targetType: text('target_type').notNull(),
    targetValue: text('target_value').notNull(),
    frequency: text('frequency').notNull(),
    interval: integer('interval').notNull().default(1),
    byweekday: json('byweekday').$type<string[]>(),
    bysetpos: integer('bysetpos'),
    count: integer('count'),
    startDate: instant('start_date').notNull(),
    untilDate: instant('until_date'),
    /** Null: it is over. */
    nextDeliveryDate: instant('next_delivery_date'),
    deleted: boolean('deleted').notNull().default(false),
    /** What its messages are signed with, and the links by which recipients end them. */
    secret: text('secret').notNull(),
    createdAt: createdAt(),
    lastFailure: text('last_failure'),
  },
  (table) => [
    index('subscriptions_project').on(table.projectId),
    index('subscriptions_due').on(table.nextDeliveryDate).where(sql`not ${table.deleted}`),
  ],
)

/** Pictures for texts; the bytes are a blob. */
export const uploadedMedia = pgTable(
  'uploaded_media',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    createdBy: integer('created_by').references(() => users.id, { onDelete: 'set null' }),
    name: text('name').notNull(),
    contentType: text('content_type').notNull(),
    size: integer('size').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('uploaded_media_project').on(table.projectId)],
)

/** What is to be sent somewhere, once for each key: kept a while after, so that it is not sent again. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    projectId: integer('project_id')
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
    /** Of what kind of thing it is: `hook`, `subscription`. */
    kind: text('kind').notNull(),
    ownerId: text('owner_id').notNull(),
    key: text('key').notNull(),
    /** Null once it has ended. */
    payload: json('payload'),
    attempts: integer('attempts').notNull().default(0),
    dueAt: instant('due_at').notNull().default(sql`now()`),
    /** Whoever sends it has until then. */
    claimedUntil: instant('claimed_until'),
    createdAt: createdAt(),
    /** When it was sent, or given up. */
    endedAt: instant('ended_at'),
    failure: text('failure'),
  },
  (table) => [
    uniqueIndex('deliveries_key').on(table.kind, table.ownerId, table.key),
    index('deliveries_due').on(table.kind, table.dueAt).where(sql`${table.endedAt} is null`),
    index('deliveries_ended').on(table.endedAt),
  ],
)

/** Files, where processes share this database and no folder. */
export const blobs = pgTable('blobs', {
  key: text('key').primaryKey(),
  /** Which parts are its bytes. */
  writing: uuid('writing').notNull(),
  size: bigint('size', { mode: 'number' }).notNull(),
})

export const blobParts = pgTable(
  'blob_parts',
  {
    writing: uuid('writing').notNull(),
    part: integer('part').notNull(),
    bytes: bytes('bytes').notNull(),
    writtenAt: instant('written_at').notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.writing, table.part] }),
    index('blob_parts_written_at').on(table.writtenAt),
  ],
)

/** How far the pipeline's database writes have come; written in the same transaction as those writes. */
export const pipelineProgress = pgTable('pipeline_progress', {
  consumer: text('consumer').primaryKey(),
  lastPosition: bigint('last_position', { mode: 'number' }).notNull(),
  /**
   * The last range and what its writes replaced, so that a replay after a crash computes the very same rows
   * (docs/adr/0005-exactly-once.md).
   */
  lastRange: json('last_range').$type<unknown>(),
})

/*
 * What the event log on NATS keeps here: the streams hold what waits, these tables say who reads which partition, how
 * far, and which keys it has seen (docs/adr/0009-nats-home.md).
 */

/** A range that was handed out: `{first, last, at, beside}`, `at` in milliseconds since 1970. */
type LogClaim = { first: number; last: number; at: number; beside: number | null }

export const eventLogPartitions = pgTable('event_log_partitions', {
  partition: smallint('partition').primaryKey(),
  /** The process that reads it, as long as `leaseUntil` is ahead. */
  owner: text('owner'),
  /** Grows with each owner: what an earlier one still tries to write is refused. */
  epoch: bigint('epoch', { mode: 'number' }).notNull().default(0),
  leaseUntil: instant('lease_until'),
  committed: bigint('committed', { mode: 'number' }).notNull().default(0),
  claim: json('claim').$type<LogClaim>(),
  next: json('next').$type<LogClaim>(),
})

/** Processes that read the event log and are alive. */
export const eventLogConsumers = pgTable('event_log_consumers', {
  owner: text('owner').primaryKey(),
  seenAt: instant('seen_at').notNull(),
})

/** Ranges that were committed; times in milliseconds since 1970. */
export const eventLogRanges = pgTable(
  'event_log_ranges',
  {
    partition: smallint('partition').notNull(),
    first: bigint('first', { mode: 'number' }).notNull(),
    readAt: bigint('read_at', { mode: 'number' }).notNull(),
    committedAt: bigint('committed_at', { mode: 'number' }).notNull(),
    /** Days since 1970 when the range was read. */
    day: integer('day').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.partition, table.first] }),
    index('event_log_ranges_day').on(table.day),
  ],
)

/** Where questions stand that are answered later, for all processes; nothing of it need outlive a crash. */
export const queryStatuses = pgTable(
  'query_statuses',
  {
    projectId: integer('project_id').notNull(),
    id: text('id').notNull(),
    status: json('status').notNull(),
    progress: json('progress'),
    /** JSON, as text: it is sent as it is. */
    results: text('results'),
    /** When the process that calculates it last said so. */
    spokenAt: instant('spoken_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.id] }),
    index('query_statuses_expires_at').on(table.expiresAt),
  ],
)

/** Which events were seen, by which range, and what became of them. Without its range in the table above: not yet. */
export const eventLogKeys = pgTable(
  'event_log_keys',
  {
    projectId: integer('project_id').notNull(),
    uuid: uuid('uuid').notNull(),
    partition: smallint('partition').notNull(),
    first: bigint('first', { mode: 'number' }).notNull(),
    day: integer('day').notNull(),
    /** How long the event waited for its range, milliseconds. */
    waited: integer('waited').notNull().default(0),
    /** 1: it did not count; 2: it came as far as the question whether it was seen before. */
    flags: smallint('flags').notNull(),
    repeats: smallint('repeats').notNull().default(0),
    /** Base64. */
    note: text('note').notNull().default(''),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.uuid] }),
    index('event_log_keys_day').on(table.day),
  ],
)

/** Projects whose data are made up, and how far that has come. */
export const demoProjects = pgTable(
  'demo_projects',
  {
    id: serial('id').primaryKey(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id, { onDelete: 'cascade' }),
    /** Null once the project is gone: it was stopped, or deleted. */
    projectId: integer('project_id').references(() => projects.id, { onDelete: 'set null' }),
    name: text('name').notNull(),
    /** With whose rights it is filled. */
    createdBy: integer('created_by')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    people: integer('people').notNull(),
    /** Draws the same story again. */
    seed: integer('seed').notNull(),
    state: text('state')
      .$type<'waiting' | 'running' | 'stopping' | 'stopped' | 'done' | 'failed'>()
      .notNull()
      .default('waiting'),
    /** Parts of its people that are written. */
    parts: integer('parts').notNull().default(0),
    events: integer('events').notNull().default(0),
    failure: text('failure'),
    /** The last moment of its story. */
    createdAt: createdAt(),
    finishedAt: instant('finished_at'),
    /** Whoever fills it says so again and again; after a long silence somebody else may. */
    aliveAt: instant('alive_at').notNull().default(sql`now()`),
  },
  (table) => [
    index('demo_projects_organization').on(table.organizationId),
    // one at a time
    uniqueIndex('demo_projects_unfinished').on(table.organizationId).where(sql`${table.finishedAt} is null`),
    index('demo_projects_project').on(table.projectId),
  ],
)

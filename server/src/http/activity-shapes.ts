import { z } from 'zod'
import type { ActivityLog, ActivityRow, ActivityScope, WhichActivity } from '../activity/activity-log.ts'
import { Instant, UserBasic, userBasic } from './account-shapes.ts'
import type { Operation } from './operation.ts'
import type { AddressedProject } from './project.ts'

/** How what was done is told, and the two operations that every resource with a history has. */

const SystemUser = z.object({
  first_name: z.literal('System').describe('Always `System`.'),
  email: z.null().describe('Always null.'),
  is_system: z.literal(true).describe('Always true; users have no such field.'),
})

const entry = {
  id: z.uuid().describe('Names this entry.'),
  user: z
    .union([UserBasic, SystemUser])
    .nullable()
    .describe('Who did it: null for a user who is gone, `System` where nobody did.'),
  activity: z
    .string()
    .describe('`created`, `updated`, `deleted`, or a word of the resource, as `split_person`.'),
  scope: z.string().describe('The kind of thing: `FeatureFlag`, `Insight`, `Person`, …'),
  item_id: z
    .string()
    .nullable()
    .describe('Id of the thing, as text: a number or a UUID by its kind. Null where it has none.'),
  detail: z
    .object({
      changes: z
        .array(
          z.object({
            type: z.string().describe('The kind of thing, as in `scope`.'),
            action: z.string().describe('`created`, `changed`, `deleted`, `merged`, `split` or `exported`.'),
            field: z
              .string()
              .nullable()
              .describe('Which field changed; null where the thing as a whole did.'),
            before: z.unknown().describe('Its value before; null where there was none.'),
            after: z.unknown().describe('Its value from then on; null where there is none.'),
          }),
        )
        .nullable()
        .describe('A change for each field. Secrets are told as `masked`.'),
      merge: z.null().describe('Always null.'),
      trigger: z.null().describe('Always null.'),
      name: z.string().nullable().describe('What the thing was called.'),
      short_id: z.string().nullable().describe('The short id of an insight; null for what has none.'),
    })
    .describe('What changed, and what the thing was called then.'),
  created_at: Instant.describe('When it was done.'),
}

const ActivityEntry = z
  .object(entry)
  .meta({ id: 'ActivityEntry', description: 'Something that somebody did.' })

/** An entry as the lists of `activity_log/` tell it. */
export const ActivityLogEntry = z
  .object({
    ...entry,
    unread: z
      .boolean()
      .describe('Whether it is newer than what you have marked as read (`bookmark_activity_notification/`).'),
    organization_id: z.uuid().describe('The organization in which it was done.'),
    is_system: z.boolean().describe('Whether the server did it on its own, not a user.'),
  })
  .meta({ id: 'ActivityLog', description: 'Something that somebody did, with whether you have read it.' })

const mostOnPage = 1000

const activityQuery = z.object({
  page: z.coerce.number().int().positive().max(1_000_000).catch(1).default(1).describe('From 1.'),
  limit: z.coerce
    .number()
    .int()
    .positive()
    .catch(10)
    .default(10)
    .transform((limit) => Math.min(limit, mostOnPage))
    .describe(`Number of entries on a page, at most ${mostOnPage}.`),
})

const ActivityPage = z
  .object({
    results: z.array(ActivityEntry).describe('The entries of this page, newest first.'),
    next: z.string().nullable().describe('Address of the next page.'),
    previous: z.string().nullable().describe('Address of the previous page.'),
    total_count: z.int().describe('How many there are on all pages.'),
  })
  .meta({ id: 'ActivityPage' })

/**
 * Declares the history of a resource (`GET <resource>/activity/`) or of one thing (`GET <resource>/:id/activity/`);
 * `activityPage` answers it.
 */
export const activityOperation = <
  const Given extends Pick<Operation, 'id' | 'path' | 'aliases' | 'access' | 'scope' | 'tags' | 'params'>,
>(
  given: Given,
) =>
  ({
    ...given,
    method: 'GET',
    summary: given.params ? 'What was done to it' : 'What was done to them',
    description: 'Newest first. A page past the end is empty.',
    query: activityQuery,
    answer: ActivityPage,
    errors: given.params ? [404] : [],
  }) as const

type Asked = { query: z.output<typeof activityQuery>; url: URL }

/** Answers an `activityOperation` of a project's resource: all of the kind, or those of one thing. */
export const activityPage = (
  activity: Pick<ActivityLog, 'list'>,
  { project, query, url }: Asked & { project: AddressedProject },
  of: { scope: ActivityScope; itemId?: number | string },
) => pageOfActivity(activity, { query, url }, { projectId: project.id, ...of })

/** The same of whatever is said. */
export async function pageOfActivity(
  activity: Pick<ActivityLog, 'list'>,
  { query, url }: Asked,
  of: WhichActivity,
): Promise<z.input<typeof ActivityPage>> {
  const { page, limit } = query
  const { count, results } = await activity.list(of, { limit, offset: (page - 1) * limit })
  const linkTo = (to: number) => {
    const link = new URL(url)
    link.searchParams.set('page', String(to))
    link.searchParams.set('limit', String(limit))
    return link.href
  }
  return {
    results: results.map(activityEntry),
    next: page * limit < count ? linkTo(page + 1) : null,
    previous: page > 1 ? linkTo(page - 1) : null,
    total_count: count,
  }
}

/** What every entry about a request to a project says. */
export const doneBy = (project: { id: number; organizationId: string }, user: { id: number }) => ({
  organizationId: project.organizationId,
  projectId: project.id,
  userId: user.id,
})

export const activityEntry = ({ entry, user }: ActivityRow): z.input<typeof ActivityEntry> => ({
  id: entry.id,
  user: entry.isSystem ? { first_name: 'System', email: null, is_system: true } : user && userBasic(user),
  activity: entry.activity,
  scope: entry.scope,
  item_id: entry.itemId,
  detail: entry.detail,
  created_at: entry.createdAt,
})

/** @param readUntil until when the reader has read what others did; null for never */
export const activityLogEntry = (
  row: ActivityRow,
  readUntil: string | null,
): z.input<typeof ActivityLogEntry> => ({
  ...activityEntry(row),
  unread: readUntil === null || row.entry.createdAt > readUntil,
  organization_id: row.entry.organizationId,
  is_system: row.entry.isSystem,
})

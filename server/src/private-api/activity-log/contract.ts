import { z } from 'zod'
import { ActivityLogEntry } from '../../http/activity-shapes.ts'
import { DateTime } from '../../http/date-time.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'

const path = '/api/projects/:project_id/activity_log/'
const common = { access: 'project', tags: ['activity_log'] } as const
const read = { ...common, scope: 'activity_log:read' } as const

const which = {
  scope: z.string().optional().describe('The kind of thing: `FeatureFlag`, `Insight`, `Person`, …'),
  item_id: z.string().optional().describe('Id of one thing, with its `scope`.'),
  user: z.string().optional().describe('The uuid of who did it.'),
  activity: z.string().optional().describe('`created`, `updated`, `deleted`, …'),
}

export const listActivityLog = operation({
  ...read,
  id: 'activity_log_list',
  method: 'GET',
  path,
  summary: 'List what was done in the project',
  description: 'Newest first. Every change that is made through the API is there.',
  query: z.object({ ...pageQuery, ...which }),
  answer: pageOf(ActivityLogEntry).meta({ id: 'PaginatedActivityLogList' }),
})

export const importantChanges = operation({
  ...read,
  id: 'activity_log_important_changes_retrieve',
  method: 'GET',
  path: `${path}important_changes/`,
  summary: 'What others changed of what you made',
  description: 'The ten newest; `unread` is what happened since your bookmark.',
  answer: z.array(ActivityLogEntry),
})

export const bookmarkActivity = operation({
  ...common,
  scope: 'activity_log:write',
  id: 'activity_log_bookmark_activity_notification_create',
  method: 'POST',
  path: `${path}bookmark_activity_notification/`,
  summary: 'Say until when you have read',
  description: 'What happened up to then is not `unread` any more, in any of your projects.',
  body: z
    .object({
      bookmark: DateTime.describe(
        'Until when you have read: mostly `created_at` of the newest that you saw.',
      ),
    })
    .meta({ id: 'ActivityBookmark' }),
  status: 204,
  answer: null,
  errors: [400],
})

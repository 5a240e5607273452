import { z } from 'zod'
import { Instant } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'

const path = '/api/projects/:project_id/performance_events/'
const PerformanceEvent = z
  .object({
    uuid: z.uuid().describe("The event's own id."),
    session_id: z.string().describe('The session in which it was measured.'),
    window_id: z.string().describe('The window in which it was.'),
    distinct_id: z.string().describe('Who looked at the page.'),
    current_url: z.string().describe('Address of the page.'),
    entry_type: z.string().describe('As browsers call it: `navigation`, `resource`, `paint`, …'),
    name: z.string().describe('Address of what was loaded.'),
    time_origin: Instant.describe('When the page began to load.'),
    timestamp: Instant.describe('When it was measured.'),
  })
  .meta({ id: 'PerformanceEvent', description: 'How long something took that a page loaded.' })

const common = {
  method: 'GET',
  access: 'project',
  scope: 'session_recording:read',
  tags: ['performance_events'],
  answer: z
    .object({ results: z.array(PerformanceEvent).describe('Always empty.') })
    .meta({ id: 'PerformanceEventList' }),
  errors: [400],
} as const
const given = 'ISO date or relative.'
const notKept =
  'PostHog once kept `$performance_event`s of recordings. Capture drops them, as PostHog does by now: what is asked is ' +
  'checked, and the list is empty.'

export const listPerformanceEvents = operation({
  ...common,
  id: 'performance_events_list',
  path,
  summary: 'List performance events of a session',
  description: notKept,
  query: z.object({
    session_id: z.string().min(1).describe('The session.'),
    date_from: z.string().describe(given),
    date_to: z.string().describe(`${given} At most 7 days after \`date_from\`.`),
  }),
})

export const recentPageviews = operation({
  ...common,
  id: 'performance_events_recent_pageviews_retrieve',
  path: `${path}recent_pageviews/`,
  summary: 'List how fast pages were',
  description: notKept,
  query: z.object({
    date_from: z.string().describe(`${given} At most 31 days before \`date_to\`.`),
    date_to: z.string().optional().describe(`${given} Now unless said.`),
  }),
})

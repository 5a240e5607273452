import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { propertiesParameter } from '../../http/property-filters-parameter.ts'
import { RecordingList, recordingPage, SessionRecording } from '../../http/recording-shapes.ts'

const path = '/api/projects/:project_id/session_recordings/'
const common = {
  method: 'GET',
  access: 'project',
  scope: 'session_recording:read',
  tags: ['session_recordings'],
} as const
const notKept = 'This server does not keep recordings yet'

const entities = z.array(z.looseObject({ id: z.union([z.string(), z.int()]).nullable() })).max(100)
const sessionIds = z.array(z.string()).max(1000)
const period = {
  date_from: z.string().optional().describe('ISO date or relative; `-7d` unless said.'),
  date_to: z.string().optional().describe('Like `date_from`; now unless said.'),
}

export const listRecordings = operation({
  ...common,
  id: 'session_recordings_retrieve',
  path,
  summary: 'List session recordings',
  description: `${notKept}: what is asked is checked, and the list is empty.`,
  query: z.object({
    ...recordingPage,
    session_ids: sessionIds.optional().describe('Only of these sessions: `["0190…", …]`.'),
    person_uuid: z.guid().optional().describe('Only of this person.'),
    session_recording_duration: z
      .object({
        type: z.literal('recording'),
        key: z.literal('duration'),
        value: z.number(),
        operator: z.enum(['gt', 'lt']),
      })
      .optional()
      .describe('`{"type": "recording", "key": "duration", "value": 60, "operator": "gt"}`, in seconds.'),
    ...period,
    events: entities.optional().describe('All of these events happened in it: `[{"id": "$pageview"}]`.'),
    actions: entities.optional().describe('All of these actions happened in it: `[{"id": 1}]`.'),
    properties: propertiesParameter,
    filter_test_accounts: z
      .string()
      .optional()
      .describe("`true`: without the project's internal and test users."),
  }),
  answer: RecordingList,
  errors: [400],
})

const params = z.object({ id: z.string().describe("The session's id.") })

export const retrieveRecording = operation({
  ...common,
  id: 'session_recordings_retrieve_2',
  path: `${path}:id/`,
  summary: 'Get a session recording',
  description: `${notKept}: none is found.`,
  params,
  query: z.object({
    save_view: z.string().optional().describe('With any value: notes that you have seen it.'),
    recording_start_time: z.string().optional().describe('When it began, to find it faster.'),
  }),
  answer: SessionRecording,
  errors: [404],
})

const snapshots = z
  .record(z.string(), z.array(z.unknown()))
  .describe('By the window’s id, events of rrweb in their order.')

export const recordingSnapshots = operation({
  ...common,
  id: 'session_recordings_snapshots_retrieve',
  path: `${path}:id/snapshots/`,
  summary: 'Get what a session recording shows',
  description: `${notKept}: none is found.`,
  params,
  query: z.object({
    limit: z.coerce
      .number()
      .int()
      .positive()
      .catch(20)
      .default(20)
      .describe('Number of chunks; 20 unless said.'),
    offset: z.coerce.number().int().nonnegative().catch(0).default(0).describe('From which chunk on.'),
  }),
  answer: z
    .object({
      next: z.string().nullable().describe('Address of the next chunks.'),
      snapshot_data_by_window_id: snapshots,
      result: z
        .object({
          next: z.string().nullable().describe('Address of the next chunks.'),
          snapshot_data_by_window_id: snapshots,
        })
        .describe('The same again, for older clients.'),
    })
    .meta({ id: 'SessionRecordingSnapshots' }),
  errors: [404],
})

/** What a list of recordings shows of a session besides. */
export const sessionProperties = [
  '$os',
  '$browser',
  '$device_type',
  '$current_url',
  '$host',
  '$pathname',
  '$geoip_country_code',
  '$geoip_country_name',
] as const

export const recordingProperties = operation({
  ...common,
  id: 'session_recordings_properties_retrieve',
  path: `${path}properties/`,
  summary: 'Get browser, country and address of sessions',
  description: 'Of each session’s first page view in the period; a session without one is left out.',
  query: z.object({ session_ids: sessionIds.describe('`["0190…", …]`, at most 1000.'), ...period }),
  answer: z
    .object({
      results: z
        .array(
          z.object({
            id: z.string().describe("The session's id."),
            properties: z
              .partialRecord(z.enum(sessionProperties), z.unknown())
              .describe('What the page view said of these, as text.'),
          }),
        )
        .describe('One for each session that had a page view.'),
    })
    .meta({ id: 'SessionRecordingProperties' }),
  errors: [400],
  readsEvents: true,
})

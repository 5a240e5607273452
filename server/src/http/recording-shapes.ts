import { z } from 'zod'
import { Instant } from './account-shapes.ts'
import { personFields } from './person-shapes.ts'

/** How session recordings look, alone and in lists. What is null is not known: of a recording that is not here, most. */

const window = z.object({
  window_id: z.string().nullable().describe("The browser's window or tab."),
  start_time: Instant.describe('When this stretch begins.'),
  end_time: Instant.describe('When it ends.'),
  is_active: z.boolean().describe('Whether the person did anything during it.'),
})

export const SessionRecording = z
  .object({
    id: z.string().describe("The session's id."),
    distinct_id: z.string().nullable().describe('Of who was recorded.'),
    viewed: z.boolean().describe('Whether you have seen it.'),
    recording_duration: z.int().nullable().describe('Seconds.'),
    start_time: Instant.nullable().describe('When the session began.'),
    end_time: Instant.nullable().describe('When it ended.'),
    click_count: z.int().nullable().describe('How often something was clicked.'),
    keypress_count: z.int().nullable().describe('How often a key was pressed.'),
    start_url: z.string().nullable().describe('The address of the first page.'),
    matching_events: z
      .array(z.unknown())
      .nullable()
      .describe('Events that the list was asked for, by entity: `[{"events": [{"uuid", "timestamp", …}]}]`.'),
    person: z
      .object({ id: z.int().describe("The person's number."), ...personFields })
      .nullable()
      .describe('Who was recorded.'),
    segments: z.array(window).nullable().describe('Null in lists, as the next two are.'),
    start_and_end_times_by_window_id: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('By window, when something was first and last seen in it.'),
    snapshot_data_by_window_id: z
      .record(z.string(), z.array(z.unknown()))
      .nullable()
      .describe('By window, what rrweb recorded.'),
    storage: z.enum(['clickhouse', 'object_storage']).nullable().describe('Null where it is not kept.'),
    pinned_count: z.int().describe('On how many playlists it is.'),
  })
  .meta({ id: 'SessionRecording', description: 'What was seen in a browser during a session.' })

export const RecordingList = z
  .object({
    results: z.array(SessionRecording).describe('The recordings of this page.'),
    has_next: z.boolean().describe('Whether there are more: ask with a higher `offset`.'),
  })
  .meta({ id: 'SessionRecordingList' })

/** `limit` and `offset` of a list of recordings. */
export const recordingPage = {
  limit: z.coerce
    .number()
    .int()
    .positive()
    .catch(50)
    .default(50)
    .transform((limit) => Math.min(limit, 1000))
    .describe('Number of recordings on a page, 50 unless said, at most 1000.'),
  offset: z.coerce
    .number()
    .int()
    .nonnegative()
    .catch(0)
    .default(0)
    .describe('How many recordings to leave out at the start.'),
}

/** A session of which the recording is not kept, as a recording. */
export const unrecorded = (id: string, pinnedCount: number): z.input<typeof SessionRecording> => ({
  id,
  distinct_id: null,
  viewed: false,
  recording_duration: null,
  start_time: null,
  end_time: null,
  click_count: null,
  keypress_count: null,
  start_url: null,
  matching_events: null,
  person: null,
  segments: null,
  start_and_end_times_by_window_id: null,
  snapshot_data_by_window_id: null,
  storage: null,
  pinned_count: pinnedCount,
})

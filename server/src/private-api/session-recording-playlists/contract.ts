import { z } from 'zod'
import { Instant, UserBasic } from '../../http/account-shapes.ts'
import { operation } from '../../http/operation.ts'
import { pageOf, pageQuery } from '../../http/paging.ts'
import { RecordingList, recordingPage } from '../../http/recording-shapes.ts'

const filters = z
  .record(z.string(), z.unknown())
  .describe('Which recordings it lists, as `session_recordings/` takes them; kept as they are sent.')
const derivedName = z.string().nullable().describe('A name that a client made of the filters.')
const pinned = z.boolean().describe('Whether it stands before others.')

const Playlist = z
  .object({
    id: z.int().describe('A number; addresses take the short id.'),
    short_id: z.string().describe('Eight letters and digits, by which it is addressed.'),
    name: z.string().nullable().describe('What people call it; null where nobody has named it.'),
    derived_name: derivedName,
    description: z.string().describe('What it is for; may be empty.'),
    pinned,
    created_at: Instant.describe('When it was made.'),
    created_by: UserBasic.nullable().describe('Null where that user is gone.'),
    deleted: z.boolean().describe('Deleted ones are not listed; `PATCH` with `false` brings one back.'),
    filters,
    last_modified_at: Instant.describe('When its name, description or filters were changed.'),
    last_modified_by: UserBasic.nullable().describe('Who last changed it; null where that user is gone.'),
  })
  .meta({ id: 'SessionRecordingPlaylist', description: 'A list of session recordings that is kept.' })

const PlaylistChanges = z
  .object({
    name: z.string().trim().max(400).nullable().describe('What people call it; at most 400 characters.'),
    derived_name: z.string().trim().max(400).nullable().describe('A name that a client made of the filters.'),
    description: z.string().describe('What it is for.'),
    pinned,
    filters,
    deleted: z.boolean().describe('True deletes it, false brings it back.'),
  })
  .partial()
  .meta({ id: 'SessionRecordingPlaylistChanges' })
export type GivenPlaylist = z.output<typeof PlaylistChanges>

const path = '/api/projects/:project_id/session_recording_playlists/'
const common = { access: 'project', tags: ['session_recording_playlists'] } as const
const read = { ...common, scope: 'session_recording_playlist:read' } as const
const write = { ...common, scope: 'session_recording_playlist:write' } as const
const params = z.object({ short_id: z.string().describe('Short id of the playlist.') })
const one = { path: `${path}:short_id/`, params } as const

export const listPlaylists = operation({
  ...read,
  id: 'session_recording_playlists_list',
  method: 'GET',
  path,
  summary: 'List playlists of recordings',
  description: 'The one that was changed last comes first; deleted ones are left out.',
  query: z.object({
    ...pageQuery,
    short_id: z.string().optional().describe('The one with this short id.'),
    created_by: z.int().optional().describe('Id of a user.'),
    user: z.string().optional().describe('With any value: those that you made.'),
    pinned: z.string().optional().describe('With any value: those that are.'),
    search: z.string().optional().describe('A part of the name.'),
    date_from: z.string().optional().describe('Last modified since then: ISO date or relative (`-7d`).'),
    date_to: z.string().optional().describe('Last modified before the end of it.'),
    session_recording_id: z.string().optional().describe('Those that this session’s recording is on.'),
    order: z.string().optional().describe('A field to order by, with a leading `-` downwards.'),
  }),
  answer: pageOf(Playlist).meta({ id: 'PaginatedSessionRecordingPlaylistList' }),
  errors: [400],
})

export const createPlaylist = operation({
  ...write,
  id: 'session_recording_playlists_create',
  method: 'POST',
  path,
  summary: 'Create a playlist of recordings',
  description: 'Of `filters`, or empty: recordings are put on it one by one.',
  body: PlaylistChanges,
  status: 201,
  answer: Playlist,
  errors: [400],
})

export const retrievePlaylist = operation({
  ...read,
  ...one,
  id: 'session_recording_playlists_retrieve',
  method: 'GET',
  summary: 'Get a playlist of recordings',
  description: 'Without its recordings: `recordings/` lists these.',
  answer: Playlist,
  errors: [404],
})

export const updatePlaylist = operation({
  ...write,
  ...one,
  id: 'session_recording_playlists_partial_update',
  method: 'PATCH',
  summary: 'Change a playlist of recordings',
  description: 'What is not sent stays. `{"deleted": true}` deletes it, `false` brings it back.',
  body: PlaylistChanges,
  answer: Playlist,
  errors: [400, 404],
})

export const replacePlaylist = operation({
  ...updatePlaylist,
  id: 'session_recording_playlists_update',
  method: 'PUT',
  summary: 'Change a playlist of recordings, as PATCH does',
})

export const deletePlaylist = operation({
  ...write,
  ...one,
  id: 'session_recording_playlists_destroy',
  method: 'DELETE',
  summary: 'Not allowed',
  description: 'PATCH `{"deleted": true}` instead.',
  status: 405,
  answer: null,
})

export const playlistRecordings = operation({
  ...read,
  id: 'session_recording_playlists_recordings_retrieve',
  method: 'GET',
  path: `${one.path}recordings/`,
  params,
  summary: 'List the recordings on a playlist',
  description:
    'Those that were put on it, the last one first. This server does not keep recordings yet, so nothing but the id and ' +
    '`pinned_count` is known of them.',
  query: z.object(recordingPage),
  answer: RecordingList,
  errors: [404],
})

const pin = {
  path: `${one.path}recordings/:session_recording_id/`,
  params: params.extend({ session_recording_id: z.string().max(200).describe("The session's id.") }),
  answer: z.object({ success: z.literal(true).describe('Always true.') }),
}

export const pinRecording = operation({
  ...write,
  ...pin,
  id: 'session_recording_playlists_recordings_create',
  method: 'POST',
  summary: 'Put a recording on a playlist',
  description: 'Again, nothing happens. The recording need not be there yet. At most 1000 are on a playlist.',
  errors: [400, 404],
})

export const unpinRecording = operation({
  ...write,
  ...pin,
  id: 'session_recording_playlists_recordings_destroy',
  method: 'DELETE',
  summary: 'Take a recording off a playlist',
  description: 'The recording itself stays.',
  errors: [404],
})

import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { userBasic } from '../../http/account-shapes.ts'
import { route } from '../../http/operation.ts'
import { counted, orderOf } from '../../http/paging.ts'
import { unrecorded } from '../../http/recording-shapes.ts'
import { listBound } from '../../insights/date-range.ts'
import {
  createPlaylist,
  deletePlaylist,
  type GivenPlaylist,
  listPlaylists,
  pinRecording,
  playlistRecordings,
  replacePlaylist,
  retrievePlaylist,
  unpinRecording,
  updatePlaylist,
} from './contract.ts'
import { type PlaylistFilters, type PlaylistRow, type PlaylistStore, playlistOrders } from './store.ts'

export const playlistRoutes =
  ({ playlists, now }: { playlists: PlaylistStore; now: () => Date }) =>
  async (app: FastifyInstance) => {
    route(app, listPlaylists, async ({ project, user, query, url }) => {
      const filters = filtersOf(query, user.id, { now: now(), timezone: project.timezone })
      const { count, results } = await playlists.list(project.id, filters, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createPlaylist, async ({ project, user, body }) =>
      present(await playlists.create(project, user.id, changesOf(body))),
    )

    route(app, retrievePlaylist, async ({ project, params }) =>
      present(await playlists.get(project.id, params.short_id)),
    )

    for (const update of [updatePlaylist, replacePlaylist]) {
      route(app, update, async ({ project, user, params, body }) =>
        present(await playlists.update(project, params.short_id, user.id, changesOf(body), now())),
      )
    }

    route(app, deletePlaylist, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())

    route(app, playlistRecordings, async ({ project, params, query }) => {
      const found = await playlists.pins(project.id, params.short_id, query)
      const results = found
        .slice(0, query.limit)
        .map(({ sessionId, pinnedCount }) => unrecorded(sessionId, pinnedCount))
      return { results, has_next: found.length > query.limit }
    })

    route(app, pinRecording, async ({ project, user, params }) => {
      await playlists.pin(project, params.short_id, user.id, params.session_recording_id)
      return { success: true as const }
    })

    route(app, unpinRecording, async ({ project, user, params }) => {
      await playlists.unpin(project, params.short_id, user.id, params.session_recording_id)
      return { success: true as const }
    })
  }

function changesOf({ derived_name: derivedName, ...others }: GivenPlaylist) {
  return { ...others, derivedName }
}

function filtersOf(
  query: z.output<typeof listPlaylists.query>,
  userId: number,
  clock: { now: Date; timezone: string },
): PlaylistFilters {
  const from = query.date_from && query.date_from !== 'all' ? query.date_from : undefined
  return {
    shortId: query.short_id,
    createdBy: query.user !== undefined ? userId : query.created_by,
    pinned: query.pinned !== undefined,
    search: query.search,
    from: from === undefined ? undefined : listBound(from, clock, 'date_from'),
    to: query.date_to ? listBound(query.date_to, clock, 'date_to') : undefined,
    sessionId: query.session_recording_id,
    order: orderOf(query.order, playlistOrders),
  }
}

const present = ({ playlist, creator, modifier }: PlaylistRow) => ({
  id: playlist.id,
  short_id: playlist.shortId,
  name: playlist.name,
  derived_name: playlist.derivedName,
  description: playlist.description,
  pinned: playlist.pinned,
  created_at: playlist.createdAt,
  created_by: creator && userBasic(creator),
  deleted: playlist.deleted,
  filters: playlist.filters,
  last_modified_at: playlist.lastModifiedAt,
  last_modified_by: modifier && userBasic(modifier),
})

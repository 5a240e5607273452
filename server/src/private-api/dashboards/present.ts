import type { z } from 'zod'
import { userBasic } from '../../http/account-shapes.ts'
import { type AnswerSaved, noAnswer, presentInsight, type ShownAnswer } from '../../http/insight-shapes.ts'
import type { Asker } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import type { RefreshMode } from '../../insights/answer-life.ts'
import { inDashboard } from '../../insights/saved-question.ts'
import { mapAtMost } from '../../kit/at-most.ts'
import { HedgerowError } from '../../model/errors.ts'
import { type DashboardRow, rightsOf, type TileRow } from '../../saved/dashboards.ts'
import { mayChange, mayEdit, maySee, type Viewer } from '../../saved/edit-rights.ts'
import type { listDashboards, retrieveDashboard } from './contract.ts'

type Shown = z.input<typeof retrieveDashboard.answer>
type ShownTile = Shown['tiles'][number]
type Level = Shown['restriction_level']

export const listedDashboard = (
  row: DashboardRow,
  viewer: Viewer,
): z.input<typeof listDashboards.answer>['results'][number] => ({ ...fieldsOf(row, viewer), tiles: null })

/** What a dashboard shows besides its tiles. */
export function fieldsOf(row: DashboardRow, viewer: Viewer): Omit<Shown, 'tiles'> {
  const { dashboard, creator } = row
  const restriction = dashboard.restrictionLevel as Level
  return {
    id: dashboard.id,
    name: dashboard.name,
    description: dashboard.description,
    pinned: dashboard.pinned,
    created_at: dashboard.createdAt,
    created_by: creator && userBasic(creator),
    last_accessed_at: dashboard.lastAccessedAt,
    is_shared: row.isShared,
    deleted: dashboard.deleted,
    creation_mode: dashboard.creationMode as Shown['creation_mode'],
    filters: dashboard.filters,
    tags: row.tags,
    restriction_level: restriction,
    effective_restriction_level: restriction,
    effective_privilege_level: mayEdit(rightsOf(row), viewer) ? mayChange : maySee,
  }
}

type Asked = {
  project: AddressedProject
  viewer: Viewer
  answerSaved: AnswerSaved
  refresh?: RefreshMode
  asker: Asker
  origin: string
}

/** How many tiles are asked at once: the engine runs four questions, and others have some too. */
const atOnce = 3

/**
 * The tiles with the answers of their insights, asked with the dashboard's filters; one that can't be answered says why
 * and leaves the others alone.
 */
export const shownTiles = (
  filters: DashboardRow['dashboard']['filters'],
  tiles: TileRow[],
  asked: Asked,
): Promise<ShownTile[]> =>
  mapAtMost(atOnce, tiles, async ({ tile, insight: row, text }) => {
    const { project, viewer, answerSaved, refresh, asker, origin } = asked
    const { id, layouts, color } = tile
    const look = { id, layouts, color }
    if (!row) return { ...look, insight: null, text: textOf(text), ...noRefresh, error: null }
    const question = inDashboard(row.insight, filters)
    const { answer, error } = await answerSaved(project, question, { refresh, asker, origin }).then(
      (answer) => ({ answer, error: null }),
      refused,
    )
    const { last_refresh, is_cached } = answer
    const insight = presentInsight(row, project, viewer, { question, answer, tile: { color, layouts } })
    return { ...look, insight, text: null, last_refresh, is_cached, error }
  })

const noRefresh = { last_refresh: null, is_cached: false }

function refused(error: unknown): { answer: ShownAnswer; error: ShownTile['error'] } {
  if (!(error instanceof HedgerowError)) throw error
  return { answer: noAnswer, error: { type: error.kind, code: error.code, detail: error.message } }
}

const textOf = (row: TileRow['text']): ShownTile['text'] =>
  row && {
    id: row.text.id,
    body: row.text.body,
    created_by: row.creator && userBasic(row.creator),
    last_modified_at: row.text.lastModifiedAt,
    last_modified_by: row.modifier && userBasic(row.modifier),
    team: row.text.projectId,
  }

import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { RefreshMode } from '../insights/answer-life.ts'
import { type QueryStatus, queryStatus } from '../insights/answers.ts'
import { type SavedQuestion, typedQuery } from '../insights/saved-question.ts'
import { HedgerowError } from '../model/errors.ts'
import { privilegeOf, restrictionOf, type Viewer } from '../saved/edit-rights.ts'
import type { InsightRow, InsightTile } from '../saved/insight-rows.ts'
import { Instant, UserBasic, userBasic } from './account-shapes.ts'
import type { Asker } from './operation.ts'
import type { AddressedProject } from './project.ts'

/** How saved insights look, in their own lists and on dashboards. */

export const EditLevel = z.literal([21, 37])
type EditLevel = z.infer<typeof EditLevel>

const largestId = 2_147_483_647

/** An insight in an address: a number where it is one, else text. */
export const whichInsight = z
  .string()
  .regex(/^[\w-]{1,20}$/)
  .transform((text) => (/^\d+$/.test(text) && Number(text) <= largestId ? Number(text) : text))
  .describe('The id of an insight, or its short id.')

const question = {
  filters: z
    .record(z.string(), z.unknown())
    .describe('What it asks, the older way; on a dashboard, with its dates and properties.'),
  query: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What it asks, as a typed query; where there is one, `filters` are not asked.'),
}

const places = {
  dashboards: z.array(z.int()).describe('Ids of the dashboards that it is on.'),
  dashboard_tiles: z
    .array(
      z.object({
        id: z.int().describe("The tile's own id."),
        dashboard_id: z.int().describe('The dashboard that it is on.'),
        deleted: z.boolean().nullable().describe('Whether it was taken off the dashboard; null is no.'),
      }),
    )
    .describe('Its tiles on them.'),
}

const common = {
  id: z.int().describe('A number that only grows; addresses take it as well as the short id.'),
  short_id: z.string().describe('Eight letters and digits, by which addresses name it.'),
  name: z
    .string()
    .nullable()
    .describe('What people call it; null or empty where nobody has named it, and `derived_name` is shown.'),
  derived_name: z.string().nullable().describe('A name that a client made of what is asked.'),
  description: z.string().nullable().describe('What it is for; null or empty where nobody said.'),
  ...question,
  ...places,
  last_refresh: Instant.nullable().describe('When the numbers of `result` were read.'),
  saved: z
    .boolean()
    .describe('Whether people find it among the saved insights; what is only looked at is not saved.'),
  favorited: z.boolean().describe('Whether it is marked, for all of the project alike.'),
  tags: z.array(z.string()).describe('In lower case, each once.'),
  created_at: Instant.describe('When it was made.'),
  created_by: UserBasic.nullable().describe('Null where that user is gone, or a template made it.'),
  updated_at: Instant.describe('When anything of it last changed.'),
  last_modified_at: Instant.describe('When its name, description or question was last changed.'),
  effective_restriction_level: EditLevel.describe(
    'Who may edit it: 21 everyone in the project, 37 only collaborators of its dashboards.',
  ),
  effective_privilege_level: EditLevel.describe('What you may do: 21 see it, 37 edit it.'),
}

export const InsightBasic = z
  .object({
    ...common,
    refreshing: z
      .literal(false)
      .describe('Always false: `query_status` of the insight itself tells of calculations.'),
  })
  .meta({ id: 'InsightBasic', description: 'A saved insight without its answer.' })

export const Insight = z
  .object({
    ...common,
    typed_query: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'What it asks as `query/` takes it, however it was saved: `query` without the nodes around it, or `filters` in ' +
          "today's shape; on a dashboard, with its dates and properties. As the `source` of an `ActorsQuery` it gives the " +
          'people behind a number. Null where it can’t be asked.',
      ),
    order: z.int().nullable().describe('Its place in a list that a client keeps; nothing here goes by it.'),
    deleted: z.boolean().describe('Deleted ones are not listed; `PATCH` with `false` brings one back.'),
    result: z
      .unknown()
      .describe(
        'The answer in the shape of its kind: for legacy filters as `insights/trend/` and its siblings have it, for a ' +
          '`query` as `query/` has `results`. Null when none is kept and none was asked for.',
      ),
    columns: z.array(z.string()).nullable().describe('Names of the columns, for lists and SQL.'),
    types: z.array(z.unknown()).nullable().describe('Types of the columns.'),
    hasMore: z
      .boolean()
      .nullable()
      .describe('Whether there are more rows than were answered; null for kinds without pages.'),
    is_cached: z.boolean().describe('Whether `result` was calculated for an earlier request.'),
    cache_target_age: Instant.nullable().describe('Until when `result` is fresh.'),
    next_allowed_client_refresh: Instant.nullable().describe(
      'When a client should at the earliest refresh it.',
    ),
    query_status: queryStatus.nullable().describe('Of an answer that is calculated later.'),
    timezone: z.string().describe("The project's; days and weeks are counted in it."),
    filters_hash: z.string().describe('The same for the same question.'),
    last_modified_by: UserBasic.nullable().describe('Who last changed its name, description or question.'),
    is_sample: z.boolean().describe('Whether it is from a template and nobody has changed it.'),
    color: z.string().nullable().optional().describe('Of its tile, with `from_dashboard`.'),
    layouts: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Where its tile is, with `from_dashboard`.'),
  })
  .meta({ id: 'Insight', description: 'A saved question and, where it is at hand, its answer.' })

/** An answer as an insight shows it. */
export type ShownAnswer = {
  result: unknown
  columns: string[] | null
  types: unknown[] | null
  hasMore: boolean | null
  last_refresh: string | null
  is_cached: boolean
  cache_target_age: string | null
  next_allowed_client_refresh: string | null
  query_status: QueryStatus | null
}

export const noAnswer: ShownAnswer = {
  result: null,
  columns: null,
  types: null,
  hasMore: null,
  last_refresh: null,
  is_cached: false,
  cache_target_age: null,
  next_allowed_client_refresh: null,
  query_status: null,
}

/**
 * Answers a saved question; without `refresh` by what is kept, and nothing where nothing is.
 * @throws HedgerowError with `refresh`, when it can't be answered.
 */
export type AnswerSaved = (
  project: AddressedProject,
  question: SavedQuestion,
  asked: {
    refresh?: RefreshMode
    clientQueryId?: string
    asker: Asker
    /** Of links in the answer. */
    origin: string
  },
) => Promise<ShownAnswer>

/** @param asked the question as it is asked here, where that is not as it is saved */
export const insightBasic = (
  { insight, creator, tags, tiles }: InsightRow,
  viewer: Viewer,
  asked: SavedQuestion = insight,
): z.input<typeof InsightBasic> => ({
  id: insight.id,
  short_id: insight.shortId,
  name: insight.name,
  derived_name: insight.derivedName,
  description: insight.description,
  filters:
    asked.query || 'insight' in asked.filters ? asked.filters : { ...asked.filters, insight: 'TRENDS' },
  query: asked.query,
  dashboards: tiles.map(({ dashboardId }) => dashboardId),
  dashboard_tiles: tiles.map(({ id, dashboardId, deleted }) => ({ id, dashboard_id: dashboardId, deleted })),
  last_refresh: null,
  refreshing: false,
  saved: insight.saved,
  favorited: insight.favorited,
  tags,
  created_at: insight.createdAt,
  created_by: creator && userBasic(creator),
  updated_at: insight.updatedAt,
  last_modified_at: insight.lastModifiedAt,
  ...levelsOf(tiles, viewer),
})

/** Who may edit an insight, and what the viewer may: as the dashboards say that it is on. */
function levelsOf(tiles: InsightTile[], viewer: Viewer) {
  const rights = tiles.map(({ dashboard }) => dashboard)
  return {
    effective_restriction_level: restrictionOf(rights) as EditLevel,
    effective_privilege_level: privilegeOf(rights, viewer) as EditLevel,
  }
}

/** @param shown the question as it is asked here, its answer, and the tile where it is shown as one of a dashboard */
export function presentInsight(
  row: InsightRow,
  project: { id: number; timezone: string },
  viewer: Viewer,
  shown: { question: SavedQuestion; answer: ShownAnswer; tile?: Pick<InsightTile, 'color' | 'layouts'> },
): z.input<typeof Insight> {
  const { insight, modifier } = row
  const { refreshing: _, ...basic } = insightBasic(row, viewer, shown.question)
  return {
    ...basic,
    typed_query: askedOf(shown.question),
    order: insight.order,
    deleted: insight.deleted,
    ...shown.answer,
    timezone: project.timezone,
    filters_hash: hashOf(project.id, basic),
    last_modified_by: modifier && userBasic(modifier),
    is_sample: insight.isSample,
    ...(shown.tile && { color: shown.tile.color, layouts: shown.tile.layouts }),
  }
}

/** A saved question as it is asked; what is wrong with it is told to who asks it. */
function askedOf(question: SavedQuestion): Record<string, unknown> | null {
  try {
    return typedQuery(question)
  } catch (error) {
    if (error instanceof HedgerowError) return null
    throw error
  }
}

const hashOf = (projectId: number, { filters, query }: SavedQuestion) =>
  `cache_${createHash('sha256')
    .update(JSON.stringify([projectId, query ?? filters]))
    .digest('hex')
    .slice(0, 32)}`

import { z } from 'zod'
import { kindOf, parseSavedQuery } from '../../insights/saved-question.ts'
import { invalid } from '../../model/errors.ts'
import { mostTiles } from '../../saved/insights-on-dashboards.ts'
import type { DashboardTemplate, InsightTemplate, TextTemplate } from '../../saved/templates.ts'

const json = z.record(z.string(), z.unknown())
const look = { color: z.string().max(400).nullish(), layouts: json.nullish() }

/** PostHog's format for templates; variables are those of its own web app, which puts them in. */
const TemplateJson = z.object({
  template_name: z.string().trim().min(1).max(400),
  dashboard_description: z.string().nullish(),
  dashboard_filters: json.nullish(),
  tags: z.array(z.string().max(255)).max(200).nullish(),
  tiles: z
    .array(
      z.discriminatedUnion('type', [
        z.object({
          type: z.literal('INSIGHT'),
          name: z.string().max(400).nullish(),
          description: z.string().max(400).nullish(),
          filters: json.nullish(),
          query: json.nullish(),
          ...look,
        }),
        z.object({ type: z.literal('TEXT'), body: z.string().max(4000), ...look }),
      ]),
    )
    .min(1)
    .max(mostTiles),
})
type Tile = z.infer<typeof TemplateJson>['tiles'][number]

/** @throws HedgerowError `invalid` for what is no template. */
export function templateFrom(given: unknown): DashboardTemplate {
  const parsed = TemplateJson.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw invalid(`Not a template: ${issue?.path.join('.')}: ${issue?.message}`, { cause: parsed.error })
  }
  const { template_name: name, dashboard_description, dashboard_filters, tags, tiles } = parsed.data
  return {
    name,
    description: dashboard_description ?? '',
    filters: dashboard_filters ?? {},
    tags: tags ?? [],
    tiles: tiles.map(tileFrom),
  }
}

function tileFrom(tile: Tile): InsightTemplate | TextTemplate {
  const { color = null, layouts } = tile
  const shown = { color: color ?? null, layouts: layouts ?? {} }
  if (tile.type === 'TEXT') return { body: tile.body, ...shown }
  const query = tile.query ?? null
  if (query) parseSavedQuery(query)
  // beside a query, clients send filters that say nothing
  const filters = query ? {} : (tile.filters ?? {})
  return {
    name: tile.name ?? null,
    description: tile.description ?? null,
    filters,
    query,
    kind: kindOf({ filters, query }),
    ...shown,
  }
}

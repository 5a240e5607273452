import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { ListedGroup } from '../../http/group-shapes.ts'
import { route } from '../../http/operation.ts'
import { displayName, type ListedPerson } from '../../http/person-shapes.ts'
import type { AddressedProject } from '../../http/project.ts'
import type { ActorReader } from '../../http/show-actors.ts'
import type { ActorsSource } from '../../insights/queries.ts'
import type { Insights } from '../../insights/run.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import { upgradePaths } from '../../insights/upgrade-paths.ts'
import type { StoredPerson } from '../../persons/read-persons.ts'
import { actorsOfLifecycle, actorsOfStickiness, actorsOfTrend } from './actor-links.ts'
import { actorsPage } from './actors-page.ts'
import { lifecycleActors, stickinessActors, trendActors } from './contract.ts'
import { getPathActors, PathActorsPage, postPathActors } from './paths-contract.ts'
import { retentionActors } from './retention-contract.ts'
import { actorsOfRetention } from './retention-legacy.ts'

type Listed = z.input<typeof ListedPerson> | z.input<typeof ListedGroup>

/** The people behind a number, for the older API. */
export const insightActorRoutes =
  ({ insights, ...actors }: { insights: Insights } & ActorReader) =>
  async (app: FastifyInstance) => {
    const ask = actorsPage({ insights, ...actors })

    route(app, trendActors, async ({ project, query, url }) => {
      const asked = await ask<Listed>(project, actorsOfTrend(query), query, url)
      const people = asked.rows.map(([actor, value]) => ({ ...actor, value_at_data_point: value }))
      return {
        results: [{ people, count: people.length }],
        next: asked.next,
        initial: url.href,
        missing_persons: asked.missing,
        is_cached: asked.answer.is_cached,
        last_refresh: asked.answer.last_refresh,
      }
    })

    route(app, stickinessActors, async ({ project, query, url }) => {
      const asked = await ask<Listed>(project, actorsOfStickiness(query), query, url)
      const people = asked.rows.map(([actor]) => actor)
      return { results: [{ people, count: people.length }], next: asked.next }
    })

    route(app, lifecycleActors, async ({ project, query, url }) => {
      const detail = (person: StoredPerson) => ({
        id: person.id,
        uuid: person.uuid,
        name: displayName(person, project.settings.person_display_name_properties),
        distinct_ids: person.distinctIds,
        properties: person.properties,
        created_at: person.createdAt,
      })
      const asked = await ask(project, actorsOfLifecycle(query), query, url, { showPerson: detail })
      const people = asked.rows.map(([actor]) => actor)
      return { results: [{ people, count: people.length }], next: asked.next }
    })

    route(app, retentionActors, async ({ project, query, url }) => {
      const { source, properties, cells } = actorsOfRetention(query)
      const asked = await ask<Listed>(project, source, query, url, {
        select: ['actor', 'event_count', 'appearances'],
        orderBy: ['length(appearances) DESC'],
        properties,
      })
      return {
        result: asked.rows.map(([actor, , appearances]) => {
          if (cells === undefined) return actor
          const present = new Set(appearances as number[])
          return {
            person: actor,
            appearances: Array.from({ length: cells }, (_, cell) => Number(present.has(cell))),
          }
        }),
        next: asked.next,
        missing_persons: asked.missing,
      }
    })

    async function ofPath(project: AddressedProject, filters: LegacyFilters, url: URL) {
      const source: ActorsSource = { kind: 'InsightActorsQuery', source: upgradePaths(filters) }
      const asked = await ask<Listed>(project, source, PathActorsPage.parse(filters), url)
      const people = asked.rows.map(([actor]) => actor)
      return {
        results: [{ people, count: people.length }],
        next: asked.next,
        initial: url.href,
        missing_persons: asked.missing,
        is_cached: asked.answer.is_cached,
        last_refresh: asked.answer.last_refresh,
      }
    }

    route(app, getPathActors, ({ project, query, url }) => ofPath(project, query, url))
    route(app, postPathActors, ({ project, body, url }) =>
      ofPath(project, { ...Object.fromEntries(url.searchParams), ...body }, url),
    )
  }

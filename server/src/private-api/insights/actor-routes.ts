import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { ListedGroup } from '../../http/group-shapes.ts'
import { type Asker, type Context, route } from '../../http/operation.ts'
import { displayName, type ListedPerson } from '../../http/person-shapes.ts'
import type { AddressedProject } from '../../http/project.ts'
import type { ActorReader } from '../../http/show-actors.ts'
import type { Answers } from '../../insights/answer-life.ts'
import type { ActorsSource } from '../../insights/queries.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import { upgradePaths } from '../../insights/upgrade-paths.ts'
import type { StoredPerson } from '../../persons/read-persons.ts'
import { actorsOfLifecycle, actorsOfStickiness, actorsOfTrend } from './actor-links.ts'
import { actorsPage } from './actors-page.ts'
import { asking } from './asking.ts'
import { actionActors, lifecycleActors, stickinessActors, trendActors } from './contract.ts'
import { getPathActors, PathActorsPage, postPathActors } from './paths-contract.ts'
import { retentionActors } from './retention-contract.ts'
import { actorsOfRetention } from './retention-legacy.ts'

type OfTrend = Pick<Context<typeof trendActors>, 'project' | 'query' | 'asker' | 'url'>
type Listed = z.input<typeof ListedPerson> | z.input<typeof ListedGroup>

/** The people behind a number, for the older API. */
export const insightActorRoutes =
  ({ answers, ...actors }: { answers: Answers } & ActorReader) =>
  async (app: FastifyInstance) => {
    const ask = actorsPage({ answers, ...actors })

    async function ofTrend({ project, query, asker, url }: OfTrend) {
      const how = asking(query, asker, 'page')
      const asked = await ask<Listed>(project, actorsOfTrend(query), query, url, how)
      const people = asked.rows.map(([actor, value]) => ({ ...actor, value_at_data_point: value }))
      return { asked, results: [{ people, count: people.length }] }
    }

    route(app, actionActors, async (context) => {
      const { asked, results } = await ofTrend(context)
      return { results, next: asked.next, previous: asked.previous, missing_persons: asked.missing }
    })

    route(app, trendActors, async (context) => {
      const { asked, results } = await ofTrend(context)
      const { url } = context
      return {
        results,
        next: asked.next,
        initial: url.href,
        missing_persons: asked.missing,
        is_cached: asked.answer.is_cached,
        last_refresh: asked.answer.last_refresh,
      }
    })

    route(app, stickinessActors, async ({ project, query, asker, url }) => {
      const how = asking(query, asker, 'page')
      const asked = await ask<Listed>(project, actorsOfStickiness(query), query, url, how)
      const people = asked.rows.map(([actor]) => actor)
      return { results: [{ people, count: people.length }], next: asked.next }
    })

    route(app, lifecycleActors, async ({ project, query, asker, url }) => {
      const detail = (person: StoredPerson) => ({
        id: person.id,
        uuid: person.uuid,
        name: displayName(person, project.settings.person_display_name_properties),
        distinct_ids: person.distinctIds,
        properties: person.properties,
        created_at: person.createdAt,
      })
      const how = asking(query, asker, 'detailed page')
      const asked = await ask(project, actorsOfLifecycle(query), query, url, how, { showPerson: detail })
      const people = asked.rows.map(([actor]) => actor)
      return { results: [{ people, count: people.length }], next: asked.next }
    })

    route(app, retentionActors, async ({ project, query, asker, url }) => {
      const { source, properties, cells } = actorsOfRetention(query)
      const asked = await ask<Listed>(project, source, query, url, asking(query, asker, 'page'), {
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

    async function ofPath(project: AddressedProject, filters: LegacyFilters, asker: Asker, url: URL) {
      const source: ActorsSource = { kind: 'InsightActorsQuery', source: upgradePaths(filters) }
      const how = asking(filters, asker, 'page')
      const asked = await ask<Listed>(project, source, PathActorsPage.parse(filters), url, how)
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

    route(app, getPathActors, ({ project, query, asker, url }) => ofPath(project, query, asker, url))
    route(app, postPathActors, ({ project, body, asker, url }) =>
      ofPath(project, { ...Object.fromEntries(url.searchParams), ...body }, asker, url),
    )
  }

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ListedGroup } from '../../http/group-shapes.ts'
import { type Asker, route } from '../../http/operation.ts'
import { pageQuery } from '../../http/paging.ts'
import type { ListedPerson } from '../../http/person-shapes.ts'
import type { AddressedProject } from '../../http/project.ts'
import type { ActorReader } from '../../http/show-actors.ts'
import { parse } from '../../http/validation.ts'
import { type Answers, envelopeOf } from '../../insights/answer-life.ts'
import type { FunnelCorrelations, funnelResult } from '../../insights/answers.ts'
import type { ActorsSource } from '../../insights/queries.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import {
  upgradeCorrelation,
  upgradeCorrelationActors,
  upgradeFunnelActors,
} from '../../insights/upgrade-funnel-filters.ts'
import { append } from './actor-links.ts'
import { actorsPage } from './actors-page.ts'
import { asking } from './asking.ts'
import {
  getCorrelation,
  getCorrelationActors,
  getFunnel,
  getFunnelActors,
  postCorrelation,
  postCorrelationActors,
  postFunnel,
  postFunnelActors,
} from './funnel-contract.ts'
import { correlationLinks } from './funnel-links.ts'
import { funnelQuestion } from './legacy-questions.ts'

const Page = z.object({ ...pageQuery, search: z.string().optional().catch(undefined) })

/** What the body does not say is taken from the address. */
const merged = (url: URL, body: LegacyFilters): LegacyFilters => ({
  ...Object.fromEntries(url.searchParams),
  ...body,
})

/** The address that asks by GET what was asked with a body: links to further pages are made from it. */
function asAddress(url: URL, filters: LegacyFilters): URL {
  const address = new URL(url)
  for (const [name, value] of Object.entries(filters)) {
    address.searchParams.delete(name)
    append(address.searchParams, name, value)
  }
  return address
}

/** Funnels, what goes with getting through them, and the people behind both, asked by legacy filters. */
export const funnelRoutes =
  ({ answers, ...actors }: { answers: Answers } & ActorReader) =>
  async (app: FastifyInstance) => {
    const page = actorsPage({ answers, ...actors })

    async function funnel({ id }: AddressedProject, filters: LegacyFilters, asker: Asker, url: URL) {
      const { query, asked, resultOf } = funnelQuestion(filters, { projectId: id, asker, origin: url.origin })
      const answer = await answers.ask(id, query, asked)
      return { result: resultOf(answer) as z.infer<typeof funnelResult>, ...envelopeOf(answer) }
    }

    async function correlation({ id }: AddressedProject, filters: LegacyFilters, asker: Asker, url: URL) {
      const answer = await answers.ask(id, upgradeCorrelation(filters), {
        ...asking(filters, asker, url.origin),
        correlationLinksTo: correlationLinks(id, url.origin, filters),
      })
      return { result: answer.results as FunnelCorrelations, ...envelopeOf(answer) }
    }

    async function people(
      project: AddressedProject,
      source: ActorsSource,
      filters: LegacyFilters,
      asker: Asker,
      url: URL,
    ) {
      const asked = await page<z.input<typeof ListedPerson> | z.input<typeof ListedGroup>>(
        project,
        source,
        parse(Page, filters),
        asAddress(url, filters),
        asking(filters, asker, 'page'),
      )
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

    /** Correlations page by names of their own. */
    const correlated = ({
      funnel_correlation_person_limit: limit,
      funnel_correlation_person_offset: offset,
      ...filters
    }: LegacyFilters): LegacyFilters => ({ limit, offset, ...filters })

    route(app, getFunnel, ({ project, query, asker, url }) => funnel(project, query, asker, url))
    route(app, postFunnel, ({ project, body, asker, url }) => funnel(project, merged(url, body), asker, url))
    route(app, getCorrelation, ({ project, query, asker, url }) => correlation(project, query, asker, url))
    route(app, postCorrelation, ({ project, body, asker, url }) =>
      correlation(project, merged(url, body), asker, url),
    )
    route(app, getFunnelActors, ({ project, query, asker, url }) =>
      people(project, upgradeFunnelActors(query), query, asker, url),
    )
    route(app, postFunnelActors, ({ project, body, asker, url }) => {
      const filters = merged(url, body)
      return people(project, upgradeFunnelActors(filters), filters, asker, url)
    })
    route(app, getCorrelationActors, ({ project, query, asker, url }) => {
      const filters = correlated(query)
      return people(project, upgradeCorrelationActors(filters), filters, asker, url)
    })
    route(app, postCorrelationActors, ({ project, body, asker, url }) => {
      const filters = correlated(merged(url, body))
      return people(project, upgradeCorrelationActors(filters), filters, asker, url)
    })
  }

import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import type { Insights } from '../../insights/run.ts'
import { upgradeTrends } from '../../insights/upgrade-filters.ts'
import { notFound } from '../../model/errors.ts'
import { isPersonId, type PersonReader } from '../../persons/read-persons.ts'
import { personTimeline } from './contract.ts'

type Deps = { insights: Pick<Insights, 'timeline'>; persons: Pick<PersonReader, 'find'> }

/** How a person changed, as far as a trend is about it. */
export const timelineRoutes =
  ({ insights, persons }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, personTimeline, async ({ project, params, query }) => {
      const person = isPersonId(params.id) ? await persons.find(project.id, params.id) : undefined
      if (!person) throw notFound()
      return insights.timeline(project.id, person.uuid, upgradeTrends(query))
    })
  }

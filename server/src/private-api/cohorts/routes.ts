import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import { call, compare, constant, field, from, select } from '../../hogql/ast.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { UploadedFile } from '../../http/multipart.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { personPage } from '../../http/person-list.ts'
import type { AddressedProject } from '../../http/project.ts'
import { parseProperties } from '../../http/property-filters-parameter.ts'
import { shownFilters } from '../../insights/cohort-definition.ts'
import { createPeopleFinder } from '../../insights/find-people.ts'
import type { ActorsQuery } from '../../insights/queries.ts'
import type { Questions } from '../../insights/questions.ts'
import type { LegacyFilters } from '../../insights/upgrade-filters.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import { firstColumn } from '../../kit/csv.ts'
import { invalid, notFound } from '../../model/errors.ts'
import type { PersonReader } from '../../persons/read-persons.ts'
import type { Calculation } from './calculate.ts'
import {
  addPersons,
  cohortPersons,
  cohortsOfPerson,
  createCohort,
  deleteCohort,
  duplicateCohort,
  type GivenCohort,
  listCohorts,
  removePerson,
  replaceCohort,
  retrieveCohort,
  updateCohort,
} from './contract.ts'
import { peopleCsv } from './people-csv.ts'
import type { CohortRow, CohortStore, StoredCohort } from './store.ts'
import { calculateCohort, fillCohort } from './tasks.ts'

type Deps = {
  cohorts: CohortStore
  calculation: Calculation
  jobs: Pick<Jobs, 'send'>
  persons: PersonReader
  questions: Questions
  activity: Pick<ActivityLog, 'record'>
  /** The people behind a number of an insight, as its links say it. */
  actorsOf(filters: LegacyFilters): ActorsQuery
}

const mostInTable = 10_000

export const cohortRoutes =
  ({ cohorts, calculation, jobs, persons, questions, activity, actorsOf }: Deps) =>
  async (app: FastifyInstance) => {
    const people = createPeopleFinder({ persons, questions })

    route(app, listCohorts, async ({ project, query, url }) => {
      const { count, results } = await cohorts.list(project.id, query)
      return counted(url, query, { count, results: results.map(present) })
    })

    route(app, createCohort, async ({ project, user, query, body }) => {
      const question = body.is_static ? (body.query ?? fromAddress(query)) : undefined
      const { cohort } = await cohorts.create(project.id, user.id, changesOf(body))
      const { id } = cohort
      await activity.record({ ...doneBy(project, user), ...known(cohort), activity: 'created' })
      if (!cohort.isStatic) await jobs.send(calculateCohort, { projectId: project.id, cohortId: id })
      else if (body.csv !== undefined) await addFile(project.id, id, body.csv)
      else if (question) {
        await cohorts.request(project.id, id)
        await jobs.send(fillCohort, { projectId: project.id, cohortId: id, query: question })
      }
      return present(await cohorts.get(project.id, id))
    })

    route(app, retrieveCohort, async ({ project, params }) =>
      present(await cohorts.get(project.id, params.id)),
    )

    for (const update of [updateCohort, replaceCohort]) {
      route(app, update, async ({ project, user, params: { id }, body }) => {
        const before = await cohorts.get(project.id, id)
        const after = await cohorts.update(project.id, id, changesOf(body))
        const { cohort } = after
        const changes = changesBetween('Cohort', present(before), present(after), { omit: ['count'] })
        await activity.record({ ...doneBy(project, user), ...known(cohort), activity: 'updated', changes })
        if (body.csv !== undefined) {
          if (!cohort.isStatic) throw invalid('Only a static cohort takes a list.', { attr: 'csv' })
          await addFile(project.id, id, body.csv)
          const { count } = (await cohorts.get(project.id, id)).cohort
          const added = changesBetween('Cohort', { count: cohort.count }, { count })
          const told = { activity: 'persons_added_by_csv', changes: added }
          await activity.record({ ...doneBy(project, user), ...known(cohort), ...told })
        }
        if (!cohort.isStatic) await jobs.send(calculateCohort, { projectId: project.id, cohortId: id })
        const redefined = body.filters !== undefined || body.groups !== undefined || body.csv !== undefined
        if (redefined || body.deleted !== undefined) await calculateDependents(project.id, id)
        return present(await cohorts.get(project.id, id))
      })
    }

    route(app, deleteCohort, async ({ reply }) => reply.header('allow', 'GET, PUT, PATCH').send())

    route(app, cohortPersons, async ({ project, params: { id }, query, url, reply }) => {
      await cohorts.get(project.id, id)
      const asTable = query.format === 'csv' || query.is_csv_export || /[.]csv[/]?$/.test(url.pathname)
      if (!asTable) return personPage(people, project, { ...query, cohort: id }, url)
      const filters = { ...query, properties: parseProperties(query.properties), cohort: id }
      const found = await people.find(project, filters, { limit: mostInTable, offset: query.offset })
      return reply.type('text/csv; charset=utf-8').serializer(String).send(peopleCsv(found))
    })

    route(app, duplicateCohort, async ({ project, user, params }) => {
      const { cohort } = await cohorts.get(project.id, params.id)
      const copy = await cohorts.create(project.id, user.id, {
        name: `${cohort.name ?? ''} (static copy)`.trim().slice(0, 400),
        description: cohort.description,
        isStatic: true,
      })
      const { id } = copy.cohort
      await activity.record({ ...doneBy(project, user), ...known(copy.cohort), activity: 'created' })
      await calculation.addAnswered(project.id, id, await calculation.membersOf(project.id, cohort))
      return present(await cohorts.get(project.id, id))
    })

    route(app, addPersons, async ({ project, user, params: { id }, body }) => {
      const cohort = await getStatic(project, id)
      await calculation.addPeople(project.id, id, await persons.existing(project.id, body.person_ids))
      const activityWord = 'persons_added_manually'
      await activity.record({ ...doneBy(project, user), ...known(cohort), activity: activityWord })
      await calculateDependents(project.id, id)
      return { success: true as const }
    })

    route(app, removePerson, async ({ project, user, params: { id }, body }) => {
      const cohort = await getStatic(project, id)
      await calculation.removePerson(project.id, id, body.person_id)
      const activityWord = 'person_removed_manually'
      await activity.record({ ...doneBy(project, user), ...known(cohort), activity: activityWord })
      await calculateDependents(project.id, id)
      return { success: true as const }
    })

    route(app, cohortsOfPerson, async ({ project, query }) => {
      const person = query.person_id ? await persons.find(project.id, query.person_id) : undefined
      if (!query.person_id) throw invalid('This field is required.', { attr: 'person_id', code: 'required' })
      if (!person) throw notFound()
      const rows = await questions.rows(
        project,
        select({
          select: [field('cohort_id')],
          from: from('cohort_people'),
          where: compare(field('person_id'), '=', call('toUUID', constant(person.uuid))),
        }),
      )
      const ids = new Set(rows.map(([cohort]) => Number(cohort)))
      const all = await cohorts.all(project.id)
      return { results: all.filter(({ cohort }) => ids.has(cohort.id)).map(present) }
    })

    /** Those who refer to it are calculated anew. */
    async function calculateDependents(projectId: number, id: number): Promise<void> {
      for (const dependent of await cohorts.dependents(projectId, id)) {
        await cohorts.request(projectId, dependent)
        await jobs.send(calculateCohort, { projectId, cohortId: dependent })
      }
    }

    async function getStatic(project: AddressedProject, id: number): Promise<StoredCohort> {
      const { cohort } = await cohorts.get(project.id, id)
      if (!cohort.isStatic) throw invalid('Only a static cohort takes a list.')
      return cohort
    }

    async function addFile(projectId: number, id: number, file: unknown): Promise<void> {
      if (!(file instanceof UploadedFile)) {
        throw invalid('The submitted data was not a file.', { attr: 'csv' })
      }
      const distinctIds = [...new Set(firstColumn(file.content.toString('utf8')))]
      await calculation.addPeople(projectId, id, await persons.uuidsOf(projectId, distinctIds))
    }

    function fromAddress(filters: Record<string, unknown>): ActorsQuery | undefined {
      return filters.insight ? actorsOf(filters) : undefined
    }
  }

const known = (cohort: StoredCohort) => ({
  scope: 'Cohort' as const,
  itemId: cohort.id,
  name: cohort.name,
  createdBy: cohort.createdBy,
})

const changesOf = (body: GivenCohort) => ({
  name: body.name,
  description: body.description === null ? '' : body.description,
  groups: body.groups,
  filters: body.filters,
  isStatic: body.is_static,
  deleted: body.deleted,
})

const present = ({ cohort, creator }: CohortRow): z.input<typeof retrieveCohort.answer> => ({
  id: cohort.id,
  name: cohort.name,
  description: cohort.description,
  groups: cohort.groups as Record<string, unknown>[],
  deleted: cohort.deleted,
  filters: shownFilters(cohort),
  is_calculating: cohort.isCalculating,
  created_by: creator && userBasic(creator),
  created_at: cohort.createdAt,
  last_calculation: cohort.lastCalculation,
  errors_calculating: cohort.errorsCalculating,
  last_error: cohort.lastError,
  count: cohort.count,
  is_static: cohort.isStatic,
})

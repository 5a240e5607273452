import type { FastifyInstance } from 'fastify'
import type { Activity, ActivityLog } from '../../activity/activity-log.ts'
import type { Change } from '../../activity/changes.ts'
import { and, call, compare, constant, field, from, order, select } from '../../hogql/ast.ts'
import { activityPage, doneBy } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import { personPage } from '../../http/person-list.ts'
import { displayName } from '../../http/person-shapes.ts'
import { createPeopleFinder } from '../../insights/find-people.ts'
import type { Questions } from '../../insights/questions.ts'
import { containing } from '../../kit/containing.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { isPersonId, type PersonReader, type StoredPerson } from '../../persons/read-persons.ts'
import type { PersonWriter } from '../../pipeline/person-writer.ts'
import {
  deletePerson,
  deletePersonProperty,
  listPersons,
  personActivity,
  personProperties,
  personsActivity,
  personValues,
  replacePerson,
  retrievePerson,
  splitPerson,
  updatePerson,
  updatePersonProperty,
} from './contract.ts'

type Deps = {
  persons: PersonReader
  questions: Questions
  writer: PersonWriter
  activity: Pick<ActivityLog, 'record' | 'list'>
}

export const personRoutes =
  ({ persons, questions, writer, activity }: Deps) =>
  async (app: FastifyInstance) => {
    const people = createPeopleFinder({ persons, questions })
    route(app, listPersons, async ({ project, query, url }) => {
      return personPage(people, project, query, url)
    })

    route(app, personValues, async ({ project, query }) => {
      if (!query.key) return []
      const value = field('properties', query.key)
      const rows = await questions.rows(
        project,
        select({
          select: [value, call('count')],
          from: from('persons'),
          where: and(
            call('isNotNull', value),
            query.value ? compare(value, 'ilike', constant(containing(query.value))) : undefined,
          ),
          groupBy: [value],
          orderBy: [order(call('count'), 'DESC'), order(value)],
          limit: constant(20),
        }),
      )
      return rows.map(([name, count]) => ({ name: String(name), count: Number(count) }))
    })

    route(app, personProperties, async ({ project }) => {
      const name = call('arrayJoin', call('JSONExtractKeys', field('properties')))
      const rows = await questions.rows(
        project,
        select({
          select: [name, call('count')],
          from: from('persons'),
          groupBy: [name],
          orderBy: [order(call('count'), 'DESC'), order(name)],
          limit: constant(10_000),
        }),
      )
      return rows.map(([key, count]) => ({ name: String(key), count: Number(count) }))
    })

    route(app, retrievePerson, async ({ project, params }) => {
      const person = await get(project.id, params.id)
      return {
        id: person.id,
        uuid: person.uuid,
        name: displayName(person, project.settings.person_display_name_properties),
        distinct_ids: person.distinctIds,
        properties: person.properties,
        created_at: person.createdAt,
      }
    })

    for (const update of [updatePerson, replacePerson]) {
      route(app, update, async ({ project, user, params, body }) => {
        const person = await get(project.id, params.id)
        await writer.set(project.id, idOf(person), body.properties)
        const changes = [change({ action: 'changed', field: 'properties' })]
        await activity.record({ ...doneBy(project, user), ...known(person), activity: 'updated', changes })
      })
    }

    route(app, updatePersonProperty, async ({ project, user, params, body }) => {
      const person = await get(project.id, params.id)
      await writer.set(project.id, idOf(person), { [body.key]: body.value })
      const changes = [change({ action: 'changed', field: 'properties' })]
      await activity.record({ ...doneBy(project, user), ...known(person), activity: 'updated', changes })
    })

    route(app, deletePersonProperty, async ({ project, user, params, body }) => {
      const person = await get(project.id, params.id)
      await writer.unset(project.id, idOf(person), [body.$unset])
      const changes = [change({ action: 'deleted', field: 'properties' })]
      await activity.record({
        ...doneBy(project, user),
        ...known(person),
        activity: 'delete_property',
        changes,
      })
      return { success: true as const }
    })

    route(app, splitPerson, async ({ project, user, params, body }) => {
      const person = await get(project.id, params.id)
      const { uuid, distinctIds } = person
      const main = body.main_distinct_id || undefined
      if (main !== undefined && !distinctIds.includes(main)) {
        throw invalid('This is not a distinct id of the person.', { attr: 'main_distinct_id' })
      }
      await writer.split(project.id, uuid, main)
      const changes = [change({ action: 'split', after: { distinct_ids: distinctIds } })]
      await activity.record({ ...doneBy(project, user), ...known(person), activity: 'split_person', changes })
      return { success: true as const }
    })

    route(app, deletePerson, async ({ project, user, params, query }) => {
      const person = await get(project.id, params.id)
      await writer.remove(project.id, person.uuid, { withEvents: query.delete_events })
      await activity.record({ ...doneBy(project, user), ...known(person), activity: 'deleted' })
    })

    route(app, personsActivity, (asked) => activityPage(activity, asked, { scope: 'Person' }))

    /** Of a deleted one by the integer id, which alone is left of them. */
    route(app, personActivity, async (asked) => {
      const { project, params } = asked
      const person = await persons.find(project.id, params.id)
      if (!person && !/^\d{1,15}$/.test(params.id)) throw notFound()
      const itemId = person?.id ?? Number(params.id)
      const page = await activityPage(activity, asked, { scope: 'Person', itemId })
      if (!person && page.total_count === 0) throw notFound()
      return page
    })

    /** @throws HedgerowError `invalid` when the id can't be a person's; not found. */
    async function get(projectId: number, id: string): Promise<StoredPerson> {
      if (!isPersonId(id)) {
        throw invalid(
          `The ID provided does not look like a personID. If you are using a distinctId, please use /persons?distinct_id=${id} instead.`,
        )
      }
      const person = await persons.find(projectId, id)
      if (!person) throw notFound()
      return person
    }
  }

/** A person is named by their uuid: what else is known of them goes when they are deleted. */
const known = ({ id, uuid }: StoredPerson): Pick<Activity, 'scope' | 'itemId' | 'name'> => ({
  scope: 'Person',
  itemId: id,
  name: uuid,
})

/** Values of properties are not told, for the same reason. */
const change = (given: Partial<Change>): Change => ({
  type: 'Person',
  action: 'changed',
  field: null,
  before: null,
  after: null,
  ...given,
})

/** Any of a person's distinct ids will do to say something about them. */
function idOf({ distinctIds }: StoredPerson): string {
  const [first] = distinctIds
  if (first === undefined) throw invalid('This person has no distinct id to be changed by.')
  return first
}

import type { FastifyInstance } from 'fastify'
import { and, call, compare, constant, field, from, order, select } from '../../hogql/ast.ts'
import { route } from '../../http/operation.ts'
import { personPage } from '../../http/person-list.ts'
import { displayName } from '../../http/person-shapes.ts'
import { createPeopleFinder } from '../../insights/find-people.ts'
import type { Questions } from '../../insights/questions.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { isPersonId, type PersonReader, type StoredPerson } from '../../persons/read-persons.ts'
import type { PersonWriter } from '../../pipeline/person-writer.ts'
import {
  deletePerson,
  deletePersonProperty,
  listPersons,
  personProperties,
  personValues,
  replacePerson,
  retrievePerson,
  splitPerson,
  updatePerson,
  updatePersonProperty,
} from './contract.ts'

type Deps = { persons: PersonReader; questions: Questions; writer: PersonWriter }

export const personRoutes =
  ({ persons, questions, writer }: Deps) =>
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
      route(app, update, async ({ project, params, body }) => {
        await writer.set(project.id, idOf(await get(project.id, params.id)), body.properties)
      })
    }

    route(app, updatePersonProperty, async ({ project, params, body }) => {
      await writer.set(project.id, idOf(await get(project.id, params.id)), { [body.key]: body.value })
    })

    route(app, deletePersonProperty, async ({ project, params, body }) => {
      await writer.unset(project.id, idOf(await get(project.id, params.id)), [body.$unset])
      return { success: true as const }
    })

    route(app, splitPerson, async ({ project, params, body }) => {
      const { uuid, distinctIds } = await get(project.id, params.id)
      const main = body.main_distinct_id || undefined
      if (main !== undefined && !distinctIds.includes(main)) {
        throw invalid('This is not a distinct id of the person.', { attr: 'main_distinct_id' })
      }
      await writer.split(project.id, uuid, main)
      return { success: true as const }
    })

    route(app, deletePerson, async ({ project, params, query }) => {
      const { uuid } = await get(project.id, params.id)
      if (query.delete_events) {
        throw invalid('Events can not be deleted with their person yet. Nothing was deleted.', {
          attr: 'delete_events',
        })
      }
      await writer.remove(project.id, uuid)
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

/** Any of a person's distinct ids will do to say something about them. */
function idOf({ distinctIds }: StoredPerson): string {
  const [first] = distinctIds
  if (first === undefined) throw invalid('This person has no distinct id to be changed by.')
  return first
}

const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

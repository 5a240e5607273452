import type { FastifyInstance } from 'fastify'
import { and, call, compare, constant, type Expr, field, from, or, order, select } from '../../hogql/ast.ts'
import { listedGroup } from '../../http/group-shapes.ts'
import { route } from '../../http/operation.ts'
import { listedPerson } from '../../http/person-shapes.ts'
import type { AddressedProject } from '../../http/project.ts'
import { parseDate } from '../../insights/date-range.ts'
import { instant } from '../../insights/property-filters.ts'
import type { Questions } from '../../insights/questions.ts'
import { containing } from '../../kit/containing.ts'
import { microsToIso } from '../../kit/micros.ts'
import { notFound } from '../../model/errors.ts'
import type { GroupStore } from '../../persons/group-store.ts'
import type { Group } from '../../persons/groups.ts'
import type { PersonReader } from '../../persons/read-persons.ts'
import {
  findGroup,
  groupPropertyDefinitions,
  groupPropertyValues,
  listGroups,
  relatedToGroup,
} from './contract.ts'

type Deps = {
  groups: Pick<GroupStore, 'typesOf' | 'loadGroups'>
  persons: PersonReader
  questions: Questions
}

const pageSize = 100
const mostRelated = 1000

export const groupRoutes =
  ({ groups, persons, questions }: Deps) =>
  async (app: FastifyInstance) => {
    /** Which groups is asked of the warehouse, what they are of the database, which alone has every digit. */
    route(app, listGroups, async ({ project, query, url }) => {
      const { group_type_index: index, group_key, search, cursor } = query
      const rows = await questions.rows(
        project,
        select({
          select: [field('key')],
          from: from('groups'),
          where: and(
            ofType(index),
            group_key ? contains(field('key'), group_key) : undefined,
            search ? or(contains(field('key'), search), contains(field('properties'), search)) : undefined,
          ),
          orderBy: [order(field('created_at'), 'DESC'), order(field('key'))],
          limit: constant(pageSize + 1),
          offset: constant(cursor),
        }),
      )
      const keys = rows.slice(0, pageSize).map(([key]) => String(key))
      const at = (place: number) => {
        const link = new URL(url)
        link.searchParams.set('cursor', String(place))
        return link.href
      }
      return {
        next: rows.length > pageSize ? at(cursor + pageSize) : null,
        previous: cursor > 0 ? at(Math.max(0, cursor - pageSize)) : null,
        results: (await load(project.id, index, keys)).map(present),
      }
    })

    route(app, findGroup, async ({ project, query }) => {
      const [found] = await load(project.id, query.group_type_index, [query.group_key])
      if (!found) throw notFound()
      return present(found)
    })

    route(app, relatedToGroup, async ({ project, query }) => {
      const { group_type_index: index, id } = query
      const person = index === undefined ? await persons.find(project.id, id) : undefined
      if (index === undefined && !person) return []
      const { clock } = await questions.filterContext(project, 'events')
      const where = and(
        compare(field('timestamp'), '>', instant(parseDate('-90d', clock).time)),
        person
          ? compare(field('person_id'), '=', call('toUUID', constant(person.uuid)))
          : compare(field(`$group_${index}`), '=', constant(id)),
      )
      const types = (await groups.typesOf(project.id)).filter((type) => type.groupTypeIndex !== index)
      const uuids = person ? [] : await distinct(project, 'person_id', where)
      const related = []
      for (const person of await persons.findAll(project.id, uuids))
        related.push(listedPerson(person, project))
      for (const { groupTypeIndex } of types) {
        const column = `$group_${groupTypeIndex}`
        const keys = await distinct(project, column, and(where, compare(field(column), '!=', constant(''))))
        const found = await load(project.id, groupTypeIndex, keys)
        related.push(...found.map(listedGroup))
      }
      return related
    })

    route(app, groupPropertyDefinitions, async ({ project }) => {
      const name = call('arrayJoin', call('JSONExtractKeys', field('properties')))
      const rows = await questions.rows(
        project,
        select({
          select: [field('index'), name, call('count')],
          from: from('groups'),
          groupBy: [field('index'), name],
          orderBy: [order(field('index')), order(call('count'), 'DESC'), order(name)],
          limit: constant(10_000),
        }),
      )
      const byType: Record<string, { name: string; count: number }[]> = {}
      for (const [index, key, count] of rows) {
        const list = byType[String(index)] ?? []
        byType[String(index)] = list
        list.push({ name: String(key), count: Number(count) })
      }
      return byType
    })

    route(app, groupPropertyValues, async ({ project, query }) => {
      const value = field('properties', query.key)
      const rows = await questions.rows(
        project,
        select({
          select: [value, call('count')],
          from: from('groups'),
          where: and(
            ofType(query.group_type_index),
            call('isNotNull', value),
            query.value ? contains(value, query.value) : undefined,
          ),
          groupBy: [value],
          orderBy: [order(call('count'), 'DESC'), order(value)],
          limit: constant(20),
        }),
      )
      return rows.map(([name, count]) => ({ name: String(name), count: Number(count) }))
    })

    /** Those of the keys that are groups, in the order of the keys. */
    async function load(projectId: number, groupTypeIndex: number, keys: string[]): Promise<Group[]> {
      if (!keys.length) return []
      const found = await groups.loadGroups(keys.map((groupKey) => ({ projectId, groupTypeIndex, groupKey })))
      const byKey = new Map(found.map((group) => [group.groupKey, group]))
      return keys.flatMap((key) => byKey.get(key) ?? [])
    }

    async function distinct(project: AddressedProject, column: string, where: Expr | undefined) {
      const rows = await questions.rows(
        project,
        select({
          select: [field(column)],
          from: from('events'),
          where,
          groupBy: [field(column)],
          orderBy: [order(field(column))],
          limit: constant(mostRelated),
        }),
      )
      return rows.map(([value]) => String(value))
    }
  }

const ofType = (index: number) => compare(field('index'), '=', constant(index))
const contains = (expr: Expr, text: string) => compare(expr, 'ilike', constant(containing(text)))

const present = (group: Group) => ({
  group_type_index: group.groupTypeIndex,
  group_key: group.groupKey,
  group_properties: group.properties,
  created_at: microsToIso(group.createdAt),
})

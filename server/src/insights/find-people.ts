import { and, call, compare, constant, field, from, or, order, select } from '../hogql/ast.ts'
import { containing } from '../kit/containing.ts'
import type { PersonReader, StoredPerson } from '../persons/read-persons.ts'
import { inCohort, type PropertyFilters, propertyExpr } from './property-filters.ts'
import type { Questions } from './questions.ts'

type Filters = {
  distinct_id?: string
  email?: string
  /** A part of the e-mail address, or a whole distinct id. */
  search?: string
  properties?: PropertyFilters
  /** A cohort's id. */
  cohort?: number
}

/** Finds people by what is known of them. All the filters that are given must hold. */
export const createPeopleFinder = ({
  persons,
  questions,
}: {
  persons: PersonReader
  questions: Questions
}) => ({
  /** Newest first. Who matches is asked of the warehouse, who they are of the database, which alone has every digit. */
  async find(
    project: { id: number; timezone: string },
    filters: Filters,
    page: { limit: number; offset: number },
  ): Promise<StoredPerson[]> {
    const owner =
      filters.distinct_id === undefined ? undefined : await persons.uuidOf(project.id, filters.distinct_id)
    if (filters.distinct_id !== undefined && owner === undefined) return []
    const searched = filters.search ? await persons.uuidOf(project.id, filters.search) : undefined
    const ctx = await questions.filterContext(project, 'persons', filters.properties)
    const where = and(
      filters.email ? compare(email, '=', constant(filters.email)) : undefined,
      filters.search
        ? or(
            compare(email, 'ilike', constant(containing(filters.search))),
            searched ? isPerson(searched) : undefined,
          )
        : undefined,
      filters.cohort === undefined ? undefined : inCohort('persons', filters.cohort),
      propertyExpr(filters.properties, ctx),
    )
    if (where === undefined) {
      if (owner === undefined) return persons.list(project.id, page)
      return page.offset > 0 ? [] : persons.findAll(project.id, [owner])
    }
    const rows = await questions.rows(
      project,
      select({
        select: [field('id')],
        from: from('persons'),
        where: and(owner === undefined ? undefined : isPerson(owner), where),
        orderBy: [order(field('created_at'), 'DESC'), order(field('id'))],
        limit: constant(page.limit),
        offset: constant(page.offset),
      }),
      ctx.propertyType,
    )
    return persons.findAll(
      project.id,
      rows.map(([id]) => String(id)),
    )
  },
})

export type PeopleFinder = ReturnType<typeof createPeopleFinder>

const email = field('properties', 'email')
const isPerson = (uuid: string) => compare(field('id'), '=', call('toUUID', constant(uuid)))

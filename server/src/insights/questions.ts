import type { Query } from '../hogql/ast.ts'
import { compile } from '../hogql/compile.ts'
import type { Schema } from '../hogql/context.ts'
import { parseExpr } from '../hogql/parse.ts'
import type { Warehouse } from '../warehouse/warehouse.ts'
import { type CohortFinder, cohortsIn } from './cohorts.ts'
import type { FilterContext } from './property-filters.ts'
import { namesIn, type PropertyTypes } from './property-types.ts'
import { explained } from './warehouse-errors.ts'

type AskedProject = { id: number; timezone: string }

type Deps = {
  warehouse: Warehouse
  propertyTypes(projectId: number, names: Iterable<string>): Promise<PropertyTypes>
  cohorts?: CohortFinder
  now?: () => Date
}

/**
 * Plain questions to the warehouse: what lists of events and people ask, besides the insights. Trees go through the
 * compiler, so that the project's filter is on every table.
 */
export function createQuestions({ warehouse, propertyTypes, cohorts, now = () => new Date() }: Deps) {
  return {
    /** What `propertyExpr` needs to turn these filters into conditions. */
    async filterContext(
      project: AskedProject,
      table: FilterContext['table'],
      ...filters: unknown[]
    ): Promise<FilterContext> {
      return {
        table,
        clock: { now: now(), timezone: project.timezone },
        propertyType: await propertyTypes(project.id, namesIn(filters)),
        parseExpr,
      }
    },

    /**
     * Rows of the answer; times in UTC. A property is read as text unless `propertyType` is given.
     * @throws HedgerowError `invalid` when the question takes too much.
     */
    async rows(
      project: AskedProject,
      tree: Query,
      propertyType: FilterContext['propertyType'] = () => null,
    ): Promise<unknown[][]> {
      const schema: Schema = {
        projectId: project.id,
        timezone: 'UTC',
        propertyType,
        limits: null,
        ...(await cohortsIn(tree, project.id, cohorts)),
      }
      const { sql, params } = compile(tree, schema)
      try {
        return (await warehouse.query({ sql, params, question: true })).rows
      } catch (error) {
        throw explained(error)
      }
    },
  }
}

export type Questions = ReturnType<typeof createQuestions>

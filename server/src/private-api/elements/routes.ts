import type { FastifyInstance } from 'fastify'
import { and, call, compare, constant, field, from, order, select, tuple } from '../../hogql/ast.ts'
import { elementsOf } from '../../http/element-shapes.ts'
import { route } from '../../http/operation.ts'
import { pageLinks } from '../../http/paging.ts'
import { parseProperties } from '../../http/property-filters-parameter.ts'
import { resolveDateRange } from '../../insights/date-range.ts'
import { instant, propertyExpr } from '../../insights/property-filters.ts'
import type { Questions } from '../../insights/questions.ts'
import { containing } from '../../kit/containing.ts'
import { type ChainElement, parseElementsChain } from '../../kit/elements-chain.ts'
import { elementStats, elementValues } from './contract.ts'

/** Of how many different chains values are collected, the most frequent ones. */
const mostChains = 2_000
const mostValues = 100

/** What autocapture saw people click on. */
export const elementRoutes =
  ({ questions }: { questions: Questions }) =>
  async (app: FastifyInstance) => {
    route(app, elementStats, async ({ project, query, url }) => {
      const { limit, offset } = query
      const properties = parseProperties(query.properties)
      const internal = query.filter_test_accounts === 'true' ? project.testAccountFilters : null
      const ctx = await questions.filterContext(project, 'events', properties, internal)
      const period = resolveDateRange(query, 'day', ctx.clock, new Date(0))
      const names = query.include?.length ? [query.include].flat() : ['$autocapture']
      const found = await questions.rows(
        project,
        select({
          select: [field('elements_chain'), field('event'), call('count')],
          from: from('events'),
          where: and(
            compare(field('event'), 'in', tuple(...names.map(constant))),
            compare(field('timestamp'), '>=', instant(period.from)),
            compare(field('timestamp'), '<=', instant(period.to)),
            compare(field('elements_chain'), '!=', constant('')),
            propertyExpr(properties, ctx),
            internal ? propertyExpr(internal, ctx) : undefined,
          ),
          groupBy: [field('elements_chain'), field('event')],
          // without an order of its own, what counts alike would move between pages
          orderBy: [order(call('count'), 'DESC'), order(field('elements_chain')), order(field('event'))],
          limit: constant(limit + 1),
          offset: offset ? constant(offset) : undefined,
        }),
        ctx.propertyType,
      )
      const results = found.slice(0, limit).map(([chain, event, count]) => ({
        count: Number(count),
        hash: null,
        type: String(event),
        elements: elementsOf(String(chain)),
      }))
      if (query.paginate_response !== 'true') return results
      return { results, ...pageLinks(url, query, found.length > limit) }
    })

    route(app, elementValues, async ({ project, query }) => {
      const valuesOf = valued.get(query.key ?? '')
      if (!valuesOf) return []
      const sought = query.value?.toLowerCase() ?? ''
      const { clock } = await questions.filterContext(project, 'events')
      const period = resolveDateRange({}, 'day', clock)
      const chain = field('elements_chain')
      const found = await questions.rows(
        project,
        select({
          select: [chain, call('count')],
          from: from('events'),
          where: and(
            compare(field('event'), '=', constant('$autocapture')),
            compare(field('timestamp'), '>=', instant(period.from)),
            compare(chain, '!=', constant('')),
            // a chain has its quotes escaped, so what is sought may stand there otherwise
            /["\\]/.test(sought) ? undefined : compare(chain, 'ilike', constant(containing(sought))),
          ),
          groupBy: [chain],
          orderBy: [order(call('count'), 'DESC'), order(chain)],
          limit: constant(mostChains),
        }),
      )
      const counts = new Map<string, number>()
      for (const [text, count] of found) {
        const values = new Set(parseElementsChain(String(text)).flatMap(valuesOf))
        for (const value of values) counts.set(value, (counts.get(value) ?? 0) + Number(count))
      }
      return [...counts]
        .filter(([value]) => value.toLowerCase().includes(sought))
        .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
        .slice(0, mostValues)
        .map(([name]) => ({ name }))
    })
  }

/** What an element has for a key: mostly one value, or none. */
const valued = new Map<string, (element: ChainElement) => string[]>([
  ['tag_name', ({ tag_name }) => (tag_name ? [tag_name] : [])],
  ['text', ({ text }) => (text ? [text] : [])],
  ['href', ({ href }) => (href ? [href] : [])],
  ['attr_id', ({ attr_id }) => (attr_id ? [attr_id] : [])],
  ['attr_class', ({ attr_class = [] }) => attr_class],
])

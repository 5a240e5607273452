import { call, compare, constant, type Expr, field, type SelectQuery, select } from './ast.ts'
import type { Context, PlacedSource, Source } from './context.ts'
import { type Type, type } from './types.ts'
import { propertyRead, zoned } from './values.ts'

const table = 'events'
const column = (name: string) => field(table, name)
const property = (key: string) => propertyRead(table, table, 'properties_map', key)
const first = (value: Expr) => call('argMin', value, column('timestamp'))
const last = (value: Expr) => call('argMax', value, column('timestamp'))
const start = call('min', column('timestamp'))
const end = call('max', column('timestamp'))
const count = (event: string) => call('countIf', compare(column('event'), '=', constant(event)))

const text = type('String', true)
const number = type('Integer')

/** What is known of a session, from its events. Names are upstream's. */
const sessionColumns = new Map<string, { expr: Expr; type: Type }>(
  Object.entries({
    session_id: { expr: column('$session_id'), type: type('String') },
    id: { expr: column('$session_id'), type: type('String') },
    distinct_id: { expr: first(column('distinct_id')), type: type('String') },
    $start_timestamp: { expr: start, type: type('DateTime') },
    $end_timestamp: { expr: end, type: type('DateTime') },
    $session_duration: { expr: call('dateDiff', constant('second'), start, end), type: number },
    $event_count: { expr: call('count'), type: number },
    $pageview_count: { expr: count('$pageview'), type: number },
    $screen_count: { expr: count('$screen'), type: number },
    $autocapture_count: { expr: count('$autocapture'), type: number },
    $entry_current_url: { expr: first(property('$current_url')), type: text },
    $entry_pathname: { expr: first(property('$pathname')), type: text },
    $entry_hostname: { expr: first(property('$host')), type: text },
    $entry_referring_domain: { expr: first(property('$referring_domain')), type: text },
    $entry_utm_source: { expr: first(property('utm_source')), type: text },
    $entry_utm_medium: { expr: first(property('utm_medium')), type: text },
    $entry_utm_campaign: { expr: first(property('utm_campaign')), type: text },
    $entry_utm_term: { expr: first(property('utm_term')), type: text },
    $entry_utm_content: { expr: first(property('utm_content')), type: text },
    $end_current_url: { expr: last(property('$current_url')), type: text },
    $end_pathname: { expr: last(property('$pathname')), type: text },
    $exit_current_url: { expr: last(property('$current_url')), type: text },
    $exit_pathname: { expr: last(property('$pathname')), type: text },
  }),
)

/** The sessions of all events: a subquery that computes what was asked for. */
export function placeSessions(context: Context, alias: string): PlacedSource {
  context.countRead()
  const asked = new Set(['session_id'])
  const source: Source = {
    name: alias,
    star: [...sessionColumns.keys()].filter((name) => name !== 'id'),
    names: () => [...sessionColumns.keys()],
    read([name, ...rest]) {
      const known = sessionColumns.get(String(name))
      if (!known || rest.length) return undefined
      asked.add(String(name))
      return zoned(context, { expr: field(alias, String(name)), type: known.type })
    },
  }
  const query: SelectQuery = select({ select: [] })
  return {
    source,
    join: { table: query, alias },
    filters: [],
    finish() {
      query.select = [...asked].map((name) => ({
        kind: 'alias',
        alias: name,
        expr: sessionColumns.get(name)!.expr,
      }))
      query.from = { table: field(table), alias: table }
      query.where = compare(column('$session_id'), '!=', constant(''))
      query.groupBy = [column('$session_id')]
    },
  }
}

import type { FastifyInstance } from 'fastify'
import {
  and,
  call,
  compare,
  constant,
  type Expr,
  field,
  from,
  order,
  select,
  tuple,
} from '../../hogql/ast.ts'
import { route } from '../../http/operation.ts'
import type { AddressedProject } from '../../http/project.ts'
import { parseProperties } from '../../http/property-filters-parameter.ts'
import { type Action, actionExpr } from '../../insights/actions.ts'
import { type Clock, parseDate } from '../../insights/date-range.ts'
import { instant, propertyExpr } from '../../insights/property-filters.ts'
import type { Questions } from '../../insights/questions.ts'
import { containing } from '../../kit/containing.ts'
import { isLooseUuid } from '../../kit/uuid.ts'
import { notFound } from '../../model/errors.ts'
import type { PersonReader, StoredPerson } from '../../persons/read-persons.ts'
import type { ReceiptReader } from '../../pipeline/receipt-reader.ts'
import { eventValues, listEvents, retrieveEvent } from './contract.ts'
import { type EventRow, eventColumns, presentEvent, toEventRow } from './present.ts'
import { eventReceipt, presentReceipt } from './receipt.ts'

type Deps = {
  questions: Questions
  persons: PersonReader
  receipts: Pick<ReceiptReader, 'find'>
  /** Names of all events that were ever seen. */
  eventNames(projectId: number): Promise<string[]>
  findAction(projectId: number, id: number): Promise<Action | undefined>
}

const maxLimit = 10_000
const day = 86_400_000
const sdkEvents = new Set(['$autocapture', '$pageview', '$identify', '$pageleave', '$screen'])

export const eventRoutes =
  ({ questions, persons, receipts, eventNames, findAction }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listEvents, async ({ project, query, url }) => {
      const limit = Math.min(query.limit, maxLimit)
      const action = query.action_id === undefined ? undefined : await actionOf(project.id, query.action_id)
      if (action === null) return { next: null, results: [] }
      const person = query.person_id ? await persons.find(project.id, query.person_id) : undefined
      if (query.person_id && !person) return { next: null, results: [] }
      const properties = parseProperties(query.properties)
      const named = query.person_properties && [...new Set(query.person_properties)]
      const typed = named?.map((key) => ({ type: 'person', key }))
      const ctx = await questions.filterContext(project, 'events', properties, action?.steps, typed)
      const newestFirst = isNewestFirst(query.orderBy)
      const where = [
        query.event ? compare(field('event'), '=', constant(query.event)) : undefined,
        query.distinct_id ? compare(field('distinct_id'), '=', constant(query.distinct_id)) : undefined,
        person ? compare(field('person_id'), '=', uuid(person.uuid)) : undefined,
        propertyExpr(properties, ctx),
        action && actionExpr(action, ctx),
        before(query, ctx.clock),
      ]
      const read = async (lower: Expr | undefined) => {
        const rows = await questions.rows(
          project,
          select({
            select: [
              ...eventColumns.map((name) => field(name)),
              ...(named ?? []).map((name) => field('person', 'properties', name)),
            ],
            from: from('events'),
            where: and(...where, lower),
            orderBy: ['timestamp', 'uuid'].map((name) => order(field(name), newestFirst ? 'DESC' : 'ASC')),
            limit: constant(limit + 1),
            offset: query.offset ? constant(query.offset) : undefined,
          }),
          ctx.propertyType,
        )
        return rows.map((cells) => toEventRow(cells, named))
      }
      const lower = after(query, ctx.clock)
      // The last day alone is read first: it is usually enough, and the rest of the table is left alone.
      const lastDay = parseDate(new Date(ctx.clock.now.getTime() - day).toISOString(), ctx.clock).time
      let rows = await read(
        lower ?? (newestFirst ? compare(field('timestamp'), '>', instant(lastDay)) : undefined),
      )
      if (lower === undefined && newestFirst && rows.length <= limit) rows = await read(undefined)
      const shown = rows.slice(0, limit)
      return {
        next: rows.length > limit ? nextPage(url, shown.at(-1)!, newestFirst) : null,
        results: await withPersons(project, shown),
      }
    })

    route(app, eventValues, async ({ project, query }) => {
      if (!query.key) return []
      const contains = (name: string) => name.toLowerCase().includes((query.value ?? '').toLowerCase())
      if (query.key === 'custom_event') {
        const names = await eventNames(project.id)
        return names.filter((name) => !sdkEvents.has(name) && contains(name)).map((name) => ({ name }))
      }
      const value = field('properties', query.key)
      const names = [query.event_name ?? []].flat()
      const { clock } = await questions.filterContext(project, 'events')
      const rows = await questions.rows(
        project,
        select({
          select: [value],
          from: from('events'),
          where: and(
            compare(field('timestamp'), '>', instant(parseDate('-7d', clock).time)),
            names.length ? compare(field('event'), 'in', tuple(...names.map(constant))) : undefined,
            call('isNotNull', value),
            query.value ? compare(value, 'ilike', constant(containing(query.value))) : undefined,
          ),
          groupBy: [value],
          orderBy: [order(call('count'), 'DESC'), order(value)],
          limit: constant(10),
        }),
      )
      const found = new Set(rows.flatMap(([text]) => itemsOf(String(text))).filter(contains))
      return [...found].slice(0, 10).map((name) => ({ name }))
    })

    route(app, eventReceipt, async ({ project, params }) => {
      const uuid = isLooseUuid(params.uuid) ? hyphenated(params.uuid) : null
      const found = uuid && presentReceipt(project.id, uuid, await receipts.find(project.id, uuid))
      if (!found) {
        throw notFound(
          `No event ${params.uuid} is known: it was not accepted in this project, or too long ago.`,
        )
      }
      return found
    })

    route(app, retrieveEvent, async ({ project, params, query }) => {
      const missing = () => notFound(`No events exist for event UUID ${params.id}`)
      if (!isLooseUuid(params.id)) throw missing()
      const [row] = await questions.rows(
        project,
        select({
          select: eventColumns.map((name) => field(name)),
          from: from('events'),
          where: compare(field('uuid'), '=', uuid(hyphenated(params.id))),
          limit: constant(1),
        }),
      )
      if (!row) throw missing()
      const event = toEventRow(row)
      const [person] = query.include_person ? await persons.findAll(project.id, [event.personId]) : []
      return presentEvent(event, person)
    })

    /** Null when there is none, or nothing can be one of its events. */
    async function actionOf(projectId: number, id: string): Promise<Action | null> {
      const found = /^\d{1,9}$/.test(id) ? await findAction(projectId, Number(id)) : undefined
      return found?.steps.length ? found : null
    }

    async function withPersons(project: AddressedProject, rows: EventRow[]) {
      const uuids = [...new Set(rows.map(({ personId }) => personId))]
      const found = await persons.findAll(project.id, uuids)
      const byUuid = new Map<string, StoredPerson>(found.map((person) => [person.uuid, person]))
      return rows.map((row) => presentEvent(row, byUuid.get(row.personId)))
    }
  }

const uuid = (text: string) => call('toUUID', constant(text))
/** Exactly `["-timestamp"]`, the default, is newest first; anything else is oldest first, as upstream has it. */
function isNewestFirst(orderBy: string | undefined): boolean {
  if (!orderBy) return true
  try {
    return JSON.stringify(JSON.parse(orderBy)) === '["-timestamp"]'
  } catch {
    return false
  }
}

type Bounds = { before?: string; after?: string; before_id?: string; after_id?: string }

/** Events that lie ahead by more than a few seconds of clock difference stay hidden until they happen. */
function before({ before, before_id }: Bounds, clock: Clock): Expr {
  if (!before) {
    const soon = new Date(clock.now.getTime() + 5_000).toISOString()
    return compare(field('timestamp'), '<', instant(parseDate(soon, clock).time))
  }
  return past('<', before, before_id, clock, 'before')
}

const after = ({ after, after_id }: Bounds, clock: Clock): Expr | undefined =>
  after ? past('>', after, after_id, clock, 'after') : undefined

/** Strictly before or after a moment or, where an event of that moment is named, that event. */
function past(op: '<' | '>', text: string, id: string | undefined, clock: Clock, attr: string): Expr {
  const at = moment(text, clock, attr)
  const strictly = compare(field('timestamp'), op, at)
  if (id === undefined) return strictly
  return {
    kind: 'or',
    exprs: [strictly, and(compare(field('timestamp'), '=', at), compare(field('uuid'), op, uuid(id)))!],
  }
}

/** A bound with all its digits: events are stored to the microsecond, and `next` names one exactly. */
function moment(text: string, clock: Clock, attr: string): Expr {
  const exact = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d\.\d{4,6})(?:Z|\+00:00)$/.exec(text)
  if (!exact) return instant(parseDate(text, clock, attr).time)
  return call('toDateTime64', constant(`${exact[1]} ${exact[2]}`), constant(6), constant('UTC'))
}

function nextPage(url: URL, last: EventRow, newestFirst: boolean): string {
  const [bound, id] = newestFirst ? ['before', 'before_id'] : ['after', 'after_id']
  const next = new URL(url)
  next.searchParams.set(bound!, last.timestamp)
  next.searchParams.set(id!, last.uuid)
  next.searchParams.delete('offset')
  return next.href
}

function hyphenated(id: string): string {
  return id
    .toLowerCase()
    .replaceAll('-', '')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The items of a list that a property holds, as text; any other value is its own only item. */
function itemsOf(text: string): string[] {
  if (!text.startsWith('[')) return [text]
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value)
      ? value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
      : [text]
  } catch {
    return [text]
  }
}

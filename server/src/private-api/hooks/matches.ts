import { and, call, compare, constant, type Expr, field, from, or, order, select } from '../../hogql/ast.ts'
import { type Action, actionExpr } from '../../insights/actions.ts'
import type { Questions } from '../../insights/questions.ts'
import type { ProjectFacts } from '../../model/project.ts'
import type { PersonReader } from '../../persons/read-persons.ts'
import type { Hook } from './store.ts'

type Deps = {
  questions: Questions
  persons: Pick<PersonReader, 'findAll'>
  findAction(projectId: number, id: number): Promise<Action | undefined>
  /** Of those that are not deleted. */
  actionIds(projectId: number): Promise<number[]>
  findProject(id: number): Pick<ProjectFacts, 'timezone'> | undefined
}

/** Events of one question. */
const mostAtOnce = 200
/** An insert is stamped when it begins and seen when it ends: what was stamped so long before is looked at again. */
const lateMs = 60_000

const columns = [
  'uuid',
  'event',
  'distinct_id',
  'properties',
  'timestamp',
  'elements_chain',
  'person_id',
  'inserted_at',
] as const

/** An event as a hook is told of it. */
export type Told = { key: string; payload: object }
export type Found = {
  events: Told[]
  /** Until when all is found, ISO 8601. */
  until: string
  /** Where there may be more: after this one. */
  next: After | null
}
/** The place of an event among those that were inserted. */
export type After = { insertedAt: string; uuid: string }

/**
 * Finds the events that were inserted since the last look and match the action of a hook, by the very question that
 * insights ask: whatever an action can say, a hook understands.
 */
export function createFindMatches({ questions, persons, findAction, actionIds, findProject }: Deps) {
  /**
   * @param after where the last question of the same look ended
   * @returns null where there is nothing to look for (any more)
   */
  return async (hook: Hook, after: After | null): Promise<Found | null> => {
    const timezone = findProject(hook.projectId)?.timezone
    if (timezone === undefined) return null
    const project = { id: hook.projectId, timezone }
    const all = await actionIds(project.id)
    const ids = hook.actionId === null ? all : all.filter((id) => id === hook.actionId)
    const actions: Action[] = []
    for (const id of ids) {
      const action = await findAction(project.id, id)
      if (action) actions.push(action)
    }
    if (!actions.length) return null
    const ctx = await questions.filterContext(
      project,
      'events',
      actions.map(({ steps }) => steps),
    )
    const earliest = new Date(Date.parse(hook.searchedUntil) - lateMs)
    const lower = earliest > new Date(hook.since) ? earliest.toISOString() : hook.since
    // Before the events are read: what comes meanwhile is for the next look.
    const [clock] = await questions.rows(
      project,
      select({ select: [call('toUnixTimestamp64Milli', call('now64', constant(3)))] }),
    )
    const rows = await questions.rows(
      project,
      select({
        select: columns.map((name) => field(name)),
        from: from('events'),
        where: and(
          after ? isAfter(after) : compare(field('inserted_at'), '>', moment(lower)),
          or(...actions.map((action) => actionExpr(action, ctx))),
        ),
        orderBy: [order(field('inserted_at')), order(field('uuid'))],
        limit: constant(mostAtOnce),
      }),
      ctx.propertyType,
    )
    const last = rows.length === mostAtOnce ? rows.at(-1)! : null
    const next = last && { insertedAt: isoOf(last.at(-1)), uuid: String(last[0]) }
    const until = next ? next.insertedAt : new Date(Number(clock![0])).toISOString()
    return { events: await told(project.id, rows), until, next }
  }

  async function told(projectId: number, rows: unknown[][]): Promise<Told[]> {
    const people = await persons.findAll(projectId, [...new Set(rows.map((row) => String(row[6])))])
    const byUuid = new Map(people.map((one) => [one.uuid, one]))
    return rows.map(([uuid, event, distinctId, properties, timestamp, elementsChain, personId]) => {
      const person = byUuid.get(String(personId))
      return {
        key: String(uuid),
        payload: {
          uuid,
          event,
          distinct_id: distinctId,
          properties: JSON.parse(String(properties) || '{}'),
          timestamp: isoOf(timestamp),
          elements_chain: elementsChain,
          team_id: projectId,
          person: person
            ? { uuid: person.uuid, properties: person.properties, created_at: person.createdAt }
            : null,
        },
      }
    })
  }
}

const isAfter = ({ insertedAt, uuid }: After): Expr => {
  const at = field('inserted_at')
  const same = and(
    compare(at, '=', moment(insertedAt)),
    compare(field('uuid'), '>', call('toUUID', constant(uuid))),
  )
  return or(compare(at, '>', moment(insertedAt)), same)!
}

const moment = (iso: string): Expr =>
  call(
    'toDateTime64',
    constant(iso.replace('T', ' ').replace(/Z$/, '').slice(0, 23)),
    constant(3),
    constant('UTC'),
  )

/** The engine's time in UTC as ISO 8601. */
const isoOf = (value: unknown): string => `${String(value).replace(' ', 'T').replace(/Z$/, '')}Z`

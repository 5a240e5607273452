import { parseSelect } from '../hogql/parse.ts'
import { printHogQL } from '../hogql/print-hogql.ts'
import { actorsQuestion } from './actors-query.ts'
import { actorsSource } from './actors-source.ts'
import type { AskOptions, AskTree, Cost, ExplainTree } from './ask.ts'
import { readRows } from './cells.ts'
import { type EventsQuestion, eventsQuestion, type PersonCell, shownPerson } from './events-query.ts'
import { fillPlaceholders } from './hogql-query.ts'
import type { Prepared } from './prepare.ts'
import type { ActorsQuery, EventsQuery, HogQLQuery } from './queries.ts'

/** Rows of a user's query: without a LIMIT, and at most. */
export const hogqlLimits = { default: 100, max: 50_000 }

/** Answers that are rows and not numbers: of SQL, events, actors. */
export function createRowAnswers({ ask, explain }: { ask: AskTree; explain: ExplainTree }) {
  async function answerHogQL(query: HogQLQuery, { schema, ctx }: Prepared, cost: Cost, options: AskOptions) {
    const tree = fillPlaceholders(parseSelect(query.query), query, ctx)
    const limited = { ...schema, limits: hogqlLimits }
    const explained = query.explain ? await explain(tree, limited, options) : undefined
    const answer = await ask(tree, limited, cost, options)
    return {
      ...(explained && { clickhouse: explained.sql, explain: explained.plan }),
      query: query.query,
      hogql: printHogQL(tree),
      results: readRows(answer.columns, answer.rows),
      columns: answer.columns.map(({ name }) => name),
      types: answer.columns.map(({ name, type }) => [name, type]),
    }
  }

  async function answerEvents(
    query: EventsQuery,
    { schema, ctx }: Prepared,
    cost: Cost,
    options: AskOptions,
  ) {
    const question = eventsQuestion(query, ctx)
    const answer = await ask(question.tree, schema, cost, options)
    const results = readRows(answer.columns, answer.rows.slice(0, question.limit)).map(question.row)
    await showPeople(results, question.people, options)
    return {
      results,
      columns: question.columns,
      types: answer.columns.map(({ type }) => type),
      hasMore: answer.rows.length > question.limit,
      limit: question.limit,
      offset: question.offset,
    }
  }

  /** Puts people in place of the cells that say whose an event is. */
  async function showPeople(rows: unknown[][], columns: EventsQuestion['people'], options: AskOptions) {
    const cells = columns.flatMap(({ column }) => rows.map((row) => row[column] as PersonCell))
    const ids = [...new Set(cells.map(([, id]) => id))]
    const known = ids.length ? await options.showActors?.({ type: 'person' }, ids) : undefined
    for (const { column, as } of columns) {
      for (const row of rows) {
        const cell = row[column] as PersonCell
        row[column] = shownPerson(cell, as, known?.get(cell[1]))
      }
    }
  }

  async function answerActors(
    query: ActorsQuery,
    { schema, ctx }: Prepared,
    cost: Cost,
    options: AskOptions,
  ) {
    const source = query.source ? actorsSource(query.source, ctx) : undefined
    const extents = source?.extents ? await ask(source.extents, schema, cost, options) : undefined
    const question = actorsQuestion(query, source?.tree(extents?.rows ?? []), ctx)
    // a number that the insight does not have has nobody behind it
    const nobody = query.source && !source
    const answer = nobody ? undefined : await ask(question.tree, schema, cost, options)
    const rows = readRows(answer?.columns ?? [], answer?.rows ?? [])
    const actors = rows.slice(0, question.limit).map(question.read)
    const shown = question.shown.length
      ? await options.showActors?.(
          question.kind,
          actors.map(({ id }) => id),
        )
      : undefined
    for (const { id, distinctIds, cells } of actors) {
      for (const i of question.shown) cells[i] = shown?.get(id) ?? { id, distinct_ids: distinctIds }
    }
    return {
      results: actors.map(({ cells }) => cells),
      columns: question.columns,
      types: (answer?.columns ?? []).slice(0, question.columns.length).map(({ type }) => type),
      hogql: printHogQL(question.tree),
      hasMore: rows.length > question.limit,
      limit: question.limit,
      offset: question.offset,
      missing_actors_count: shown ? actors.filter(({ id }) => !shown.has(id)).length : 0,
    }
  }

  return { hogql: answerHogQL, events: answerEvents, actors: answerActors }
}

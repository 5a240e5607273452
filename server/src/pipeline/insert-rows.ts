import { HedgerowError } from '../model/errors.ts'
import { type Warehouse, WarehouseError, type WarehouseTable } from '../warehouse/warehouse.ts'
import type { Row } from './batch.ts'
import type { DeadLetter } from './pipeline-event.ts'

// ClickHouse's numbers for "I can't read this value": trying the same rows again can't help.
const refusals = new Set([
  6, // CANNOT_PARSE_TEXT
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  131, // TOO_LARGE_STRING_SIZE
  376, // CANNOT_PARSE_UUID
  467, // CANNOT_PARSE_BOOL
  691, // UNKNOWN_ELEMENT_OF_ENUM
])

/** How often a refusal of another kind is tried again before it counts as one of the rows. */
const patience = 8

export type InsertDeps = {
  warehouse: Pick<Warehouse, 'insert'>
  /** Waits before the try of that number; throws when there is to be none. */
  backOff: (tries: number, error: unknown) => Promise<void>
}

/**
 * Inserts a table's rows, for ever if the warehouse is away. What it refuses for its content is halved until the bad
 * row is alone; those are returned. The halves have tokens of their own that depend only on the rows' places, so a
 * replay, which is refused and halved in the same way, inserts nothing twice.
 */
export async function insertRows(
  { warehouse, backOff }: InsertDeps,
  table: Exclude<WarehouseTable, 'dead_letters'>,
  rows: Row[],
  token: string,
): Promise<DeadLetter[]> {
  if (!rows.length) return []
  const lines = rows.map((row) => row.line)
  let refusal: WarehouseError | null = null
  for (let tries = 1; !refusal; tries++) {
    try {
      await warehouse.insert({ table, rows: lines, token })
      return []
    } catch (error) {
      if (isRefusal(error, tries)) refusal = error
      else await backOff(tries, error)
    }
  }
  if (rows.length === 1) return [rows[0]!.deadLetter('refused_by_warehouse', `${table}: ${refusal.message}`)]
  const half = Math.ceil(rows.length / 2)
  return [
    ...(await insertRows({ warehouse, backOff }, table, rows.slice(0, half), `${token}.0`)),
    ...(await insertRows({ warehouse, backOff }, table, rows.slice(half), `${token}.1`)),
  ]
}

const isRefusal = (error: unknown, tries: number): error is WarehouseError =>
  error instanceof WarehouseError && (refusals.has(error.code) || tries >= patience)

/** Away, or full: the same will work later. */
export const isAway = (error: unknown): boolean =>
  error instanceof HedgerowError && error.kind === 'unavailable'

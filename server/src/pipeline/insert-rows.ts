import { HedgerowError } from '../model/errors.ts'
import { type Warehouse, WarehouseError, type WarehouseTable } from '../warehouse/warehouse.ts'
import type { TableRows } from './batch.ts'
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

// Its numbers for trouble of the server's own, whatever the rows: the same insert works when that is over.
const troubles = new Set([
  23, // CANNOT_READ_FROM_ISTREAM
  24, // CANNOT_WRITE_TO_OSTREAM
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  77, // CANNOT_CLOSE_FILE
  87, // CANNOT_SEEK_THROUGH_FILE
  88, // CANNOT_TRUNCATE_FILE
  95, // CANNOT_READ_FROM_SOCKET
  96, // CANNOT_WRITE_TO_SOCKET
  107, // FILE_DOESNT_EXIST
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  164, // READONLY
  172, // CANNOT_CREATE_DIRECTORY
  173, // CANNOT_ALLOCATE_MEMORY
  192, // UNKNOWN_USER
  193, // WRONG_PASSWORD
  194, // REQUIRED_PASSWORD
  198, // DNS_ERROR
  201, // QUOTA_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  204, // CANNOT_FSYNC
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  214, // CANNOT_STATVFS
  225, // NO_ZOOKEEPER
  236, // ABORTED
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  244, // UNEXPECTED_ZOOKEEPER_ERROR
  252, // TOO_MANY_PARTS
  254, // NO_ACTIVE_REPLICAS
  265, // NO_AVAILABLE_REPLICA
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  289, // REPLICA_IS_NOT_IN_QUORUM
  290, // LIMIT_EXCEEDED
  291, // DATABASE_ACCESS_DENIED
  294, // CANNOT_WRITE_TO_FILE
  297, // SHARD_HAS_NO_CONNECTIONS
  319, // UNKNOWN_STATUS_OF_INSERT
  341, // UNFINISHED
  364, // RECEIVED_ERROR_TOO_MANY_REQUESTS
  369, // ALL_REPLICAS_ARE_STALE
  384, // PART_IS_TEMPORARILY_LOCKED
  394, // QUERY_WAS_CANCELLED
  400, // CANNOT_STAT
  415, // ALL_REPLICAS_LOST
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  458, // CANNOT_UNLINK
  473, // DEADLOCK_AVOIDED
  497, // ACCESS_DENIED
  499, // S3_ERROR
  500, // AZURE_BLOB_STORAGE_ERROR
  516, // AUTHENTICATION_FAILED
  571, // DATABASE_REPLICATION_FAILED
  574, // DISTRIBUTED_TOO_MANY_PENDING_BYTES
  586, // CANNOT_CREATE_FILE
  667, // NOT_INITIALIZED
  668, // INVALID_STATE
  677, // THREAD_WAS_CANCELED
  692, // TOO_MANY_MUTATIONS
  696, // ASYNC_LOAD_CANCELED
  700, // USER_SESSION_LIMIT_EXCEEDED
  733, // TABLE_IS_BEING_RESTARTED
  735, // QUERY_WAS_CANCELLED_BY_CLIENT
  738, // PART_IS_LOCKED
  745, // SERVER_OVERLOADED
  749, // TCP_CONNECTION_LIMIT_REACHED
  762, // HTTP_CONNECTION_LIMIT_REACHED
  763, // SESSION_REFUSED
  776, // RESOURCE_LIMIT_EXCEEDED
  777, // MEMORY_RESERVATION_KILLED
  778, // MEMORY_RESERVATION_FAILED
  999, // KEEPER_EXCEPTION
  1000, // POCO_EXCEPTION: its sockets and files
])

/** How often a refusal of neither kind is tried again before it counts as one of the rows. */
const patience = 8

export type InsertDeps = {
  warehouse: Pick<Warehouse, 'insert'>
  /** Waits before the try of that number; throws when there is to be none. */
  backOff: (tries: number, error: unknown) => Promise<void>
}

/**
 * Inserts a table's rows, for ever if the warehouse is away, full or busy. What it refuses for its content is halved until the bad
 * row is alone; those are returned. The halves have tokens of their own that depend only on the rows' places, so a
 * replay, which is refused and halved in the same way, inserts nothing twice.
 */
export async function insertRows(
  { warehouse, backOff }: InsertDeps,
  table: Exclude<WarehouseTable, 'dead_letters' | 'dead_letter_replays' | 'ingestion_warnings'>,
  rows: TableRows,
  token: string,
  from = 0,
  to = rows.count,
): Promise<DeadLetter[]> {
  if (from >= to) return []
  const part = rows.part(from, to)
  let refusal: WarehouseError | null = null
  for (let tries = 1; !refusal; tries++) {
    try {
      await warehouse.insert({ table, rows: part, token })
      return []
    } catch (error) {
      if (isRefusal(error, tries)) refusal = error
      else await backOff(tries, error)
    }
  }
  if (to - from === 1) return [rows.deadLetter(from, 'refused_by_warehouse', `${table}: ${refusal.message}`)]
  const half = from + Math.ceil((to - from) / 2)
  return [
    ...(await insertRows({ warehouse, backOff }, table, rows, `${token}.0`, from, half)),
    ...(await insertRows({ warehouse, backOff }, table, rows, `${token}.1`, half, to)),
  ]
}

const isRefusal = (error: unknown, tries: number): error is WarehouseError =>
  error instanceof WarehouseError &&
  (refusals.has(error.code) || (tries >= patience && !troubles.has(error.code)))

/** Away, or full: the same will work later. */
export const isAway = (error: unknown): boolean =>
  error instanceof HedgerowError && error.kind === 'unavailable'

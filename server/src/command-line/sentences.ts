import { ConfigError } from '../config.ts'
import { MigrationError } from '../database/migrate.ts'
import { DamagedEventLog } from '../event-log/lmdb-check.ts'
import { DataDirError } from '../kit/data-dir-lock.ts'
import { HedgerowError } from '../model/errors.ts'

/** What a person is told when a command fails for a reason outside the program; null when it is a fault of ours. */
export function sentenceFor(error: unknown): string | null {
  const outside = [ConfigError, DataDirError, DamagedEventLog, MigrationError]
  if (error instanceof Error && outside.some((kind) => error instanceof kind)) return error.message
  if (error instanceof HedgerowError) return error.message
  if (!(error instanceof Error)) return null
  const { code, syscall, address, port, hostname } = error as NodeJS.ErrnoException & {
    address?: string
    port?: number
    hostname?: string
  }
  const place = `${address ?? 'the host'}:${port ?? ''}`
  switch (code) {
    case 'EADDRINUSE':
      return `${place} is taken by another program. Stop that one, or set PORT to another number.`
    case 'EACCES':
      return port === undefined
        ? `Not allowed: ${error.message}`
        : `This user may not listen on ${place}. Set PORT to a number above 1023.`
    case 'EADDRNOTAVAIL':
      return syscall !== 'listen'
        ? null
        : `This machine has no address ${address ?? ''}. Set HOST to 127.0.0.1, 0.0.0.0 or one of its own.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `No machine named ${hostname ?? ''} can be found. Check HOST, CLICKHOUSE_URL and DATABASE_URL.`
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'EHOSTUNREACH':
    case 'ETIMEDOUT':
      return `Nothing answers at ${place}. Start what should, or check CLICKHOUSE_URL and DATABASE_URL.`
    case 'ENOSPC':
      return `The disk is full: ${error.message}`
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `${error.message.replace(/[.]?$/, '.')} "hedgerow help" lists the options.`
    default:
      return null
  }
}

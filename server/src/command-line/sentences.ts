import { ConfigError } from '../config.ts'
import { MigrationError } from '../database/migrate.ts'
import { DataDirError } from '../kit/data-dir-lock.ts'
import { HedgerowError } from '../model/errors.ts'

/** What a person is told when a command fails for a reason outside the program; null when it is a fault of ours. */
export function sentenceFor(error: unknown): string | null {
  if (error instanceof ConfigError || error instanceof DataDirError || error instanceof MigrationError) {
    return error.message
  }
  if (error instanceof HedgerowError) return error.message
  if (!(error instanceof Error)) return null
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  const place = `${address ?? 'the host'}:${port ?? ''}`
  switch (code) {
    case 'EADDRINUSE':
      return `${place} is taken by another program. Stop that one, or set PORT to another number.`
    case 'EACCES':
      return port === undefined
        ? `Not allowed: ${error.message}`
        : `This user may not listen on ${place}. Set PORT to a number above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return port === undefined && code !== 'ENOTFOUND'
        ? null
        : `This machine has no address ${address ?? ''}. Set HOST to 127.0.0.1, 0.0.0.0 or one of its own.`
    case 'ENOSPC':
      return `The disk is full: ${error.message}`
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE':
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `${error.message} "hedgerow help" lists the options.`
    default:
      return null
  }
}

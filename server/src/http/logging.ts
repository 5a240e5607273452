import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Logger, type LoggerOptions, pino } from 'pino'

const secretParameter = /([?&](?:personal_api_key|token|api_key|key|password|secret|code|state)=)[^&#]*/gi

/** The path of a shared page, of an invite, or of a link for a lost password ends in what lets one in. */
const secretPath = /^(\/(?:shared|embedded|shared_dashboard|(?:api\/)?signup|reset\/[\w-]+)\/)[\w-]+/

/** A URL without the values of parameters that can be keys, and without what a link lets one in with. */
export const withoutSecrets = (url: string) =>
  url.replace(secretParameter, '$1***').replace(secretPath, '$1***')

const secretFields = [
  'password',
  'current_password',
  'personal_api_key',
  'api_key',
  'token',
  'value',
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["x-csrftoken"]',
]

/** Down to the third level: where code of ours puts a request's parts into a line. */
const redacted = secretFields.flatMap((field) => {
  const below = field.startsWith('[') ? field : `.${field}`
  return [field, `*${below}`, `*.*${below}`]
})

/**
 * A fault as a line of the log. Only what says where and why: the errors of drivers carry the values of rows in further
 * fields (`params`, `detail`).
 */
const described = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  return {
    type: error.name,
    message: error.message,
    code,
    constraint,
    stack: error.stack,
    ...(error.cause !== undefined && { cause: described(error.cause) }),
  }
}

/** JSON lines without keys, cookies and passwords. */
export const loggerOptions = (level: LoggerOptions['level']): LoggerOptions => ({
  level,
  redact: { paths: redacted, censor: '***' },
  serializers: {
    req: (request: FastifyRequest) => ({
      id: request.id,
      method: request.method,
      url: withoutSecrets(request.url),
      ip: request.ip,
    }),
    res: (reply: FastifyReply) => ({ status: reply.statusCode }),
    err: described,
  },
})

/** The process's logger, to standard output. */
export const createLogger = (level: LoggerOptions['level']): Logger => pino(loggerOptions(level))

import { type Logger, type LoggerOptions, pino } from 'pino'

const secretParameter = /([?&](?:personal_api_key|token|api_key|key|password|secret|code|state)=)[^&#]*/gi

/** A URL without the values of parameters that can be keys. */
export const withoutSecrets = (url: string) => url.replace(secretParameter, '$1***')

const redact = [
  'password',
  'current_password',
  'personal_api_key',
  'value',
  'token',
  'authorization',
  'cookie',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

/** The process's logger: JSON lines on standard output, without keys, cookies, passwords. */
export function createLogger(level: LoggerOptions['level']): Logger {
  return pino({
    level,
    redact: { paths: ['req.headers', ...redact], censor: '***' },
    serializers: {
      req: (request: { method: string; url: string; ip?: string; id?: string }) => ({
        id: request.id,
        method: request.method,
        url: withoutSecrets(request.url),
        ip: request.ip,
      }),
      res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
      err: pino.stdSerializers.err,
    },
  })
}

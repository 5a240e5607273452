import { cpus, totalmem } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { isPrivateHost } from './outgoing/addresses.ts'

/**
 * The only reader of `process.env`. Everything the server can be told is here, is read once, and is in
 * README.md (a test compares the two). A bad value stops the start with a sentence that names it.
 */

const url = (protocols: string[]) =>
  z.string().refine(
    (value) => {
      try {
        return protocols.includes(new URL(value).protocol)
      } catch {
        return false
      }
    },
    { message: `must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}` },
  )

const bytes = z.string().transform((value, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*(|B|KB|MB|GB|KiB|MiB|GiB)$/i.exec(value.trim())
  if (!match) {
    context.addIssue({ code: 'custom', message: 'must be a size such as 20MB or 20971520' })
    return z.NEVER
  }
  const power = { '': 0, b: 0, k: 1, m: 2, g: 3 }[match[2]!.charAt(0).toLowerCase()] ?? 0
  return Math.floor(Number(match[1]) * 1024 ** power)
})

const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${low} to ${high}`)
    .transform(Number)
    .refine((n) => n >= low && n <= high, { message: `must be a whole number from ${low} to ${high}` })

/** Several servers of one cluster, separated by commas. */
const natsUrls = z
  .string()
  .transform((value) => value.split(',').map((one) => one.trim()))
  .refine((all) => all.every((one) => /^(?:nats|tls):\/\/[^/]+$/.test(one)), {
    message: 'must be addresses such as nats://host:4222, separated by commas',
  })

/** What a process does. */
const allRoles = ['api', 'capture', 'pipeline', 'jobs'] as const
export type Role = (typeof allRoles)[number]

const roleList = z
  .string()
  .transform((value) => value.split(',').map((one) => one.trim()))
  .pipe(z.array(z.enum(allRoles, { message: `must be some of ${allRoles.join(', ')}` })).min(1))

const onOff = z.enum(['on', 'off'], { message: 'must be on or off' }).transform((value) => value === 'on')

const environment = z.object({
  PORT: whole(0, 65535).default(8000),
  HOST: z.string().min(1).default('127.0.0.1'),
  SITE_URL: url(['http:', 'https:']).optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  CLICKHOUSE_URL: url(['http:', 'https:']).optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  NATS_URL: natsUrls.optional(),
  NATS_MONITOR_URL: url(['http:', 'https:']).optional(),
  NATS_ACCEPT_LOSS: z.enum(['0', '1'], { message: 'must be 0 or 1' }).default('0'),
  ROLES: roleList.default([...allRoles]),
  SECRET_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
  SENTRY_DSN: url(['http:', 'https:']).optional(),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  EMAIL_DEFAULT_FROM: z
    .string()
    .regex(
      /^(?:[^<>@]*<)?[^<>@\s]+@[^<>@\s]+>?$/,
      'must be an address, such as Hedgerow <hedgerow@example.com>',
    )
    .optional(),
  WEBHOOK_PRIVATE_HOSTS: z
    .string()
    .transform((value) => value.split(',').map((one) => one.trim()))
    .refine((all) => all.every(isPrivateHost), {
      message: 'must be names, addresses or networks such as 10.1.0.0/16, separated by commas, or *',
    })
    .optional(),
  GEOIP_DB: z.string().min(1).optional(),
  DATA_UPLOAD_MAX_MEMORY_SIZE: bytes.default(20 * 1024 ** 2),
  EVENT_LOG_MAX_SIZE: bytes.default(10 * 1024 ** 3),
  RECEIPT_DAYS: whole(1, 90).default(7),
  QUERY_CONCURRENCY: whole(1, 64).default(Math.max(2, cpus().length)),
  QUERY_MAX_EXECUTION_SECONDS: whole(1, 3600).default(30),
  RATE_LIMITS: onOff.default(true),
  TRUST_PROXY: onOff.default(false),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  INIT_EMAIL: z.email().optional(),
  INIT_PASSWORD: z.string().min(8, 'must have at least 8 characters').optional(),
  INIT_PERSONAL_API_KEY: z
    .string()
    .regex(/^phx_[A-Za-z0-9]{16,}$/, 'must look like phx_ and at least 16 letters and digits')
    .optional(),
  INIT_PROJECT_API_KEY: z
    .string()
    .regex(/^phc_[A-Za-z0-9_-]{3,60}$/, 'must look like phc_ and 3 to 60 letters, digits, _ or -')
    .optional(),
})

/** Names of all settings; a test holds the documentation to them. */
export const variableNames = Object.keys(environment.shape)

export type Config = Readonly<{
  port: number
  host: string
  /** The public address, without a trailing slash: absolute links (`next`, invites, snippets) are made with it. */
  siteUrl: string | null
  dataDir: string
  clickhouseUrl: string | null
  databaseUrl: string | null
  /** The servers of a NATS cluster; null: the event log is in the data folder. */
  natsUrls: string[] | null
  natsMonitorUrl: string | null
  natsAcceptLoss: boolean
  roles: ReadonlySet<Role>
  secretKey: string | null
  sentryDsn: string | null
  /** How e-mails are sent, and from whom; null: none are. */
  mail: Readonly<{ url: string; from: string }> | null
  /** Hosts that webhooks may call although they are not public. */
  privateHosts: readonly string[]
  geoipDb: string | null
  /** Largest accepted request body, on the wire and decompressed, in bytes. */
  maxBodyBytes: number
  eventLogMaxBytes: number
  /** How long it is known what became of an event. */
  receiptDays: number
  queryConcurrency: number
  queryMaxExecutionMs: number
  /** Memory that all queries together may use, in bytes: 40 % of the machine's. */
  queryMemoryBytes: number
  /** Whether requests with personal API keys are counted and held to limits. */
  areRatesLimited: boolean
  trustProxy: boolean
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  init: Readonly<{
    email: string
    password: string
    personalApiKey: string | null
    projectApiKey: string | null
  }> | null
}>

/** Thrown with one line for each bad value. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`The configuration can't be used:\n${problems.map((line) => `  ${line}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

/**
 * Reads the environment. Empty values count as absent.
 * @throws ConfigError that names every bad value at once (never the value of a secret).
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(environment.shape).map((key) => [key, env[key] === '' ? undefined : env[key]]),
  )
  const parsed = environment.safeParse(given)
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)
  if (Boolean(given.INIT_EMAIL) !== Boolean(given.INIT_PASSWORD)) {
    problems.push('INIT_EMAIL and INIT_PASSWORD: set both, or neither')
  }
  if ((given.INIT_PERSONAL_API_KEY || given.INIT_PROJECT_API_KEY) && !given.INIT_EMAIL) {
    problems.push('INIT_PERSONAL_API_KEY and INIT_PROJECT_API_KEY need INIT_EMAIL and INIT_PASSWORD')
  }
  if (given.SMTP_URL && !given.SITE_URL) {
    problems.push('SMTP_URL needs SITE_URL: the links in e-mails are made with it')
  }
  const shared = ['CLICKHOUSE_URL', 'DATABASE_URL', 'NATS_URL'] as const
  const roles = parsed.success ? new Set(parsed.data.ROLES) : new Set(allRoles)
  if (roles.size < allRoles.length && shared.some((name) => !given[name])) {
    problems.push(
      `ROLES: a process that does only a part (${[...roles].join(', ')}) shares its stores with others: set CLICKHOUSE_URL, DATABASE_URL and NATS_URL`,
    )
  }
  if (!parsed.success || problems.length) throw new ConfigError(problems)
  const e = parsed.data
  return Object.freeze({
    port: e.PORT,
    host: e.HOST,
    siteUrl: e.SITE_URL?.replace(/\/+$/, '') ?? null,
    dataDir: isAbsolute(e.DATA_DIR) ? e.DATA_DIR : resolve(e.DATA_DIR),
    clickhouseUrl: e.CLICKHOUSE_URL ?? null,
    databaseUrl: e.DATABASE_URL ?? null,
    natsUrls: e.NATS_URL ?? null,
    natsMonitorUrl: e.NATS_MONITOR_URL ?? null,
    natsAcceptLoss: e.NATS_ACCEPT_LOSS === '1',
    roles,
    secretKey: e.SECRET_KEY ?? null,
    sentryDsn: e.SENTRY_DSN ?? null,
    mail:
      e.SMTP_URL && e.SITE_URL
        ? Object.freeze({
            url: e.SMTP_URL,
            from: e.EMAIL_DEFAULT_FROM ?? `Hedgerow <hedgerow@${new URL(e.SITE_URL).hostname}>`,
          })
        : null,
    privateHosts: e.WEBHOOK_PRIVATE_HOSTS ?? [],
    geoipDb: e.GEOIP_DB ?? null,
    maxBodyBytes: e.DATA_UPLOAD_MAX_MEMORY_SIZE,
    eventLogMaxBytes: e.EVENT_LOG_MAX_SIZE,
    receiptDays: e.RECEIPT_DAYS,
    queryConcurrency: e.QUERY_CONCURRENCY,
    queryMaxExecutionMs: e.QUERY_MAX_EXECUTION_SECONDS * 1000,
    queryMemoryBytes: Math.floor(totalmem() * 0.4),
    areRatesLimited: e.RATE_LIMITS,
    trustProxy: e.TRUST_PROXY,
    logLevel: e.LOG_LEVEL,
    init:
      e.INIT_EMAIL && e.INIT_PASSWORD
        ? Object.freeze({
            email: e.INIT_EMAIL,
            password: e.INIT_PASSWORD,
            personalApiKey: e.INIT_PERSONAL_API_KEY ?? null,
            projectApiKey: e.INIT_PROJECT_API_KEY ?? null,
          })
        : null,
  })
}

import cookie from '@fastify/cookie'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { createPersonalApiKeyStore } from '../accounts/personal-api-keys.ts'
import { createProjectStore } from '../accounts/projects.ts'
import { createSessionStore } from '../accounts/sessions.ts'
import type { Database } from '../database/database.ts'
import type { Directory } from '../directory/directory.ts'
import type { TellMismatch } from '../kit/contract.ts'
import { createMemory } from '../kit/memory.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import { addApiDocs } from './api-docs.ts'
import { addAskAs, permitActing, permitActingIn } from './ask-as.ts'
import { checkScope, createAuthenticate, createRecognize } from './authenticate.ts'
import { addBodyParsers } from './bodies.ts'
import { answerClientError } from './client-errors.ts'
import { addCors } from './cors.ts'
import { createErrorHandler, type ReportError } from './errors.ts'
import { withoutSecrets } from './logging.ts'
import { addNotFound } from './not-found.ts'
import { addOpenApi } from './open-api.ts'
import type { Operation, PublicOperation } from './operation.ts'
import { permitUnlimitedKey, resolveProject } from './project.ts'
import { countRequest } from './rate-limiting.ts'
import type { WhenVisible } from './read-after.ts'
import { rememberedKeys, rememberedMs, rememberedProjects } from './remembered.ts'
import { checkDescribedAnswers, createSerializerCompiler, refuseUndeclaredRoutes } from './response-check.ts'
import { refuseStalledBodies } from './stalled-bodies.ts'
import { validatorCompiler } from './validation.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Scheme and host under which callers reach us, such as `https://hedgerow.example`. */
    publicOrigin(request: FastifyRequest): string
    /** Every operation registered so far. */
    operations: Operation[]
    /** Null where nothing can be waited for. */
    whenVisible: WhenVisible | null
  }
  interface FastifyContextConfig {
    operation?: Operation
    /** What a route is documented as that is not served by `route()`. */
    describes?: PublicOperation
    /** Why a route of the API is in no documentation. */
    undocumented?: string
  }
}

export type AppDeps = {
  database: Database
  /**
   * Told when a user visits another project: what their keys send goes there from then on. Its version says whether
   * keys, users and projects that were read are still as they were.
   */
  directory: Pick<Directory, 'changed' | 'version'>
  /** The public address without a trailing slash; null takes the request's own host. */
  siteUrl: string | null
  /** Largest request body in bytes, for every route. */
  maxBodyBytes: number
  /** Whether `X-Forwarded-*` is believed. */
  trustProxy: boolean
  logger: FastifyBaseLogger | false
  /** Null: requests are not counted. */
  rateLimits: RateLimits | null
  /** What `?after=` waits for; without it the parameter has no effect. */
  whenVisible?: WhenVisible
  /** Where faults of ours go besides the log. */
  reportError?: ReportError
  /** An answer that does not match its contract: thrown (tests), or sent and told of (production). */
  onMismatch: 'throw' | TellMismatch
  /** Told of each answer that was held against its contract, by method, route and status. */
  onCheck?: (operation: string) => void
}

/**
 * The HTTP application without any resource: keys and sessions, project resolution, checking, errors, documentation.
 * The caller registers the public and the private API and listens.
 */
export async function createApp(deps: AppDeps): Promise<FastifyInstance> {
  const { database, directory, siteUrl, rateLimits } = deps
  const handleError = createErrorHandler((error, context) => deps.reportError?.(error, context))
  const app: FastifyInstance = fastify({
    ...(deps.logger ? { loggerInstance: deps.logger } : { logger: false }),
    bodyLimit: deps.maxBodyBytes,
    trustProxy: deps.trustProxy,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
    rewriteUrl: (request) => aliased(request.url ?? '/'),
    frameworkErrors: handleError,
    clientErrorHandler: answerClientError,
    genReqId: () => crypto.randomUUID(),
    // A child's bindings are redacted when it is made, and most requests write no line: lines name the request themselves.
    childLoggerFactory: (logger) => logger,
    return503OnClosing: true,
    // One line of our own per operation, below; none for captured events.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
  })

  const remember = createMemory({ version: directory.version, maxMs: rememberedMs })
  const sessions = {
    sessions: createSessionStore(database),
    secureCookies: siteUrl?.startsWith('https:') ?? false,
  }
  const recognize = createRecognize(sessions)
  const authenticate = createAuthenticate({
    ...sessions,
    keys: rememberedKeys(createPersonalApiKeyStore(database), remember),
  })
  const projects = rememberedProjects(createProjectStore(database), remember)
  app.decorate('publicOrigin', (request) => siteUrl ?? `${request.protocol}://${request.host}`)
  app.decorate('operations', [])
  app.decorate('whenVisible', deps.whenVisible ?? null)
  app.decorateRequest('caller', null)
  app.decorateRequest('project', null)

  app.setErrorHandler(handleError)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(createSerializerCompiler(deps.onMismatch, deps.onCheck))
  // Hooks that every captured event passes too are plain callbacks: no promise is made for them.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
    done()
  })
  addAskAs(app)
  addBodyParsers(app)
  refuseStalledBodies(app)
  await app.register(cookie)
  addCors(app)
  addNotFound(app, authenticate)
  await addOpenApi(app)
  await addApiDocs(app)
  refuseUndeclaredRoutes(app)
  if (deps.onMismatch === 'throw') checkDescribedAnswers(app, deps.onCheck)

  app.addHook('onRoute', ({ config, method }) => {
    if (config?.operation && method !== 'HEAD' && !app.operations.includes(config.operation)) {
      app.operations.push(config.operation)
    }
  })
  // Who calls, then what for, then how often, then (in Fastify's own validation) whether the request makes sense.
  const admit = async (request: FastifyRequest, reply: FastifyReply, operation: Operation) => {
    if (operation.access === 'visitor') {
      request.caller = await recognize(request, reply)
      return
    }
    const { acting } = request
    const caller = acting?.caller ?? (await authenticate(request, reply))
    request.caller = caller
    checkScope(caller, operation.scope)
    if (operation.access === 'user' && !operation.limitsKeys) permitUnlimitedKey(caller)
    if (operation.access === 'project')
      request.project = await resolveProject({ projects, directory }, caller, request)
    if (acting) permitActingIn(acting, request)
    else if (rateLimits)
      await countRequest(rateLimits, operation, caller, request.project?.organizationId, request, reply)
  }
  app.addHook('preValidation', (request, reply, done) => {
    const { operation } = request.routeOptions.config
    if (request.acting) permitActing(request.acting, operation)
    if (!operation || operation.access === 'anyone') return done()
    admit(request, reply, operation).then(() => done(), done)
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { operation } = request.routeOptions.config
    if (operation) {
      request.log.info(
        {
          reqId: request.id,
          operation: operation.id,
          project: request.project?.id,
          user: request.caller?.user.id,
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
        },
        `${request.method} ${withoutSecrets(request.url)}`,
      )
    }
    done()
  })
  return app
}

/**
 * Clients generated from PostHog's published schema ask for `/api/api/…`; newer ones call a project an environment;
 * and every address may end in `.json`.
 */
function aliased(url: string): string {
  if (!url.startsWith('/api/')) return url
  return url
    .replace(/^\/api\/api\//, '/api/')
    .replace(/^\/api\/environments\//, '/api/projects/')
    .replace(/^(\/api\/(?!docs\/)[^?]*)[.]json(?=[/]?(?:[?]|$))/, '$1')
}

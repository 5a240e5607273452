import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import type { Evaluator, FlagRequest } from '../../flags/evaluator.ts'
import { runtimeOf } from '../../flags/select.ts'
import { clientIp } from '../../http/client-ip.ts'
import { decode } from '../../http/decode.ts'
import { addPublicCors } from '../../http/public-cors.ts'
import { bearerOf, formType, Query, takeRawBodies } from '../../http/raw-bodies.ts'
import { isUuid } from '../../kit/uuid.ts'
import { HedgerowError, invalid, notAuthenticated, notFound } from '../../model/errors.ts'
import type { ProjectFacts } from '../../model/project.ts'
import { answerFlags, shapeFor, tellAge } from './answers.ts'
import { decideOperation, flagsOperation } from './contract.ts'
import { type AskedFlags, readAskedFlags } from './read-request.ts'

export type FlagsDeps = {
  directory: Pick<Directory, 'projectByToken' | 'projectByPersonalKey'>
  evaluator: Pick<Evaluator, 'evaluate' | 'definitionsAgeMs'>
  /** Where an address is, by PostHog's names; null where that is not known. */
  locate(address: string): Promise<Readonly<Record<string, unknown>> | null>
  /** What posthog-js is told besides flags; of no project where the key is not looked at. */
  configOf(project: ProjectFacts | null): Record<string, unknown>
  /** Largest body in bytes, as sent and unpacked. */
  maxBodyBytes: number
  now?: () => number
}

const compressions = new Set(['gzip', 'gzip-js', 'base64', 'b64', 'lz64', 'lz-string'])

/**
 * Flags for SDKs. Definitions are in memory, so are keys; people and groups are looked up where flags ask for what the
 * request does not say, and only for as long as `lookUp` allows. So flags are answered while any store is away.
 */
export const flagsRoutes =
  (deps: FlagsDeps): FastifyPluginAsync =>
  async (app) => {
    const { directory, evaluator, locate, configOf, maxBodyBytes, now = Date.now } = deps
    takeRawBodies(app)
    addPublicCors(app, 'GET, POST, HEAD, OPTIONS')

    for (const [endpoint, describes] of [
      ['flags', flagsOperation],
      ['decide', decideOperation],
    ] as const) {
      const url = `/${endpoint}`
      app.post(url, { config: { describes } }, (request, reply) => answer(endpoint, request, reply))
      // Uptime checks and old snippets ask so; there is nobody to answer about.
      app.get(url, { exposeHeadRoute: false }, async (request, reply) => {
        const shape = shapeFor(endpoint, versionOf(new Query(request.query)), false)
        return send(reply, answerFlags(shape, [], { ...standing(request), ...configOf(null) }))
      })
      app.head(url, (_request, reply) => reply.send())
      app.options(url, (_request, reply) => reply.code(204).header('allow', allowed).send())
      app.route({
        method: ['PUT', 'PATCH', 'DELETE'],
        url,
        handler: async (request, reply) => {
          reply.header('allow', allowed)
          throw new HedgerowError('method_not_allowed', `Method "${request.method}" not allowed.`)
        },
      })
    }
    app.all('/decide/*', async () => {
      throw notFound('Endpoint not found.')
    })

    async function answer(endpoint: 'flags' | 'decide', request: FastifyRequest, reply: FastifyReply) {
      const query = new Query(request.query)
      const asked = await read(request, query)
      const project = projectOf(asked, request)
      const version = versionOf(query)
      const wantsConfig = query.get('config')
      const hasConfig =
        endpoint === 'decide' || wantsConfig === 'true' || (version === null && wantsConfig === null)
      const shape = shapeFor(endpoint, version, wantsConfig !== null)
      if (asked.distinctId === null) {
        throw invalid('Decide requires a distinct_id.', { code: 'missing_distinct_id' })
      }
      const flags = asked.flagsDisabled
        ? []
        : await evaluator.evaluate(await flagRequest(asked, asked.distinctId, project, request, query))
      tellAge(reply, evaluator)
      return send(
        reply,
        answerFlags(shape, flags, {
          ...standing(request),
          ...(hasConfig && configOf(project)),
          ...(endpoint === 'decide' && { config: { enable_collect_everything: true } }),
        }),
      )
    }

    async function read(request: FastifyRequest, query: Query): Promise<AskedFlags> {
      const { headers } = request
      const compression = query.get('compression')
      if (compression !== null && !compressions.has(compression.toLowerCase())) {
        throw invalid(`Unknown compression "${compression}".`, { code: 'malformed_data' })
      }
      const { json, form } = await decode(
        {
          body: (request.body as Buffer | undefined) ?? null,
          data: query.get('data'),
          compression,
          isForm: headers['content-type'] === formType,
          contentEncoding: headers['content-encoding'] ?? null,
          legacy: true,
          lossy: true,
        },
        maxBodyBytes,
      )
      const asked = readAskedFlags(json)
      return { ...asked, key: asked.key ?? form?.get('api_key') ?? form?.get('token') ?? query.get('token') }
    }

    /** @throws HedgerowError `not_authenticated`; an unknown key is told, unlike by capture, which has stored events by then. */
    function projectOf({ key, personalKey }: AskedFlags, request: FastifyRequest): ProjectFacts {
      const given = key ?? bearerOf(request.headers.authorization) ?? personalKey
      if (given === null) {
        throw notAuthenticated(
          'Project API key not provided. You can find your project API key in project settings.',
          {
            code: 'no_api_key',
          },
        )
      }
      const project = given.startsWith('phx_')
        ? directory.projectByPersonalKey(given)
        : directory.projectByToken(given)
      if (project) return project
      throw notAuthenticated(
        'Project API key invalid. You can find your project API key in project settings.',
        {
          code: 'invalid_api_key',
        },
      )
    }

    async function flagRequest(
      asked: AskedFlags,
      distinctId: string,
      project: ProjectFacts,
      request: FastifyRequest,
      query: Query,
    ): Promise<FlagRequest> {
      const { headers } = request
      const address = asked.geoipDisabled
        ? null
        : clientIp(headers['x-forwarded-for'], request.socket.remoteAddress)
      return {
        project,
        distinctId,
        deviceId: asked.deviceId,
        anonDistinctId: asked.anonDistinctId,
        personProperties: asked.personProperties,
        place: address === null ? null : await locate(address),
        groups: asked.groups,
        groupProperties: asked.groupProperties,
        keys: asked.keys,
        client: {
          runtime:
            asked.runtime ??
            runtimeOf({
              userAgent: headers['user-agent'],
              origin: headers.origin,
              referer: headers.referer,
              secFetchMode: [headers['sec-fetch-mode']].flat()[0],
            }),
          contexts: asked.contexts,
          onlySurveys: query.get('only_evaluate_survey_feature_flags') === 'true',
        },
      }
    }

    /** What every answer says of itself. */
    function standing(request: FastifyRequest) {
      const given = [request.headers['x-request-id']].flat()[0]
      return {
        requestId: given && isUuid(given) ? given.toLowerCase() : request.id,
        evaluatedAt: now(),
      }
    }
  }

const allowed = 'GET, POST, HEAD, OPTIONS'
const versionOf = (query: Query) => query.get('v') ?? query.get('version')

const send = (reply: FastifyReply, json: string) => reply.type('application/json; charset=utf-8').send(json)

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import type { Evaluator } from '../../flags/evaluator.ts'
import { findPersonalKey } from '../../http/authenticate.ts'
import { countLocalEvaluation } from '../../http/rate-limiting.ts'
import { Query } from '../../http/raw-bodies.ts'
import { forbidden, notAuthenticated, notFound } from '../../model/errors.ts'
import type { ProjectFacts } from '../../model/project.ts'
import type { RateLimits } from '../../rate-limits/rate-limits.ts'
import { tellAge } from './answers.ts'
import { definitionsOperation, localEvaluationOperation, remoteConfigOperation } from './contract.ts'

export type DefinitionDeps = {
  directory: Pick<Directory, 'projectByToken' | 'projectById' | 'personalKey'>
  evaluator: Pick<Evaluator, 'flagsOf' | 'definitionsFor' | 'definitionsAgeMs'>
  /** Null where nothing is held to limits. */
  rateLimits: RateLimits | null
}

const scope = 'feature_flag:read'

/**
 * How flags are defined, for SDKs of servers, which evaluate them on their own. Keys and flags are in memory: servers go
 * on while the database is away.
 */
export const flagDefinitionRoutes =
  ({ directory, evaluator, rateLimits }: DefinitionDeps): FastifyPluginAsync =>
  async (app) => {
    const definitions = async (request: FastifyRequest, reply: FastifyReply) => {
      const project = projectOf(request)
      if (rateLimits) await countLocalEvaluation(rateLimits, project.organizationId, request, reply)
      const query = new Query(request.query)
      const sendCohorts =
        query.has('send_cohorts') && !/^(?:false|0|no|off)$/i.test(query.get('send_cohorts') ?? '')
      const { json, sum } = evaluator.definitionsFor(project.id, sendCohorts)
      const etag = `W/"${sum}"`
      tellAge(reply, evaluator)
      reply.header('etag', etag).header('cache-control', 'private, must-revalidate')
      if (isKnown(request.headers['if-none-match'], sum)) return reply.code(304).send()
      return reply.type('application/json; charset=utf-8').send(json)
    }

    for (const [url, describes] of [
      ['/flags/definitions', definitionsOperation],
      ['/api/projects/:project_id/feature_flags/local_evaluation', localEvaluationOperation],
      ['/api/feature_flag/local_evaluation', undefined],
    ] as const) {
      app.get(url, { config: describes ? { describes } : { undocumented: 'an older address' } }, definitions)
      app.options(url, (_request, reply) => reply.code(204).header('allow', 'GET, HEAD, OPTIONS').send())
    }

    for (const [url, describes] of [
      ['/api/projects/:project_id/feature_flags/:key/remote_config', remoteConfigOperation],
      ['/api/feature_flag/:key/remote_config', undefined],
    ] as const) {
      app.get(
        url,
        { config: describes ? { describes } : { undocumented: 'an older address' } },
        async (request, reply) => {
          const project = projectOf(request)
          if (rateLimits) await countLocalEvaluation(rateLimits, project.organizationId, request, reply)
          const { key } = request.params as { key: string }
          const flags = evaluator.flagsOf(project.id)
          const flag = /^\d+$/.test(key) ? flags?.byId.get(Number(key)) : flags?.byKey.get(key)
          if (!flag?.isRemoteConfiguration) throw notFound()
          const payload = flag.parsed.payloads.true ?? null
          if (payload === null) return reply.send()
          return reply.type('application/json; charset=utf-8').send(JSON.stringify(payload))
        },
      )
    }

    /**
     * The project that is asked about: that of `token`, of the path, or the one that the key's user visited last.
     * @throws HedgerowError 401 without a key that is known, 403 where it may not
     */
    function projectOf(request: FastifyRequest): ProjectFacts {
      const found = findPersonalKey(request)
      if (!found) throw notAuthenticated()
      const key = directory.personalKey(found.key)
      if (!key) {
        throw notAuthenticated(`Personal API key found in request ${found.source} is invalid.`, {
          code: 'authentication_failed',
        })
      }
      const { scopes } = key
      const isHeld = scopes?.length && !scopes.includes('*')
      if (isHeld && !scopes.includes(scope) && !scopes.includes('feature_flag:write')) {
        throw forbidden(`API key missing required scope '${scope}'`)
      }
      const wanted = wantedProject(request)
      const project = wanted === 'any' ? key.projects[0] : wanted
      if (!project) throw notFound('Project not found.')
      if (!key.projects.some(({ id }) => id === project.id))
        throw forbidden("You don't have access to the project.")
      return project
    }

    function wantedProject(request: FastifyRequest): ProjectFacts | 'any' | undefined {
      const query = new Query(request.query)
      const token = query.get('token') ?? query.get('api_key')
      if (token !== null) {
        const project = directory.projectByToken(token)
        if (project) return project
        throw notAuthenticated('Incorrect authentication credentials.', { code: 'authentication_failed' })
      }
      const { project_id: id } = request.params as { project_id?: string }
      if (id === undefined || id === '@current') return 'any'
      return /^\d{1,9}$/.test(id) ? directory.projectById(Number(id)) : undefined
    }
  }

const isKnown = (header: string | undefined, sum: string) =>
  header?.split(',').some((one) => one.trim().replace(/^W\//, '').replaceAll('"', '') === sum) ?? false

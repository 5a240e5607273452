import type { FastifyInstance } from 'fastify'
import type { Directory } from '../directory/directory.ts'
import type { LogWriter } from '../event-log/event-log.ts'
import type { Evaluator } from '../flags/evaluator.ts'
import type { ProjectDefinitions } from '../model/flags.ts'
import type { RateLimits } from '../rate-limits/rate-limits.ts'
import { captureRoutes } from './capture/routes.ts'
import { captureV1Routes } from './capture/v1-routes.ts'
import { flagDefinitionRoutes } from './flags/definition-routes.ts'
import { sdkListRoutes } from './flags/list-routes.ts'
import { type FlagsDeps, flagsRoutes } from './flags/routes.ts'
import { flagsConfig } from './snippet/remote-config.ts'
import { snippetRoutes } from './snippet/routes.ts'

type Deps = Pick<FlagsDeps, 'locate' | 'maxBodyBytes'> & {
  log: LogWriter
  directory: Pick<Directory, 'projectByToken' | 'projectById' | 'projectByPersonalKey' | 'personalKey'>
  evaluator: Evaluator
  definitionsOf(projectId: number): ProjectDefinitions | undefined
  rateLimits: RateLimits | null
}

/** Every slice of the public API: what SDKs call with a project key, and what their pages load. */
export const publicApi =
  ({ log, directory, evaluator, definitionsOf, rateLimits, locate, maxBodyBytes }: Deps) =>
  async (app: FastifyInstance): Promise<void> => {
    const hasSurveys = (projectId: number) =>
      definitionsOf(projectId)?.surveys.some((one) => one.start_date && !one.end_date) ?? false
    await app.register(captureRoutes({ log, directory, maxBodyBytes }))
    await app.register(captureV1Routes({ log, directory, maxBodyBytes }))
    await app.register(
      snippetRoutes({
        directory,
        projectHas: (projectId) => ({
          flags: definitionsOf(projectId)?.flags.some(({ active }) => active) ?? false,
          surveys: hasSurveys(projectId),
        }),
      }),
    )
    await app.register(
      flagsRoutes({
        directory,
        evaluator,
        locate,
        configOf: (project) => flagsConfig(project, project !== null && hasSurveys(project.id)),
        maxBodyBytes,
      }),
    )
    await app.register(flagDefinitionRoutes({ directory, evaluator, rateLimits }))
    await app.register(sdkListRoutes({ directory, definitionsOf }))
  }

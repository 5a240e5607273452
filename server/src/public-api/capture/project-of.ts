import type { Directory } from '../../directory/directory.ts'
import { HedgerowError, notAuthenticated } from '../../model/errors.ts'
import type { ProjectFacts } from '../../model/project.ts'
import { keyProblem } from './admit.ts'

/** Where a request can say which project it is for; each null where it does not. */
export type Keys = {
  /** In the project API key's place: body, form, or query. A personal key may stand there too. */
  key: string | null
  /** The value of `Authorization: Bearer`. */
  bearer: string | null
  /** `personal_api_key` of the body. */
  inBody: string | null
  /** `personal_api_key` of the query. */
  inQuery: string | null
}

/**
 * The project that a request may write to. A key in the project key's place decides; else the first personal key,
 * by header, body, query. A wrong key is refused at once (SDKs don't repeat after a 401), never passed over.
 *
 * @throws HedgerowError `not_authenticated`
 */
export function projectOf(
  { key, bearer, inBody, inQuery }: Keys,
  directory: Pick<Directory, 'projectByToken' | 'projectByPersonalKey'>,
): ProjectFacts {
  const given = key ?? bearer ?? inBody ?? inQuery
  if (given === null) {
    throw notAuthenticated('event submitted without an api_key', { code: 'missing_api_key' })
  }
  if (given.startsWith('phx_')) {
    return directory.projectByPersonalKey(given) ?? refuse('API key is not valid: personal_api_key')
  }
  const problem = keyProblem(given)
  if (problem) refuse(`API key is not valid: ${problem}`)
  return (
    directory.projectByToken(given) ??
    refuse("Project API key invalid. You can find the key in your project's settings.")
  )
}

function refuse(detail: string): never {
  throw new HedgerowError('not_authenticated', detail, { code: 'invalid_api_key' })
}

import type { Database } from '../database/database.ts'
import { hashKey } from '../kit/api-keys.ts'
import { HedgerowError } from '../model/errors.ts'
import type { ProjectFacts } from '../model/project.ts'
import type { Directory, KeyFacts } from './directory.ts'
import { readCopy, writeCopy } from './directory-copy.ts'
import { type DirectoryContent, readDirectory } from './directory-source.ts'
import { createFollower, type Logger } from './follower.ts'

/**
 * Opens the directory from the database or, where that is away, from the copy in `file`; then keeps trying.
 * @throws HedgerowError `unavailable` when the database is away and there is no copy: a start that knew no project
 * would refuse every event.
 */
export async function createDirectory({
  database,
  file,
  logger,
}: {
  database: Database
  file: string
  logger?: Logger
}): Promise<Directory> {
  let index = indexOf({ projects: [], keys: [] })
  let written = ''

  const follower = createFollower({
    database,
    channel: 'directory',
    what: 'the directory',
    logger,
    async read() {
      const started = new Date()
      const content = await readDirectory(database)
      index = indexOf(content)
      const text = JSON.stringify(content)
      if (text === written) return
      try {
        await writeCopy(file, content, started)
        written = text
      } catch (error) {
        logger?.warn({ err: error, file }, 'the copy of the directory could not be written')
      }
    },
  })

  try {
    await follower.connect()
  } catch (error) {
    const copy = error instanceof HedgerowError && error.kind === 'unavailable' ? await readCopy(file) : null
    if (!copy) {
      await follower.close()
      throw error
    }
    index = indexOf(copy.content)
    follower.keepTrying(error, copy.readAt)
  }

  return {
    projectByToken: (token) => index.byToken.get(token),
    projectById: (id) => index.byId.get(id),
    projectByPersonalKey: (key) => index.byKeyHash.get(hashKey(key))?.projects[0],
    personalKey: (key) => index.byKeyHash.get(hashKey(key)),
    version: follower.version,
    changed: () => follower.changed(),
    ageMs: follower.ageMs,
    close: follower.close,
  }
}

type Index = {
  byId: Map<number, ProjectFacts>
  byToken: Map<string, ProjectFacts>
  byKeyHash: Map<string, KeyFacts>
}

function indexOf({ projects, keys }: DirectoryContent): Index {
  const byId = new Map(projects.map((project) => [project.id, project]))
  return {
    byId,
    byToken: new Map(projects.map((project) => [project.apiToken, project])),
    byKeyHash: new Map(
      keys.map(({ hash, projectIds, scopes }) => [
        hash,
        { projects: projectIds.flatMap((id) => byId.get(id) ?? []), scopes },
      ]),
    ),
  }
}

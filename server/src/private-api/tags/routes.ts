import type { FastifyInstance } from 'fastify'
import type { Database } from '../../database/database.ts'
import { route } from '../../http/operation.ts'
import { tagNames } from '../../tags/tags.ts'
import { listTags } from './contract.ts'

export const tagRoutes =
  ({ database }: { database: Pick<Database, 'db'> }) =>
  async (app: FastifyInstance) => {
    route(app, listTags, async ({ project }) => tagNames(database.db, project.id))
  }

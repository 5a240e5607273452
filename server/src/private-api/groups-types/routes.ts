import type { FastifyInstance } from 'fastify'
import { route } from '../../http/operation.ts'
import type { GroupStore } from '../../persons/group-store.ts'
import { listGroupTypes, updateGroupTypes } from './contract.ts'

export const groupTypeRoutes =
  ({ groups }: { groups: Pick<GroupStore, 'typesOf' | 'nameTypes'> }) =>
  async (app: FastifyInstance) => {
    route(app, listGroupTypes, ({ project }) => typesOf(project.id))

    route(app, updateGroupTypes, async ({ project, body }) => {
      const names = body.map((one) => ({
        groupTypeIndex: one.group_type_index,
        nameSingular: one.name_singular,
        namePlural: one.name_plural,
      }))
      await groups.nameTypes(project.id, names)
      return typesOf(project.id)
    })

    async function typesOf(projectId: number) {
      const types = await groups.typesOf(projectId)
      return types.map((type) => ({
        group_type: type.groupType,
        group_type_index: type.groupTypeIndex,
        name_singular: type.nameSingular,
        name_plural: type.namePlural,
      }))
    }
  }

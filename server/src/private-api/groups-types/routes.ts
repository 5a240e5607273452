import type { FastifyInstance } from 'fastify'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import type { GroupStore } from '../../persons/group-store.ts'
import { listGroupTypes, updateGroupTypes } from './contract.ts'

type Deps = { groups: Pick<GroupStore, 'typesOf' | 'nameTypes'>; activity: Pick<ActivityLog, 'record'> }

export const groupTypeRoutes =
  ({ groups, activity }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listGroupTypes, ({ project }) => typesOf(project.id))

    route(app, updateGroupTypes, async ({ project, user, body }) => {
      const names = body.map((one) => ({
        groupTypeIndex: one.group_type_index,
        nameSingular: one.name_singular,
        namePlural: one.name_plural,
      }))
      const before = new Map((await typesOf(project.id)).map((type) => [type.group_type_index, type]))
      await groups.nameTypes(project.id, names)
      const after = await typesOf(project.id)
      for (const type of after) {
        await activity.record({
          ...doneBy(project, user),
          scope: 'GroupType',
          itemId: type.group_type_index,
          name: type.group_type,
          activity: 'updated',
          changes: changesBetween('GroupType', before.get(type.group_type_index) ?? {}, type),
        })
      }
      return after
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

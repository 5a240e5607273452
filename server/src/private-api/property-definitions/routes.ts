import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { changesBetween } from '../../activity/changes.ts'
import { userBasic } from '../../http/account-shapes.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import { route } from '../../http/operation.ts'
import { counted } from '../../http/paging.ts'
import { invalid } from '../../model/errors.ts'
import {
  deletePropertyDefinition,
  listPropertyDefinitions,
  propertySeenTogether,
  replacePropertyDefinition,
  retrievePropertyDefinition,
  updatePropertyDefinition,
} from './contract.ts'
import type { PropertyDefinitionQuery, PropertyDefinitionRow, PropertyDefinitionStore } from './store.ts'

type Deps = {
  propertyDefinitions: PropertyDefinitionStore
  activity: Pick<ActivityLog, 'record'>
  now: () => Date
}

export const propertyDefinitionRoutes =
  ({ propertyDefinitions, activity, now }: Deps) =>
  async (app: FastifyInstance) => {
    route(app, listPropertyDefinitions, async ({ project, query, url }) => {
      const found = await propertyDefinitions.list(project.id, understood(query))
      return counted(url, query, { count: found.count, results: found.results.map(present) })
    })

    route(app, propertySeenTogether, async ({ project, query }) =>
      propertyDefinitions.seenTogether(
        project.id,
        namesOf(query.event_names, 'event_names') ?? [],
        query.property_name,
      ),
    )

    route(app, retrievePropertyDefinition, async ({ project, params }) =>
      present(await propertyDefinitions.get(project.id, params.id)),
    )

    for (const update of [updatePropertyDefinition, replacePropertyDefinition]) {
      route(app, update, async ({ project, user, params, body }) => {
        const { property_type: propertyType, tags, description, verified, hidden } = body
        const changes = {
          description,
          verified,
          hidden,
          tags,
          ...(propertyType !== undefined && { propertyType, isNumerical: propertyType === 'Numeric' }),
        }
        const by = { userId: user.id, now: now() }
        const before = await propertyDefinitions.get(project.id, params.id)
        const after = await propertyDefinitions.update(project.id, params.id, changes, by)
        await activity.record({
          ...doneBy(project, user),
          ...known(after.definition),
          activity: 'updated',
          changes: changesBetween('PropertyDefinition', present(before), present(after)),
        })
        return present(after)
      })
    }

    route(app, deletePropertyDefinition, async ({ project, user, params }) => {
      const gone = await propertyDefinitions.remove(project.id, params.id)
      await activity.record({ ...doneBy(project, user), ...known(gone), activity: 'deleted' })
    })
  }

type Asked = z.output<(typeof listPropertyDefinitions)['query']>

/** @throws HedgerowError `invalid` for parameters that do not go together. */
function understood(asked: Asked): PropertyDefinitionQuery {
  const { type, limit, offset, search, tags } = asked
  const eventNames = namesOf(asked.event_names, 'event_names')
  if (eventNames?.length && type !== 'event') {
    throw invalid('`event_names` can only be set for `event` type', { attr: 'event_names' })
  }
  return {
    type,
    limit,
    offset,
    search,
    tags,
    groupTypeIndex: groupTypeIndexOf(asked),
    names: asked.properties?.split(','),
    excluded: namesOf(asked.excluded_properties, 'excluded_properties') ?? [],
    onlyNumerical: isTrue(asked.is_numerical),
    featureFlags: asked.is_feature_flag === undefined ? undefined : isTrue(asked.is_feature_flag),
    eventNames: eventNames?.length ? eventNames : undefined,
    onlySeen: isTrue(asked.filter_by_event_names),
  }
}

function groupTypeIndexOf({ type, group_type_index: index }: Asked): number | undefined {
  const attr = 'group_type_index'
  if (type !== 'group') {
    if (index === undefined) return undefined
    throw invalid('`group_type_index` can only set for `group` type', { attr })
  }
  if (index === undefined) throw invalid('`group_type_index` must be set for `group` type', { attr })
  if (!/^[0-4]$/.test(index)) throw invalid('Invalid value for `group_type_index`', { attr })
  return Number(index)
}

const isTrue = (text: string | undefined) => /^(?:true|1|t|yes|y|on)$/i.test(text ?? '')

/** @throws HedgerowError `invalid` when the text is not a JSON list of names. */
function namesOf(text: string | undefined, attr: string): string[] | undefined {
  if (!text) return undefined
  try {
    return z.array(z.string()).parse(JSON.parse(text))
  } catch (error) {
    throw invalid(`${attr} must be a JSON list of names.`, { attr, cause: error })
  }
}

const known = (definition: PropertyDefinitionRow['definition']) => ({
  scope: 'PropertyDefinition' as const,
  itemId: definition.id,
  name: definition.name,
})

const present = ({ definition, updater, seen, tags }: PropertyDefinitionRow & { seen: boolean | null }) => ({
  id: definition.id,
  name: definition.name,
  description: definition.description,
  tags,
  is_numerical: definition.isNumerical,
  property_type: definition.propertyType as 'DateTime' | 'String' | 'Numeric' | 'Boolean' | null,
  query_usage_30_day: null,
  is_seen_on_filtered_events: seen,
  verified: definition.verified,
  hidden: definition.hidden,
  updated_at: definition.updatedAt,
  updated_by: updater && userBasic(updater),
})

import { and, asc, desc, eq, gt, ilike, inArray, lt, or, sql } from 'drizzle-orm'
import type { ActivityLog } from '../../activity/activity-log.ts'
import type { Change } from '../../activity/changes.ts'
import type { Database, Queries } from '../../database/database.ts'
import {
  organizations,
  pluginAttachments,
  pluginConfigs,
  pluginLogs,
  plugins,
} from '../../database/schema.ts'
import { containing } from '../../kit/containing.ts'
import { invalid, notFound } from '../../model/errors.ts'
import { addNotes, type LogType, type Note } from './notes.ts'
import { configChanges, masked, secretKeys, withSecretsOf } from './rules.ts'
import type { PluginRow } from './store.ts'

export type ConfigChanges = {
  enabled?: boolean
  order?: number
  config?: Record<string, unknown>
  /** Files by the key of their setting; null removes one. */
  attachments: Map<string, { fileName: string; content: Uint8Array } | null>
}

type StoredConfig = typeof pluginConfigs.$inferSelect
type Attachment = { id: number; key: string; fileName: string; size: number }
export type ConfigRow = PluginRow & { config: StoredConfig; attachments: Attachment[] }

type Project = { id: number; organizationId: string }
type Page = { limit: number; offset: number }

const mostAttachments = 20
const mostAttachmentBytes = 5 * 1024 * 1024
const notExecuted =
  'Enabled. Apps are not executed by this server: how this one is set up is kept, and nothing is done with it.'

/**
 * How projects have apps set up, in the database. Changes are told in the activity log, by the transactions that make
 * them, and noted among what is to be said of the app.
 */
export function createPluginConfigStore(
  database: Database,
  { activity, now }: { activity: Pick<ActivityLog, 'record'>; now: () => Date },
) {
  const { db } = database

  const rows = (tx: Queries) =>
    tx
      .select({ config: pluginConfigs, plugin: plugins, organizationName: organizations.name })
      .from(pluginConfigs)
      .innerJoin(plugins, eq(plugins.id, pluginConfigs.pluginId))
      .innerJoin(organizations, eq(organizations.id, plugins.organizationId))
      .$dynamic()
  const inOrder = [asc(pluginConfigs.order), asc(pluginConfigs.pluginId)]

  async function withAttachments(tx: Queries, found: (PluginRow & { config: StoredConfig })[]) {
    const ids = found.map(({ config }) => config.id)
    const attached = ids.length
      ? await tx
          .select({
            id: pluginAttachments.id,
            configId: pluginAttachments.pluginConfigId,
            key: pluginAttachments.key,
            fileName: pluginAttachments.fileName,
            size: sql<number>`length(${pluginAttachments.content})`,
          })
          .from(pluginAttachments)
          .where(inArray(pluginAttachments.pluginConfigId, ids))
          .orderBy(asc(pluginAttachments.id))
      : []
    return found.map(
      (row): ConfigRow => ({
        ...row,
        attachments: attached.filter(({ configId }) => configId === row.config.id),
      }),
    )
  }

  const is = (projectId: number, id: number) =>
    and(eq(pluginConfigs.projectId, projectId), eq(pluginConfigs.id, id))

  async function get(tx: Queries, projectId: number, id: number): Promise<ConfigRow> {
    const [found] = await withAttachments(tx, await rows(tx).where(is(projectId, id)))
    if (!found) throw notFound()
    return found
  }

  const tell = (
    tx: Queries,
    project: Project,
    userId: number,
    { config, plugin }: ConfigRow,
    what: string,
    changes: Change[] | null = null,
  ) =>
    activity.record(
      {
        organizationId: project.organizationId,
        projectId: project.id,
        userId,
        scope: 'PluginConfig',
        itemId: config.id,
        activity: what,
        name: plugin.name,
        changes,
      },
      tx,
    )

  /** What of the settings and the switch differs, told and noted. @param before null where it is new */
  async function tellSetUp(
    tx: Queries,
    project: Project,
    userId: number,
    before: StoredConfig | null,
    after: ConfigRow,
  ) {
    const { config, plugin } = after
    const notes: Note[] = []
    const changes = configChanges(before?.config ?? {}, config.config, secretKeys(plugin.configSchema))
    if (changes.length) {
      await tell(tx, project, userId, after, 'config_updated', changes)
      const fields = changes.map(({ field }) => field).join(', ')
      notes.push({ type: 'INFO', message: `Settings changed: ${fields}` })
    }
    if (config.enabled !== (before?.enabled ?? false)) {
      await tell(tx, project, userId, after, config.enabled ? 'enabled' : 'disabled')
      notes.push(
        config.enabled ? { type: 'WARN', message: notExecuted } : { type: 'INFO', message: 'Disabled.' },
      )
    }
    await addNotes(tx, config.id, notes, now())
  }

  /** @throws HedgerowError `invalid` for a file that is too large, and for too many. */
  async function setAttachments(
    tx: Queries,
    project: Project,
    userId: number,
    row: ConfigRow,
    given: ConfigChanges['attachments'],
  ) {
    const secret = secretKeys(row.plugin.configSchema)
    for (const [key, file] of given) {
      if (file && file.content.length > mostAttachmentBytes) {
        throw invalid(`A file may have at most ${mostAttachmentBytes} bytes.`, {
          attr: `add_attachment[${key}]`,
        })
      }
      const before = row.attachments.find((one) => one.key === key)
      const where = and(eq(pluginAttachments.pluginConfigId, row.config.id), eq(pluginAttachments.key, key))
      if (file) {
        const { fileName } = file
        const base64 = Buffer.from(file.content).toString('base64')
        const content = sql`decode(${base64}, 'base64')`
        await tx
          .insert(pluginAttachments)
          .values({ pluginConfigId: row.config.id, key, fileName, content })
          .onConflictDoUpdate({
            target: [pluginAttachments.pluginConfigId, pluginAttachments.key],
            set: { fileName, content },
          })
      } else if (before) await tx.delete(pluginAttachments).where(where)
      else continue
      const [what, action] = !before
        ? (['attachment_created', 'created'] as const)
        : file
          ? (['attachment_updated', 'changed'] as const)
          : (['attachment_deleted', 'deleted'] as const)
      const shown = (name: string | undefined) =>
        name === undefined ? null : secret.has(key) ? masked : name
      await tell(tx, project, userId, row, what, [
        {
          type: 'PluginConfig',
          action,
          field: key,
          before: shown(before?.fileName),
          after: shown(file?.fileName),
        },
      ])
    }
    const held = eq(pluginAttachments.pluginConfigId, row.config.id)
    if (given.size && (await tx.$count(pluginAttachments, held)) > mostAttachments) {
      throw invalid(`The settings of an app hold at most ${mostAttachments} files.`)
    }
  }

  async function change(
    tx: Queries,
    project: Project,
    userId: number,
    before: ConfigRow,
    { enabled, order, config, attachments }: ConfigChanges,
  ): Promise<ConfigRow> {
    const secret = secretKeys(before.plugin.configSchema)
    await tx
      .update(pluginConfigs)
      .set({
        enabled,
        order,
        config: config && withSecretsOf(config, before.config.config, secret),
        updatedAt: now().toISOString(),
      })
      .where(eq(pluginConfigs.id, before.config.id))
    await setAttachments(tx, project, userId, before, attachments)
    const after = await get(tx, project.id, before.config.id)
    await tellSetUp(tx, project, userId, before.config, after)
    return after
  }

  /** Whoever changes it waits for whoever does. */
  const lock = (tx: Queries, where: ReturnType<typeof and>) =>
    tx.select({ id: pluginConfigs.id }).from(pluginConfigs).where(where).for('update')

  return {
    /** @throws HedgerowError not found. */
    get: (projectId: number, id: number) => get(db, projectId, id),

    async list(projectId: number, page: Page) {
      const where = eq(pluginConfigs.projectId, projectId)
      const found = await rows(db)
        .where(where)
        .orderBy(...inOrder)
        .limit(page.limit)
        .offset(page.offset)
      return { count: await db.$count(pluginConfigs, where), results: await withAttachments(db, found) }
    },

    /**
     * Sets an app up, or changes how it is.
     * @throws HedgerowError `does_not_exist` for an app that the organization may not use; `invalid` as `setAttachments`.
     */
    put: (
      project: Project,
      userId: number,
      pluginId: number,
      { attachments, ...given }: ConfigChanges,
    ): Promise<ConfigRow> =>
      database.transaction(async (tx) => {
        const [plugin] = await tx
          .select()
          .from(plugins)
          .where(
            and(
              eq(plugins.id, pluginId),
              or(eq(plugins.organizationId, project.organizationId), eq(plugins.isGlobal, true)),
            ),
          )
          .for('share')
        if (!plugin) {
          throw invalid(`Invalid pk "${pluginId}" - object does not exist.`, {
            code: 'does_not_exist',
            attr: 'plugin',
          })
        }
        const config = given.config && withSecretsOf(given.config, {}, secretKeys(plugin.configSchema))
        const order =
          given.order ??
          sql<number>`(select coalesce(max("order") + 1, 1) from ${pluginConfigs} where project_id = ${project.id})`
        const [made] = await tx
          .insert(pluginConfigs)
          .values({ projectId: project.id, pluginId, enabled: given.enabled, config, order })
          .onConflictDoNothing()
          .returning({ id: pluginConfigs.id })
        if (made) {
          const row = await get(tx, project.id, made.id)
          await setAttachments(tx, project, userId, row, attachments)
          const after = await get(tx, project.id, made.id)
          await tellSetUp(tx, project, userId, null, after)
          return after
        }
        const one = and(eq(pluginConfigs.projectId, project.id), eq(pluginConfigs.pluginId, pluginId))
        const [there] = await lock(tx, one)
        if (!there) throw notFound()
        const before = await get(tx, project.id, there.id)
        return change(tx, project, userId, before, { ...given, attachments })
      }),

    /** @throws HedgerowError not found; `invalid` as `setAttachments`. */
    update: (project: Project, id: number, userId: number, given: ConfigChanges): Promise<ConfigRow> =>
      database.transaction(async (tx) => {
        await lock(tx, is(project.id, id))
        return change(tx, project, userId, await get(tx, project.id, id), given)
      }),

    /** Brings those that are enabled into this order, by the ids of their apps, and answers them. */
    rearrange: (project: Project, userId: number, orders: Map<number, number>): Promise<ConfigRow[]> =>
      database.transaction(async (tx) => {
        const enabled = and(eq(pluginConfigs.projectId, project.id), eq(pluginConfigs.enabled, true))
        await lock(tx, enabled)
        for (const { config, plugin } of await rows(tx).where(enabled)) {
          const order = orders.get(plugin.id)
          if (order === undefined || order === config.order) continue
          await tx.update(pluginConfigs).set({ order }).where(eq(pluginConfigs.id, config.id))
          await activity.record(
            {
              organizationId: project.organizationId,
              projectId: project.id,
              userId,
              scope: 'Plugin',
              itemId: plugin.id,
              activity: 'order_changed',
              name: plugin.name,
              changes: [
                { type: 'Plugin', action: 'changed', field: 'order', before: config.order, after: order },
              ],
            },
            tx,
          )
        }
        const after = await rows(tx)
          .where(enabled)
          .orderBy(...inOrder)
        return withAttachments(tx, after)
      }),

    /** What is to be said of it, the newest first. @throws HedgerowError not found. */
    async logs(
      projectId: number,
      id: number,
      asked: { after?: string; before?: string; search?: string; types?: LogType[] } & Page,
    ) {
      const { config } = await get(db, projectId, id)
      const where = and(
        eq(pluginLogs.pluginConfigId, id),
        asked.after === undefined ? undefined : gt(pluginLogs.timestamp, asked.after),
        asked.before === undefined ? undefined : lt(pluginLogs.timestamp, asked.before),
        asked.search ? ilike(pluginLogs.message, containing(asked.search)) : undefined,
        asked.types?.length ? inArray(pluginLogs.type, asked.types) : undefined,
      )
      const results = await db
        .select()
        .from(pluginLogs)
        .where(where)
        .orderBy(desc(pluginLogs.timestamp), desc(pluginLogs.id))
        .limit(asked.limit)
        .offset(asked.offset)
      return { config, count: await db.$count(pluginLogs, where), results }
    },
  }
}

export type PluginConfigStore = ReturnType<typeof createPluginConfigStore>

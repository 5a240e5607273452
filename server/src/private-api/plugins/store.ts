import { isDeepStrictEqual } from 'node:util'
import { and, asc, eq, inArray, or, type SQL } from 'drizzle-orm'
import type { ActivityLog } from '../../activity/activity-log.ts'
import { type Change, changesBetween } from '../../activity/changes.ts'
import type { Database, Queries } from '../../database/database.ts'
import { organizations, pluginAttachments, pluginConfigs, plugins } from '../../database/schema.ts'
import { forbidden, invalid, notFound } from '../../model/errors.ts'
import { addNotes } from './notes.ts'
import { changedSource, readManifest, secretKeys, sourceChanges } from './rules.ts'

export type PluginChanges = Partial<
  Pick<typeof plugins.$inferInsert, 'name' | 'description' | 'icon' | 'tag' | 'configSchema' | 'isGlobal'>
>
type StoredPlugin = typeof plugins.$inferSelect
export type PluginRow = { plugin: StoredPlugin; organizationName: string }

const mostPlugins = 1000

/** Apps of organizations, in the database. Changes are told in the activity log, by the transactions that make them. */
export function createPluginStore(
  database: Database,
  { activity, now }: { activity: Pick<ActivityLog, 'record'>; now: () => Date },
) {
  const { db } = database

  const rows = (tx: Queries, where: SQL | undefined) =>
    tx
      .select({ plugin: plugins, organizationName: organizations.name })
      .from(plugins)
      .innerJoin(organizations, eq(organizations.id, plugins.organizationId))
      .where(where)
      .$dynamic()

  /** Which an organization may use. */
  const usable = (organizationId: string) =>
    or(eq(plugins.organizationId, organizationId), eq(plugins.isGlobal, true))

  async function get(tx: Queries, organizationId: string, id: number): Promise<PluginRow> {
    const [found] = await rows(tx, and(eq(plugins.id, id), usable(organizationId)))
    if (!found) throw notFound()
    return found
  }

  /** One of the organization's own, locked. @throws HedgerowError not found; 403 for another's that it may only use. */
  async function own(tx: Queries, organizationId: string, id: number): Promise<StoredPlugin> {
    const { plugin } = await get(tx, organizationId, id)
    if (plugin.organizationId !== organizationId) {
      throw forbidden('This plugin installation is managed by another organization.')
    }
    const [locked] = await tx.select().from(plugins).where(eq(plugins.id, id)).for('update')
    if (!locked) throw notFound()
    return locked
  }

  const tell = (
    tx: Queries,
    userId: number,
    plugin: StoredPlugin,
    what: string,
    changes: Change[] | null = null,
  ) =>
    activity.record(
      {
        organizationId: plugin.organizationId,
        projectId: null,
        userId,
        scope: 'Plugin',
        itemId: plugin.id,
        activity: what,
        name: plugin.name,
        createdBy: plugin.createdBy,
        changes,
      },
      tx,
    )

  /** What was given as a secret is not shown because an app's author changes their mind: it goes. */
  async function forget(tx: Queries, pluginId: number, keys: ReadonlySet<string>) {
    if (!keys.size) return
    const found = await tx
      .select()
      .from(pluginConfigs)
      .where(eq(pluginConfigs.pluginId, pluginId))
      .for('update')
    for (const { id, config } of found) {
      const attached = await tx
        .delete(pluginAttachments)
        .where(and(eq(pluginAttachments.pluginConfigId, id), inArray(pluginAttachments.key, [...keys])))
        .returning({ key: pluginAttachments.key })
      const gone = [...keys].filter(
        (key) => config[key] !== undefined || attached.some((one) => one.key === key),
      )
      if (!gone.length) continue
      const left = Object.fromEntries(Object.entries(config).filter(([key]) => !keys.has(key)))
      await tx.update(pluginConfigs).set({ config: left }).where(eq(pluginConfigs.id, id))
      const message = `Forgotten, as no longer secret: ${gone.join(', ')}`
      await addNotes(tx, id, [{ type: 'WARN', message }], now())
    }
  }

  async function set(
    tx: Queries,
    userId: number,
    before: StoredPlugin,
    changes: PluginChanges & { source?: Record<string, string> },
  ) {
    const [after] = await tx
      .update(plugins)
      .set({ ...changes, updatedAt: now().toISOString() })
      .where(eq(plugins.id, before.id))
      .returning()
    const secret = secretKeys(after!.configSchema)
    await forget(
      tx,
      before.id,
      new Set([...secretKeys(before.configSchema)].filter((key) => !secret.has(key))),
    )
    await tell(tx, userId, after!, 'updated', [
      ...changesBetween('Plugin', told(before), told(after!)),
      ...sourceChanges(before.source, after!.source),
    ])
    return after!
  }

  return {
    /** Also another organization's that this one may use. @throws HedgerowError not found. */
    get: (organizationId: string, id: number) => get(db, organizationId, id),

    /** Those that the organization may use, the oldest first. */
    async list(organizationId: string, page: { limit: number; offset: number }) {
      const where = usable(organizationId)
      const results = await rows(db, where).orderBy(asc(plugins.id)).limit(page.limit).offset(page.offset)
      return { count: await db.$count(plugins, where), results }
    },

    /** @throws HedgerowError `invalid` for too many. */
    create: (organizationId: string, userId: number, given: PluginChanges & { name: string }) =>
      database.transaction(async (tx): Promise<PluginRow> => {
        if ((await tx.$count(plugins, eq(plugins.organizationId, organizationId))) >= mostPlugins) {
          throw invalid(`An organization may have ${mostPlugins} apps.`)
        }
        const [plugin] = await tx
          .insert(plugins)
          .values({ ...given, organizationId, createdBy: userId })
          .returning()
        await tell(tx, userId, plugin!, 'installed')
        return get(tx, organizationId, plugin!.id)
      }),

    /** @throws HedgerowError not found; 403 for another organization's. */
    update: (organizationId: string, id: number, userId: number, changes: PluginChanges) =>
      database.transaction(async (tx): Promise<PluginRow> => {
        await set(tx, userId, await own(tx, organizationId, id), changes)
        return get(tx, organizationId, id)
      }),

    /** With how projects have it set up. @throws HedgerowError not found; 403 for another organization's; `invalid` for a global one. */
    delete: (organizationId: string, id: number, userId: number) =>
      database.transaction(async (tx): Promise<void> => {
        const plugin = await own(tx, organizationId, id)
        if (plugin.isGlobal) {
          throw invalid('This plugin is marked as global! Make it local before uninstallation')
        }
        await tx.delete(plugins).where(eq(plugins.id, id))
        await tell(tx, userId, plugin, 'uninstalled')
      }),

    /** The text of one of the organization's own. @throws HedgerowError not found. */
    async source(organizationId: string, id: number): Promise<Record<string, string>> {
      const { plugin } = await get(db, organizationId, id)
      if (plugin.organizationId !== organizationId) throw notFound()
      return plugin.source
    },

    /** @throws HedgerowError not found; 403 for another organization's; `invalid` as `changedSource` and `readManifest`. */
    updateSource: (
      organizationId: string,
      id: number,
      userId: number,
      given: Record<string, string | null>,
    ) =>
      database.transaction(async (tx): Promise<Record<string, string>> => {
        const before = await own(tx, organizationId, id)
        const source = changedSource(before.source, given)
        if (isDeepStrictEqual(source, before.source)) return source
        return (await set(tx, userId, before, { source, ...readManifest(source) })).source
      }),
  }
}

export type PluginStore = ReturnType<typeof createPluginStore>

/** What the activity log tells of an app besides its files. */
const told = ({ name, description, icon, tag, configSchema, isGlobal }: StoredPlugin) => ({
  name,
  description,
  icon,
  tag,
  config_schema: configSchema,
  is_global: isGlobal,
})

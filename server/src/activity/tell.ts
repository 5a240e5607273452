import type { Queries } from '../database/database.ts'
import type { ActivityLog, ActivityScope } from './activity-log.ts'
import { type Change, changesBetween } from './changes.ts'

type Named = { id: number | string; name: string; createdBy: number | null }
type Told<Row> = {
  /** Not there where it was made or went. */
  before?: Row
  after: Row
  activity: string
  /** Changes that do not show in what the API shows of it. */
  more?: Change[]
}

/**
 * How a store of named things of projects tells of their changes, in the transactions that make them.
 * @param itemOf the thing itself, of a row with what belongs to it
 * @param shown as the API shows it: what differs before and after is told, but for the fields of `omit`
 */
export const telling =
  <Row>(
    activity: Pick<ActivityLog, 'record'>,
    scope: ActivityScope,
    itemOf: (row: Row) => Named,
    shown: (row: Row) => object,
    omit: readonly string[] = [],
  ) =>
  /** @param userId null where nobody does it: the system does. */
  async (
    tx: Queries,
    { id: projectId, organizationId }: { id: number; organizationId: string },
    userId: number | null,
    { before, after, activity: what, more = [] }: Told<Row>,
  ): Promise<void> => {
    const { id, name, createdBy } = itemOf(after)
    const changes = before && changesBetween(scope, shown(before), shown(after), { omit })
    const all = [...more, ...(changes ?? [])]
    await activity.record(
      {
        ...{ organizationId, projectId, userId },
        scope,
        itemId: id,
        activity: what,
        name,
        changes: changes || all.length ? all : null,
        createdBy,
      },
      tx,
    )
  }

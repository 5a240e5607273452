import type { FlagRights } from '../accounts/flag-rights.ts'
import type { Queries } from '../database/database.ts'
import type { featureFlags } from '../database/schema.ts'
import type { EarlyAccessRecord } from '../model/flags.ts'

/** How flags are written by what has flags of its own: experiments, early access features, surveys. */

export type StoredFlag = typeof featureFlags.$inferSelect

/** A flag, and what has it. */
export type OwnedFlag = {
  flag: StoredFlag
  /** Ids of the experiments that compare its variants. */
  experiments: number[]
  /** The early access feature that turns it on, as a list. */
  features: EarlyAccessRecord[]
}

/** Writes what was checked before; for `changing` only. */
export type FlagWrite = (tx: Queries) => Promise<{ flag: StoredFlag }>

type Project = { id: number; organizationId: string }
type Changes = Partial<Pick<StoredFlag, 'filters' | 'active' | 'deleted'>>

export type FlagWrites = {
  /** The live flag of a key. */
  byKey(projectId: number, key: string): Promise<OwnedFlag | undefined>
  /** The live flag of an id. */
  byId(projectId: number, id: number): Promise<OwnedFlag | undefined>
  /** Which flags a user may edit. */
  rightsOf(project: Project, userId: number): Promise<FlagRights>
  /** Checks a flag that is to be made. @throws HedgerowError `invalid` for one that can't work. */
  creating(
    project: Project,
    userId: number | null,
    given: Changes & { key: string; name: string },
  ): Promise<FlagWrite>
  /**
   * Checks changes. The write throws 403 where the user may not edit the flag, and `conflict` where it is not the
   * version that was expected any more.
   * @param expected.isOwners it is changed by what has it for its own purposes: who may change that, may
   */
  updating(
    project: Project,
    id: number,
    userId: number | null,
    changes: Changes,
    expected?: { version?: number; isOwners?: boolean },
  ): Promise<FlagWrite>
  /**
   * Makes changes of a project, or of several, in one transaction, those of flags among them, and tells those who
   * evaluate flags.
   * @throws HedgerowError `unique` for a key that is another live flag's.
   */
  changing<T>(projectIds: number | number[], work: (tx: Queries) => Promise<T>): Promise<T>
}

import type { CohortRecord } from '../model/flags.ts'

/** Who is in a cohort, as `insights` reads its definition; a behaviour's details mean nothing here. */
export type CohortTree =
  | { type: 'AND' | 'OR'; values: CohortTree[] }
  | { type: 'person'; filter: { key: string; value?: unknown; operator?: string }; negated: boolean }
  | { type: 'cohort'; id: number; negated: boolean }
  | { type: 'behavioral'; negated: boolean }

/** Reads a cohort's definition. @throws HedgerowError where it makes no sense. */
export type ReadCohort = (cohort: CohortRecord) => CohortTree

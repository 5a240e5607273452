import type { z } from 'zod'
import type { PublicUser } from '../../accounts/users.ts'
import type { experimentHoldouts, experiments, featureFlags } from '../../database/schema.ts'
import { holdoutVariant } from '../../flags/flag-filters.ts'
import { userBasic } from '../../http/account-shapes.ts'
import type { retrieveExperiment } from './contract.ts'
import type { retrieveHoldout } from './holdout-contract.ts'

/** A holdout, and who made it. */
export type HoldoutRow = { holdout: typeof experimentHoldouts.$inferSelect; creator: PublicUser | null }

/** An experiment with its flag and its holdout, and who made it. */
export type ExperimentRow = {
  experiment: typeof experiments.$inferSelect
  flag: typeof featureFlags.$inferSelect
  creator: PublicUser | null
  holdout: HoldoutRow['holdout'] | null
  holdoutCreator: PublicUser | null
}

type ShownExperiment = z.input<typeof retrieveExperiment.answer>

/** An experiment as the API shows it. */
export const presentExperiment = ({
  experiment,
  flag,
  creator,
  holdout,
  holdoutCreator,
}: ExperimentRow): ShownExperiment => ({
  id: experiment.id,
  name: experiment.name,
  description: experiment.description,
  start_date: experiment.startDate,
  end_date: experiment.endDate,
  feature_flag_key: flag.key,
  feature_flag: flag.id,
  parameters: experiment.parameters,
  filters: experiment.filters,
  secondary_metrics: experiment.secondaryMetrics,
  holdout_id: experiment.holdoutId,
  holdout: holdout && presentHoldout({ holdout, creator: holdoutCreator }),
  archived: experiment.archived,
  created_by: creator && userBasic(creator),
  created_at: experiment.createdAt,
  updated_at: experiment.updatedAt,
})

/** A holdout as the API shows it. */
export const presentHoldout = ({ holdout, creator }: HoldoutRow): z.input<typeof retrieveHoldout.answer> => ({
  id: holdout.id,
  name: holdout.name,
  description: holdout.description,
  filters: holdout.filters.map((group) => ({ ...group, variant: holdoutVariant(holdout.id) })),
  created_by: creator && userBasic(creator),
  created_at: holdout.createdAt,
  updated_at: holdout.updatedAt,
})

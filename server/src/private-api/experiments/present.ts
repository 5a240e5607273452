import type { z } from 'zod'
import type { User } from '../../accounts/users.ts'
import type { experiments, featureFlags } from '../../database/schema.ts'
import { userBasic } from '../../http/account-shapes.ts'
import type { retrieveExperiment } from './contract.ts'

/** An experiment with its flag, and who made it. */
export type ExperimentRow = {
  experiment: typeof experiments.$inferSelect
  flag: typeof featureFlags.$inferSelect
  creator: User | null
}

type ShownExperiment = z.input<typeof retrieveExperiment.answer>

/** An experiment as the API shows it. */
export const presentExperiment = ({ experiment, flag, creator }: ExperimentRow): ShownExperiment => ({
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
  archived: experiment.archived,
  created_by: creator && userBasic(creator),
  created_at: experiment.createdAt,
  updated_at: experiment.updatedAt,
})

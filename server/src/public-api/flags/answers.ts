import type { FastifyReply } from 'fastify'
import type { Evaluation } from '../../flags/evaluate.ts'
import { flagValue } from '../../flags/evaluate.ts'
import type { EvaluatedFlag, Evaluator } from '../../flags/evaluator.ts'

/** The shapes in which flags are answered, by the version that a client asks for. */
export type AnswerShape = 'active keys' | 'active values' | 'values' | 'details'

/**
 * The shape that a client knows. Reference: PostHog's `/decide` (versions 1 to 4) and `/flags`.
 * @param version null where it is not said
 */
export function shapeFor(
  endpoint: 'flags' | 'decide',
  version: string | null,
  hasConfig: boolean,
): AnswerShape {
  const number = version === null ? null : /^\d{1,9}$/.test(version) ? Number(version) : null
  if (endpoint === 'flags') {
    if (version === null && !hasConfig) return 'details'
    return (number ?? 1) >= 2 ? 'details' : 'values'
  }
  const asked = version === null ? 1 : (number ?? 2)
  if (asked >= 4) return 'details'
  return asked === 3 ? 'values' : asked === 2 ? 'active values' : 'active keys'
}

const descriptions: Record<string, string> = {
  out_of_rollout_bound: 'Out of rollout bound',
  no_condition_match: 'No matching condition set',
  no_group_type: 'No group type',
  super_condition_value: 'Super condition value',
  holdout_condition_value: 'Holdout condition value',
  flag_disabled: 'Feature flag is disabled',
  missing_dependency: 'Flag cannot be evaluated due to missing dependency',
  timeout: 'What is known of the person was not found in time',
  database_unavailable: 'What is known of the person can not be found at the moment',
  dependency_not_found_cohort: 'A cohort is not there',
  dependency_cycle_cohort: 'A cohort refers to itself',
  cohort_invalid: 'A cohort can not be understood',
  cohort_not_calculated: 'The people of a cohort are not known yet',
}

function reasonOf({ reason, conditionIndex }: Evaluation) {
  const description =
    reason === 'condition_match' ? `Matched condition set ${(conditionIndex ?? 0) + 1}` : descriptions[reason]
  return { code: reason, condition_index: conditionIndex, description }
}

/**
 * The answer as JSON: the part about flags in a shape, and `further` fields. Keys may have any name, so nothing is
 * assigned by one.
 */
export function answerFlags(
  shape: AnswerShape,
  flags: EvaluatedFlag[],
  further: Record<string, unknown>,
): string {
  // Where some could not be evaluated, SDKs keep what they had of them: they must not be there.
  const known = flags.filter(({ evaluation }) => !evaluation.failed)
  const errorsWhileComputingFlags = known.length < flags.length
  const values = () => known.map(({ flag, evaluation }) => [flag.key, flagValue(evaluation)] as const)
  switch (shape) {
    case 'active keys':
      return JSON.stringify({
        featureFlags: values().flatMap(([key, value]) => (value === false ? [] : [key])),
        ...further,
      })
    case 'active values':
      return JSON.stringify({
        featureFlags: Object.fromEntries(values().filter(([, value]) => value !== false)),
        ...further,
      })
    case 'values':
      return JSON.stringify({
        errorsWhileComputingFlags,
        featureFlags: Object.fromEntries(values()),
        featureFlagPayloads: Object.fromEntries(
          known.flatMap(({ flag, evaluation }) =>
            evaluation.payload === null ? [] : [[flag.key, evaluation.payload]],
          ),
        ),
        ...further,
      })
    case 'details': {
      const rest = JSON.stringify({ errorsWhileComputingFlags, ...further })
      return `{"flags":{${flags.map(memberOf).join(',')}},${rest.slice(1)}`
    }
  }
}

const members = new WeakMap<Evaluation, string>()

/** A flag in an answer with details, as a member of a JSON object. A flag's evaluations stay, so its JSON is made once. */
function memberOf({ flag, evaluation }: EvaluatedFlag): string {
  const known = members.get(evaluation)
  if (known !== undefined) return known
  const made = `${JSON.stringify(flag.key)}:${JSON.stringify(detailsOf({ flag, evaluation }))}`
  members.set(evaluation, made)
  return made
}

const detailsOf = ({ flag, evaluation }: EvaluatedFlag) => ({
  key: flag.key,
  enabled: evaluation.enabled,
  variant: evaluation.variant,
  ...(evaluation.failed && { failed: true }),
  reason: reasonOf(evaluation),
  metadata: {
    id: flag.id,
    version: flag.version,
    description: flag.name || null,
    payload: evaluation.payload,
    has_experiment: flag.hasExperiment,
  },
})

/** Says how many seconds ago the definitions that an answer goes by were last known to be those of the database. */
export const tellAge = (reply: FastifyReply, { definitionsAgeMs }: Pick<Evaluator, 'definitionsAgeMs'>) =>
  reply.header('x-definitions-age', Math.round(definitionsAgeMs() / 1000))

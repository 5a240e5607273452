import * as z from 'zod/mini'
import { lifecycleStatuses } from './questions.ts'

const value = z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
const pin = z.object({
  /** Index of the series; of a funnel the step, counted from 1, or minus it for those who went away before. */
  series: z.optional(z.number()),
  step: z.optional(z.number()),
  /** A bucket's start; of stickiness on how many intervals. */
  day: z.optional(z.union([z.string(), z.number()])),
  breakdown: z.optional(value),
  previous: z.optional(z.boolean()),
  status: z.optional(z.enum(lifecycleStatuses)),
  /** Of a funnel's times: from how many seconds on, and below how many. */
  took: z.optional(z.array(z.number())),
  /** Of a retention: index of the cohort, and so many intervals later. */
  cohort: z.optional(z.number()),
  later: z.optional(z.number()),
  /** Those of the cohort who did not come back, those of the funnel's bucket who did not get through. */
  missed: z.optional(z.boolean()),
  /** Steps of paths: from, to; or where a route ended. */
  from: z.optional(z.string()),
  to: z.optional(z.string()),
  ended: z.optional(z.string()),
})
/** Which number of an answer: what makes it one of many, by the question's kind. */
export type Pin = z.infer<typeof pin>

/** What an address says of it; undefined for nonsense. */
export function readPin(given: unknown): Pin | undefined {
  const read = pin.safeParse(given)
  return read.success ? read.data : undefined
}

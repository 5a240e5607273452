import { z } from 'zod'
import { actorsQuery } from '../../insights/queries.ts'
import type { Insights } from '../../insights/run.ts'
import type { Task } from '../../jobs/jobs.ts'
import { HedgerowError } from '../../model/errors.ts'
import type { Calculation } from './calculate.ts'
import type { FlagCohortCopies } from './flag-copies.ts'
import type { CohortStore } from './store.ts'

type Deps = {
  cohorts: CohortStore
  calculation: Calculation
  copies: Pick<FlagCohortCopies, 'refresh' | 'flagsChanged'>
  insights: Pick<Insights, 'people'>
  /** The projects that have flags. */
  projectsWithFlags(): number[]
}

const which = { projectId: z.int(), cohortId: z.int() }
/** So many are looked at in one go; the rest are still stale a minute later. */
const atOnce = 20

/** Its people are found out, where that is wanted; of a deleted one they are forgotten. */
export const calculateCohort = { name: 'calculate-cohort', data: z.object(which) }
/** A static cohort gets the people that a question answers. */
export const fillCohort = { name: 'fill-cohort', data: z.object({ ...which, query: actorsQuery }) }

/** Its people are copied to where flags look them up. */
export const copyCohort = { name: 'copy-cohort', data: z.object(which) }

/** What is done with cohorts in the background. */
export function cohortTasks({ cohorts, calculation, copies, insights, projectsWithFlags }: Deps) {
  const calculate: Task<z.output<typeof calculateCohort.data>> = {
    ...calculateCohort,
    retries: 5,
    async run({ projectId, cohortId }) {
      const [cohort] = await cohorts.load(projectId, [cohortId])
      if (cohort?.deleted) return calculation.forget(cohort)
      await calculation.calculate(projectId, cohortId)
    },
  }

  const fill: Task<z.output<typeof fillCohort.data>> = {
    ...fillCohort,
    retries: 5,
    async run({ projectId, cohortId, query }) {
      const [cohort] = await cohorts.load(projectId, [cohortId])
      if (!cohort || cohort.deleted) return
      try {
        await calculation.addAnswered(projectId, cohortId, await insights.people(projectId, query))
      } catch (error) {
        const told = error instanceof HedgerowError
        await cohorts.fail(cohort, told ? error.message : 'Its people could not be found out.')
        if (!told || error.kind === 'unavailable') throw error
      }
    },
  }

  const copy: Task<z.output<typeof copyCohort.data>> = {
    ...copyCohort,
    retries: 5,
    run: ({ projectId, cohortId }) => copies.refresh(projectId, cohortId),
  }

  /** What could not be copied when it was due is copied then. */
  const copyMissing: Task = {
    name: 'copy-missing-cohorts',
    data: z.object({}),
    everyMs: 600_000,
    async run(_, signal) {
      for (const projectId of projectsWithFlags()) {
        if (signal.aborted) return
        await copies.flagsChanged(projectId)
      }
    },
  }

  /** The stalest are calculated anew. */
  const refresh: Task = {
    name: 'refresh-cohorts',
    data: z.object({}),
    everyMs: 60_000,
    async run(_, signal) {
      for (const { projectId, id } of await cohorts.requestStale(atOnce)) {
        if (signal.aborted) return
        await calculation.calculate(projectId, id)
      }
    },
  }

  return [calculate, fill, copy, copyMissing, refresh]
}

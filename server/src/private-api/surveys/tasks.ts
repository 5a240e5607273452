import { z } from 'zod'
import type { Answers } from '../../insights/answer-life.ts'
import type { Task } from '../../jobs/jobs.ts'
import { createSurveyResults } from './results.ts'
import { iterationAt } from './rules.ts'
import type { SurveyStore } from './store.ts'

type Deps = { surveys: Pick<SurveyStore, 'watched' | 'update'>; answers: Pick<Answers, 'ask'>; now?(): Date }

type Watched = Awaited<ReturnType<SurveyStore['watched']>>[number]

/** Ends surveys that have as many responses as they may have, and begins the next time of those that are repeated. */
export function surveyTask({ surveys, answers, now = () => new Date() }: Deps): Task {
  const results = createSurveyResults({ answers })

  async function watch({ survey, project }: Watched): Promise<void> {
    const { id, responsesLimit, startDate } = survey
    const count = responsesLimit ? ((await results.counts(project.id, [id], startDate!))[id] ?? 0) : 0
    if (responsesLimit && count >= responsesLimit) {
      await surveys.update(project, id, null, { endDate: now().toISOString() })
    } else if (iterationAt(survey, now()).currentIteration !== survey.currentIteration) {
      await surveys.update(project, id, null, {})
    }
  }

  return {
    name: 'watch-surveys',
    data: z.object({}),
    everyMs: 300_000,
    async run(_, signal) {
      const failures: unknown[] = []
      for (const one of await surveys.watched()) {
        if (signal.aborted) return
        await watch(one).catch((error: unknown) => failures.push(error))
      }
      if (failures.length) throw new AggregateError(failures, 'not every survey could be looked at')
    },
  }
}

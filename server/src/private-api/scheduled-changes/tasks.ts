import { z } from 'zod'
import type { Task } from '../../jobs/jobs.ts'
import type { ScheduledChangeStore } from './store.ts'

/** Changes whose time has come are made, within a minute. */
export const scheduledChangesTask = (scheduled: Pick<ScheduledChangeStore, 'executeDue'>): Task => ({
  name: 'execute-scheduled-changes',
  data: z.object({}),
  everyMs: 60_000,
  run: (_, signal) => scheduled.executeDue(new Date(), signal),
})

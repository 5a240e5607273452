import type { ProjectFacts } from '../../model/project.ts'
import { type Batch, deadLetter, drop } from '../batch.ts'
import type { PipelineEvent } from '../pipeline-event.ts'

/** Takes out what belongs to no project, and what an earlier try at the batch found to be refused. */
export const setAside =
  (findProject: (id: number) => Pick<ProjectFacts, 'id'> | undefined) =>
  (batch: Batch): Batch => {
    const { refused } = batch
    const kept: PipelineEvent[] = []
    for (const event of batch.events) {
      if (refused.projects.has(event.projectId) || !findProject(event.projectId)) {
        drop(batch, event, 'unknown_project')
        continue
      }
      const refusal = refused.events.get(event.uuid)
      if (refusal) batch.deadLetters.push(deadLetter(event, refusal.reason, refusal.detail, refusal.step))
      else kept.push(event)
    }
    batch.events = kept
    return batch
  }

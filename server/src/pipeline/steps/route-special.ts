import type { Warn } from '../batch.ts'
import type { DropReason, Outcome, PipelineEvent } from '../pipeline-event.ts'

/** Events that are no events: they belong to other tables or to nobody. */
const elsewhere: Record<string, DropReason> = {
  $performance_event: 'performance_event',
  $snapshot: 'snapshot',
  $$heatmap: 'heatmap',
  $$client_ingestion_warning: 'client_ingestion_warning',
}

export function routeSpecial(event: PipelineEvent, warn: Warn): Outcome {
  if (event.event === '$$client_ingestion_warning') {
    warn('client_ingestion_warning', { message: event.properties.$$client_ingestion_warning_message })
  }
  const reason = Object.hasOwn(elsewhere, event.event) ? elsewhere[event.event] : undefined
  return reason ? { drop: reason } : event
}

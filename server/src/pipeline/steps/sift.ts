import type { ProjectFacts } from '../../model/project.ts'
import { noteChange, type Outcome, type PipelineEvent } from '../pipeline-event.ts'
import type { UserAgents } from '../user-agent.ts'
import { browserAgentOf } from './name-browser.ts'

type Facts = Pick<ProjectFacts, 'botFilter' | 'dropEventsOlderThan'>

/** What a project does not want: events that are too old, and those of bots (dropped, or marked as `$is_bot`). */
export const sift =
  ({ findProject, userAgents }: { findProject: (id: number) => Facts | undefined; userAgents: UserAgents }) =>
  (event: PipelineEvent): Outcome => {
    const project = findProject(event.projectId)
    if (!project) return event
    const { botFilter, dropEventsOlderThan } = project
    if (dropEventsOlderThan !== null) {
      const oldest = (event.receivedAt - dropEventsOlderThan * 1000) * 1000
      if (event.timestamp < oldest) return { drop: 'too_old' }
    }
    if (botFilter === 'off') return event
    const agent = browserAgentOf(event)
    if (agent === null || !userAgents.isBot(agent)) return event
    if (botFilter === 'drop') return { drop: 'bot' }
    event.properties.$is_bot = true
    noteChange(event, 'marked_as_bot')
    return event
  }

import type { ProjectStore } from '../../accounts/projects.ts'
import type { User } from '../../accounts/users.ts'
import type { ActivityLog } from '../../activity/activity-log.ts'
import type { Directory } from '../../directory/directory.ts'
import { doneBy } from '../../http/activity-shapes.ts'
import type { Jobs } from '../../jobs/jobs.ts'
import type { DemoRow, DemoStore } from './store.ts'
import { makeDemo } from './tasks.ts'

export type BeginDeps = {
  demos: DemoStore
  projects: Pick<ProjectStore, 'create'>
  directory: Pick<Directory, 'changed'>
  activity: Pick<ActivityLog, 'record'>
  jobs: Pick<Jobs, 'send'>
}

/**
 * Makes the project of a demo, which jobs will fill.
 * @throws HedgerowError conflict while the organization has one that is not finished.
 */
export async function beginDemo(
  { demos, projects, directory, activity, jobs }: BeginDeps,
  user: User,
  organizationId: string,
  asked: { people: number; seed: number; name: string },
): Promise<DemoRow> {
  const { name } = asked
  const { id } = await demos.create({ ...asked, organizationId, createdBy: user.id })
  // nobody in the story is a colleague of anybody here
  const project = await projects.create(user, organizationId, { name, testAccountFilters: [], settings })
  const row = await demos.attach(id, project.id)
  await directory.changed()
  await activity.record({
    ...doneBy(project, user),
    scope: 'Team',
    itemId: project.id,
    name,
    activity: 'created',
  })
  await jobs.send(makeDemo, { demoId: id })
  return row
}

/** Pages of single documents are one page in paths. */
const settings = {
  is_demo: true,
  path_cleaning_filters: [{ alias: '/app/documents/:id', regex: '/app/documents/.*' }],
}

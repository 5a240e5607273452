import { levels } from '../accounts/levels.ts'

/**
 * Who may edit dashboards and what is on them. PostHog's numbers: a restriction is 21 (everyone in the project edits) or
 * 37 (only collaborators do), and so is what somebody may do: 21 see, 37 edit.
 */
export const everyone = 21
export const collaborators = 37
export const maySee = 21
export const mayChange = 37

/** Who asks, and their membership level in the project. */
export type Viewer = { userId: number; level: number }

/** What of a dashboard says who may edit it. */
export type DashboardRights = {
  restrictionLevel: number
  createdBy: number | null
  /** Whether the viewer is one of its collaborators. */
  isCollaborator: boolean
}

/** Whether somebody may say who edits the dashboard: its maker and admins. */
export const mayRestrict = ({ createdBy }: Pick<DashboardRights, 'createdBy'>, viewer: Viewer): boolean =>
  createdBy === viewer.userId || viewer.level >= levels.admin

export const mayEdit = (dashboard: DashboardRights, viewer: Viewer): boolean =>
  dashboard.restrictionLevel <= everyone || dashboard.isCollaborator || mayRestrict(dashboard, viewer)

/** The restriction of an insight: the strictest of the dashboards that it is on. */
export const restrictionOf = (dashboards: DashboardRights[]): number =>
  Math.max(everyone, ...dashboards.map(({ restrictionLevel }) => restrictionLevel))

/** What somebody may do to an insight: edit it where they may edit one of its dashboards, or it is on none. */
export const privilegeOf = (dashboards: DashboardRights[], viewer: Viewer): number =>
  dashboards.length === 0 || dashboards.some((one) => mayEdit(one, viewer)) ? mayChange : maySee

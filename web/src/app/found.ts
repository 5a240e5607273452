import { useDebouncedValue } from '@mantine/hooks'
import {
  IconBolt,
  IconChartBar,
  IconClick,
  IconFlag,
  IconFlask,
  IconLayoutDashboard,
  IconMessageQuestion,
  IconTestPipe,
  IconUser,
  IconUsersGroup,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { actionsQuery, eventNamesQuery } from '../api/definitions.ts'
import { flagsQuery } from '../api/flags.ts'
import { personsQuery } from '../api/persons.ts'
import { dashboardsQuery, insightsQuery } from '../api/saved.ts'
import { cohortsListQuery } from '../features/cohorts/queries.ts'
import { featuresQuery } from '../features/early-access/queries.ts'
import { experimentsQuery } from '../features/experiments/queries.ts'
import { surveysQuery } from '../features/surveys/queries.ts'
import { insightName } from '../ui/insight/shown.ts'
import { actionNameOf, cohortChoices, cohortNameOf } from '../ui/names.ts'
import { personName } from '../ui/person-name.ts'

/** Of each kind of thing that matches. */
const MOST_FOUND = 8
/** What is typed is asked for once it stands so long. */
const SETTLED_MS = 150

/** A line of the palette. */
export type Row = {
  group: string
  label: string
  icon: typeof IconBolt
  run: () => void
  /** Where several may be called the same. */
  id?: number | string
  /** Other words by which it is found. */
  words?: string
}

/** What of the project is called like a text, in small letters; nothing for an empty one. */
export function useFound(projectId: number | null, wanted: string): Row[] {
  const navigate = useNavigate()
  const of = projectId ?? 0
  const [settled] = useDebouncedValue(wanted, SETTLED_MS)
  const enabled = projectId !== null && settled !== ''
  const events = useQuery({ ...eventNamesQuery(of), enabled: projectId !== null })
  const actions = useQuery({ ...actionsQuery(of), enabled: projectId !== null })
  const dashboards = useQuery({ ...dashboardsQuery(of, { search: settled }), enabled })
  const insights = useQuery({ ...insightsQuery(of, { search: settled, limit: MOST_FOUND }), enabled })
  const flags = useQuery({ ...flagsQuery(of, { search: settled, limit: MOST_FOUND }), enabled })
  const cohorts = useQuery({ ...cohortsListQuery(of, { search: settled, limit: MOST_FOUND }), enabled })
  const people = useQuery({ ...personsQuery(of, settled, 1, MOST_FOUND), enabled })
  const experiments = useQuery({ ...experimentsQuery(of, { search: settled }), enabled })
  const surveys = useQuery({ ...surveysQuery(of, { search: settled }), enabled })
  const features = useQuery({ ...featuresQuery(of, 1), enabled })
  if (projectId === null || wanted === '') return []

  /** The first of a list that are called like it. The server may look at more than the name. */
  const called = <Thing>(things: Thing[] | undefined, nameOf: (thing: Thing) => string) =>
    (things ?? []).filter((one) => nameOf(one).toLowerCase().includes(wanted)).slice(0, MOST_FOUND)

  return [
    ...called(dashboards.data?.results, ({ name }) => name ?? '').map(({ id, name }) => ({
      group: 'Dashboards',
      label: name ?? '',
      id,
      icon: IconLayoutDashboard,
      run: () =>
        void navigate({
          to: '/project/$projectId/dashboard/$dashboardId',
          params: { projectId, dashboardId: id },
        }),
    })),
    ...called(insights.data?.results, insightName).map((insight) => ({
      group: 'Insights',
      label: insightName(insight),
      id: insight.id,
      icon: IconChartBar,
      run: () =>
        void navigate({
          to: '/project/$projectId/insights/$shortId',
          params: { projectId, shortId: insight.short_id },
        }),
    })),
    ...called(events.data, ({ name }) => name).map(({ name }) => ({
      group: 'Events: see their trend',
      label: name,
      icon: IconBolt,
      run: () =>
        void navigate({
          to: '/project/$projectId/insights/new',
          params: { projectId },
          search: {
            q: {
              kind: 'TrendsQuery',
              series: [{ kind: 'EventsNode', event: name, math: 'total' }],
              interval: 'day',
              dateRange: { date_from: '-7d' },
            },
          },
        }),
    })),
    // whom the server finds may be called otherwise: by an id, or an e-mail that is not shown
    ...(settled === wanted ? (people.data?.results ?? []) : []).map((person) => ({
      group: 'People',
      label: personName(person.properties, person.distinct_ids),
      id: person.uuid,
      icon: IconUser,
      run: () =>
        void navigate({
          to: '/project/$projectId/persons/$uuid',
          params: { projectId, uuid: person.uuid },
        }),
    })),
    ...called(flags.data?.results, ({ key }) => key).map(({ id, key }) => ({
      group: 'Feature flags',
      label: key,
      id,
      icon: IconFlag,
      run: () =>
        void navigate({
          to: '/project/$projectId/feature_flags/$flagId',
          params: { projectId, flagId: id },
        }),
    })),
    ...called(experiments.data?.results, ({ name }) => name).map(({ id, name }) => ({
      group: 'Experiments',
      label: name,
      id,
      icon: IconFlask,
      run: () =>
        void navigate({
          to: '/project/$projectId/experiments/$experimentId',
          params: { projectId, experimentId: id },
        }),
    })),
    ...called(surveys.data?.results, ({ name }) => name).map(({ id, name }) => ({
      group: 'Surveys',
      label: name,
      id,
      icon: IconMessageQuestion,
      run: () =>
        void navigate({
          to: '/project/$projectId/surveys/$surveyId',
          params: { projectId, surveyId: id },
        }),
    })),
    ...called(features.data?.results, ({ name }) => name).map(({ id, name }) => ({
      group: 'Early access',
      label: name,
      id,
      icon: IconTestPipe,
      run: () =>
        void navigate({
          to: '/project/$projectId/early_access_features/$featureId',
          params: { projectId, featureId: id },
        }),
    })),
    ...called(actions.data, actionNameOf).map((action) => ({
      group: 'Actions of events',
      label: actionNameOf(action),
      id: action.id,
      icon: IconClick,
      run: () =>
        void navigate({
          to: '/project/$projectId/data-management/actions/$actionId',
          params: { projectId, actionId: action.id },
        }),
    })),
    ...cohortChoices(called(cohorts.data?.results, cohortNameOf)).map(({ name, key }) => ({
      group: 'Cohorts',
      label: name,
      id: key,
      icon: IconUsersGroup,
      run: () =>
        void navigate({
          to: '/project/$projectId/cohorts/$cohortId',
          params: { projectId, cohortId: Number(key) },
        }),
    })),
  ]
}

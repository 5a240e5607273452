import {
  IconActivity,
  IconAlertTriangle,
  IconChartBar,
  IconChartLine,
  IconDatabase,
  IconFlag,
  IconFlask,
  IconHome,
  IconLayoutDashboard,
  IconListDetails,
  IconMessageQuestion,
  IconRocket,
  IconSettings,
  IconTerminal2,
  IconUsers,
} from '@tabler/icons-react'

/** The pages of a project, as the navigation and the command palette offer them. `key` comes after `g`. */
export const places = [
  { group: null, label: 'Home', to: '/project/$projectId/home', key: 'h', icon: IconHome },
  { group: null, label: 'Get started', to: '/project/$projectId/onboarding', key: null, icon: IconRocket },
  {
    group: 'Analysis',
    label: 'Dashboards',
    to: '/project/$projectId/dashboard',
    key: 'd',
    icon: IconLayoutDashboard,
  },
  { group: 'Analysis', label: 'Insights', to: '/project/$projectId/insights', key: 'i', icon: IconChartBar },
  {
    group: 'Analysis',
    label: 'New insight',
    to: '/project/$projectId/insights/new',
    key: 'n',
    icon: IconChartLine,
  },
  { group: 'Analysis', label: 'SQL', to: '/project/$projectId/sql', key: 'q', icon: IconTerminal2 },
  { group: 'Data', label: 'Live events', to: '/project/$projectId/activity', key: 'l', icon: IconActivity },
  { group: 'Data', label: 'People', to: '/project/$projectId/persons', key: 'p', icon: IconUsers },
  {
    group: 'Data',
    label: 'Events',
    to: '/project/$projectId/data-management/events',
    key: 'e',
    icon: IconDatabase,
  },
  {
    group: 'Data',
    label: 'Properties',
    to: '/project/$projectId/data-management/properties',
    key: null,
    icon: IconListDetails,
  },
  {
    group: 'Data',
    label: 'Warnings',
    to: '/project/$projectId/data-management/ingestion-warnings',
    key: null,
    icon: IconAlertTriangle,
  },
  {
    group: 'Ship',
    label: 'Feature flags',
    to: '/project/$projectId/feature_flags',
    key: 'f',
    icon: IconFlag,
  },
  { group: 'Ship', label: 'Experiments', to: '/project/$projectId/experiments', key: 'x', icon: IconFlask },
  { group: 'Ship', label: 'Surveys', to: '/project/$projectId/surveys', key: 'v', icon: IconMessageQuestion },
  { group: 'Project', label: 'Settings', to: '/project/$projectId/settings', key: 's', icon: IconSettings },
] as const

export type Place = (typeof places)[number]['to']

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
  IconRocket,
  IconSettings,
  IconTerminal2,
  IconUsers,
} from '@tabler/icons-react'

/** The pages of a project, as the navigation and the command palette offer them. */
export const places = [
  { group: null, label: 'Home', to: '/project/$projectId/home', icon: IconHome },
  { group: null, label: 'Get started', to: '/project/$projectId/onboarding', icon: IconRocket },
  {
    group: 'Analysis',
    label: 'Dashboards',
    to: '/project/$projectId/dashboard',
    icon: IconLayoutDashboard,
  },
  { group: 'Analysis', label: 'Insights', to: '/project/$projectId/insights', icon: IconChartBar },
  { group: 'Analysis', label: 'New insight', to: '/project/$projectId/insights/new', icon: IconChartLine },
  { group: 'Analysis', label: 'SQL', to: '/project/$projectId/sql', icon: IconTerminal2 },
  { group: 'Data', label: 'Live events', to: '/project/$projectId/activity', icon: IconActivity },
  { group: 'Data', label: 'People', to: '/project/$projectId/persons', icon: IconUsers },
  { group: 'Data', label: 'Events', to: '/project/$projectId/data-management/events', icon: IconDatabase },
  {
    group: 'Data',
    label: 'Properties',
    to: '/project/$projectId/data-management/properties',
    icon: IconListDetails,
  },
  {
    group: 'Data',
    label: 'Warnings',
    to: '/project/$projectId/data-management/ingestion-warnings',
    icon: IconAlertTriangle,
  },
  { group: 'Ship', label: 'Feature flags', to: '/project/$projectId/feature_flags', icon: IconFlag },
  { group: 'Ship', label: 'Experiments', to: '/project/$projectId/experiments', icon: IconFlask },
  { group: 'Project', label: 'Settings', to: '/project/$projectId/settings', icon: IconSettings },
] as const

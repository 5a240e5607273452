import {
  IconArrowsSplit2,
  IconChartBar,
  IconChartLine,
  IconFilter,
  IconRepeat,
  IconSeedling,
} from '@tabler/icons-react'
import type { QuestionKind } from '../../api/questions.ts'

/** The kinds of insights that have an editor, as addresses, menus and tabs name them. */
export const kinds: {
  kind: QuestionKind
  name: string
  label: string
  about: string
  icon: typeof IconFilter
}[] = [
  {
    kind: 'TrendsQuery',
    name: 'TRENDS',
    label: 'Trends',
    about: 'How often something happens',
    icon: IconChartLine,
  },
  {
    kind: 'FunnelsQuery',
    name: 'FUNNELS',
    label: 'Funnel',
    about: 'How many get from step to step',
    icon: IconFilter,
  },
  {
    kind: 'RetentionQuery',
    name: 'RETENTION',
    label: 'Retention',
    about: 'Who comes back',
    icon: IconRepeat,
  },
  {
    kind: 'PathsQuery',
    name: 'PATHS',
    label: 'Paths',
    about: 'Which ways people take',
    icon: IconArrowsSplit2,
  },
  {
    kind: 'StickinessQuery',
    name: 'STICKINESS',
    label: 'Stickiness',
    about: 'On how many days people are there',
    icon: IconChartBar,
  },
  {
    kind: 'LifecycleQuery',
    name: 'LIFECYCLE',
    label: 'Lifecycle',
    about: 'Who is new, stays, comes back and goes',
    icon: IconSeedling,
  },
]

export const ofKind = (kind: QuestionKind) => kinds.find((one) => one.kind === kind)!

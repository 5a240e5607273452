import { ActionIcon, Badge, Button, Group, NativeSelect, SegmentedControl } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { FLAGS_A_PAGE, flagsQuery } from '../../api/flags.ts'
import { membersQuery } from '../../api/members.ts'
import { useMe, useProject } from '../../api/session.ts'
import type { FeatureFlag } from '../../api/types.ts'
import { CopyIcon } from '../../ui/copy-button.tsx'
import { readFilters, variantsOf } from '../../ui/flag/filters.ts'
import { useNames } from '../../ui/flag/names.ts'
import { staleReason, summaryOf } from '../../ui/flag/words.ts'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty } from '../../ui/states.tsx'
import { TagButton, TagFilter } from '../../ui/tag-button.tsx'
import { FlagMenu, FlagSwitch } from './flag-actions.tsx'
import styles from './flags-page.module.css'
import type { FlagsSearch } from './search.ts'
import { StaleMark } from './stale-mark.tsx'

type OnSearch = (changes: FlagsSearch) => void

/** The feature flags of the project. */
export function FlagsPage(): ReactNode {
  const { projectId } = useParams({ from: '/session/project/$projectId/feature_flags' })
  const asked = useSearch({ from: '/session/project/$projectId/feature_flags' })
  const navigate = useNavigate({ from: '/project/$projectId/feature_flags' })
  const flags = useQuery(flagsQuery(projectId, asked))
  const rows = flags.data?.results
  const onSearch: OnSearch = (changes) =>
    void navigate({
      search: (old) => ({ ...old, page: undefined, ...changes }),
      replace: 'search' in changes,
    })
  const { page = 1, order: _, ...narrowed } = asked
  const [text, setText] = useState(asked.search ?? '')
  const clear = () => {
    setText('')
    void navigate({ search: {} })
  }
  const create = (
    <Button
      component={Link}
      to={`/project/${projectId}/feature_flags/new`}
      leftSection={<IconPlus size={16} />}
    >
      New feature flag
    </Button>
  )
  return (
    <Page
      title="Feature flags"
      about="Turn a feature on for some people or groups, without a deploy."
      actions={create}
    >
      <Filters text={text} onText={setText} asked={asked} onSearch={onSearch} />
      <ListCard
        what="feature flags"
        query={flags}
        rows={rows}
        empty={
          Object.keys(narrowed).length > 0 || page > 1 ? (
            <NoneMatch title="No feature flags match." onClear={clear} />
          ) : (
            <Empty title="No feature flags yet.">
              A flag turns a feature on for some people without a deploy: first for you, then for 10 %, then
              for everybody. Code asks for it by its key. <div style={{ marginTop: 12 }}>{create}</div>
            </Empty>
          )
        }
      >
        {(rows) => <FlagTable projectId={projectId} rows={rows} order={asked.order} onSearch={onSearch} />}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={FLAGS_A_PAGE}
        count={flags.data?.count}
        more={Boolean(flags.data?.next)}
        go={(to) => onSearch({ page: to > 1 ? to : undefined })}
      />
    </Page>
  )
}

const types = [
  { value: '', label: 'Every type' },
  { value: 'boolean', label: 'Boolean' },
  { value: 'multivariant', label: 'Multivariate' },
  { value: 'experiment', label: 'Of an experiment' },
  { value: 'remote_config', label: 'Remote configuration' },
]

function Filters({
  text,
  onText,
  asked,
  onSearch,
}: {
  /** What stands in the search field; it is asked for a little later. */
  text: string
  onText: (text: string) => void
  asked: FlagsSearch
  onSearch: OnSearch
}): ReactNode {
  const me = useMe()
  const members = useQuery(membersQuery(me.organization?.id ?? '@current', 1))
  const others = (members.data?.results ?? []).filter(({ user }) => user.uuid !== me.uuid)
  const own = members.data?.results.find(({ user }) => user.uuid === me.uuid)
  return (
    <Group mb="sm" gap="sm">
      <SearchField
        label="Search feature flags"
        placeholder="Key or description"
        text={text}
        onText={onText}
        onSearch={(value) => onSearch({ search: value || undefined })}
        width={260}
      />
      <SegmentedControl
        aria-label="State"
        value={asked.active ?? ''}
        onChange={(active) => onSearch({ active: (active || undefined) as FlagsSearch['active'] })}
        data={[
          { value: '', label: 'All' },
          { value: 'true', label: 'On' },
          { value: 'false', label: 'Off' },
          { value: 'STALE', label: 'Stale' },
        ]}
      />
      <NativeSelect
        aria-label="Type"
        value={asked.type ?? ''}
        data={types}
        onChange={(event) =>
          onSearch({ type: (event.currentTarget.value || undefined) as FlagsSearch['type'] })
        }
      />
      <NativeSelect
        aria-label="Created by"
        value={asked.created_by_id ?? ''}
        data={[
          { value: '', label: 'By anybody' },
          ...(own ? [{ value: String(own.user.id), label: 'By you' }] : []),
          ...others.map(({ user }) => ({
            value: String(user.id),
            label: `By ${user.first_name || user.email}`,
          })),
        ]}
        onChange={(event) => onSearch({ created_by_id: event.currentTarget.value || undefined })}
      />
      <TagFilter tag={asked.tag} onClear={() => onSearch({ tag: undefined })} />
    </Group>
  )
}

function FlagTable({
  projectId,
  rows,
  order = '-created_at',
  onSearch,
}: {
  projectId: number
  rows: FeatureFlag[]
  order?: string
  onSearch: OnSearch
}): ReactNode {
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const read = rows.map((flag) => ({ flag, filters: readFilters(flag.filters) }))
  const names = useNames(
    projectId,
    read.map(({ filters }) => filters),
  )
  const sorted = (field: string, label: string, className?: string) => {
    const [up, down] = [order === field, order === `-${field}`]
    const first = field === 'key' ? field : `-${field}`
    const next = up ? `-${field}` : down ? field : first
    return (
      <th scope="col" className={className} aria-sort={up ? 'ascending' : down ? 'descending' : 'none'}>
        <button type="button" className={styles.sort} onClick={() => onSearch({ order: next })}>
          {label}
          <span aria-hidden>{up ? ' ↑' : down ? ' ↓' : ''}</span>
        </button>
      </th>
    )
  }
  return (
    <ScrollRegion label="Feature flags">
      <table className={`data ${styles.table}`}>
        <thead>
          <tr>
            {sorted('active', 'On')}
            {sorted('key', 'Key')}
            <th scope="col" className="wide-only">
              Who gets it
            </th>
            <th scope="col" className="wide-only">
              By
            </th>
            {sorted('created_at', 'Created', 'wide-only')}
            {sorted('updated_at', 'Changed', 'wide-only')}
            <th scope="col">
              <span className="visually-hidden">More</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {read.map(({ flag, filters }) => {
            const who = summaryOf(filters, names)
            const count = variantsOf(filters).length
            return (
              <tr key={flag.id} className="link">
                <td className={styles.narrow}>
                  <FlagSwitch projectId={projectId} flag={flag} who={who} />
                </td>
                <td>
                  <div className={styles.key}>
                    <Link
                      to="/project/$projectId/feature_flags/$flagId"
                      params={{ projectId, flagId: flag.id }}
                      className="mono"
                    >
                      {flag.key}
                    </Link>
                    <CopyIcon value={flag.key} what={`the key ${flag.key}`} />
                    <StaleMark reason={staleReason(flag)} />
                    {count > 0 && (
                      <Badge size="sm" variant="outline" color="gray" tt="none">
                        {count} variants
                      </Badge>
                    )}
                    {flag.experiment_set.length > 0 && (
                      <Badge size="sm" variant="outline" color="gray" tt="none">
                        Experiment
                      </Badge>
                    )}
                    {flag.tags.map((tag) => (
                      <TagButton key={tag} tag={tag} what="flags" onPick={(one) => onSearch({ tag: one })} />
                    ))}
                  </div>
                  {flag.name && <div className="muted small">{flag.name}</div>}
                  <div className={`small ${styles.below}`}>{who}</div>
                </td>
                <td className="wide-only">{who}</td>
                <td className="muted wide-only">
                  {flag.created_by ? flag.created_by.first_name || flag.created_by.email : ''}
                </td>
                <td className={`muted wide-only ${styles.narrow}`}>
                  <RelativeTime at={flag.created_at} timeZone={timeZone} />
                </td>
                <td className={`muted wide-only ${styles.narrow}`}>
                  <RelativeTime at={flag.updated_at} timeZone={timeZone} />
                </td>
                <td className={`num ${styles.narrow}`}>
                  <FlagMenu projectId={projectId} flag={flag}>
                    {(label, icon) => (
                      <ActionIcon variant="subtle" color="gray" aria-label={label}>
                        {icon}
                      </ActionIcon>
                    )}
                  </FlagMenu>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

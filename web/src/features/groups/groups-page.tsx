import { Button, Group, Stack, Tabs, TextInput } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { http } from '../../api/client.ts'
import { groupTypesQuery } from '../../api/definitions.ts'
import { GROUPS_A_PAGE, groupsQuery } from '../../api/groups.ts'
import { useProject } from '../../api/session.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { groupsName, groupTypeName } from '../../ui/group-words.ts'
import { GroupsTable } from '../../ui/groups-table.tsx'
import { ListCard, NoneMatch } from '../../ui/list-card.tsx'
import { Page } from '../../ui/page.tsx'
import { Pager } from '../../ui/pager.tsx'
import { Problem } from '../../ui/problem.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Empty, LoadError, Loading } from '../../ui/states.tsx'

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** The groups of a type, with the other types a click away. */
export function GroupsPage(): ReactNode {
  const from = '/session/project/$projectId/groups/$groupTypeIndex'
  const { projectId, groupTypeIndex: index } = useParams({ from })
  const navigate = useNavigate({ from: '/project/$projectId/groups/$groupTypeIndex' })
  const types = useQuery(groupTypesQuery(projectId))
  const type = types.data?.find((one) => one.group_type_index === index)
  const [naming, setNaming] = useState(false)
  return (
    <Page
      title="Groups"
      about="What people belong to together, such as companies. Events say which."
      actions={
        type && (
          <Button variant="default" leftSection={<IconPencil size={16} />} onClick={() => setNaming(true)}>
            Rename {groupsName(type)}
          </Button>
        )
      }
    >
      {types.isError ? (
        <LoadError what="groups" error={types.error} retry={() => void types.refetch()} />
      ) : !types.data ? (
        <Loading what="groups" rows={8} />
      ) : types.data.length === 0 ? (
        <div className="card">
          <Empty title="No groups yet.">
            Say in code what somebody belongs to; a group comes with its first event.
            <div style={{ marginTop: 12, textAlign: 'left' }}>
              <CodeBlock
                code={"posthog.group('company', 'acme', { name: 'Acme', plan: 'pro' })"}
                what="this code"
              />
            </div>
          </Empty>
        </div>
      ) : (
        <Tabs
          value={String(index)}
          keepMounted={false}
          onChange={(to) =>
            void navigate({
              to: '/project/$projectId/groups/$groupTypeIndex',
              params: { projectId, groupTypeIndex: Number(to) },
              search: {},
            })
          }
        >
          <Tabs.List mb="md">
            {types.data.map((one) => (
              <Tabs.Tab key={one.group_type_index} value={String(one.group_type_index)}>
                {capital(groupsName(one))}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={String(index)}>
            {type ? (
              <Groups key={index} projectId={projectId} index={index} called={groupsName(type)} />
            ) : (
              <div className="card">
                <Empty title="There is no such type of groups.">Choose one of the above.</Empty>
              </div>
            )}
          </Tabs.Panel>
        </Tabs>
      )}
      {naming && type && <Naming projectId={projectId} type={type} onClose={() => setNaming(false)} />}
    </Page>
  )
}

function Groups({
  projectId,
  index,
  called,
}: {
  projectId: number
  index: number
  /** "companies" */
  called: string
}): ReactNode {
  const { search = '', page = 1 } = useSearch({
    from: '/session/project/$projectId/groups/$groupTypeIndex',
  })
  const navigate = useNavigate({ from: '/project/$projectId/groups/$groupTypeIndex' })
  const timeZone = useProject(projectId)?.timezone ?? 'UTC'
  const groups = useQuery(groupsQuery(projectId, index, search, page))
  const rows = groups.data?.results
  const [text, setText] = useState(search)
  return (
    <>
      <Group mb="sm">
        <SearchField
          label={`Search ${called}`}
          placeholder="Key or property"
          text={text}
          onText={setText}
          onSearch={(value) => void navigate({ search: value ? { search: value } : {}, replace: true })}
        />
      </Group>
      <ListCard
        what={called}
        query={groups}
        rows={rows}
        empty={
          search ? (
            <NoneMatch
              title={`No ${called} match “${search}”.`}
              verb="Clear the search"
              onClear={() => {
                setText('')
                void navigate({ search: {} })
              }}
            >
              Search looks into keys and properties.
            </NoneMatch>
          ) : (
            <Empty title={`No ${called} yet.`}>They come with the first event that names one.</Empty>
          )
        }
      >
        {(rows) => (
          <GroupsTable
            projectId={projectId}
            timeZone={timeZone}
            rows={rows.map(({ group_properties: properties, ...group }) => ({ ...group, properties }))}
          />
        )}
      </ListCard>
      <Pager
        page={page}
        rows={rows?.length ?? 0}
        aPage={GROUPS_A_PAGE}
        more={Boolean(groups.data?.next)}
        go={(to) => void navigate({ search: (old) => ({ ...old, page: to > 1 ? to : undefined }) })}
      />
    </>
  )
}

/** What people call groups of a type: events only have the name that code gave it. */
function Naming({
  projectId,
  type,
  onClose,
}: {
  projectId: number
  type: {
    group_type: string
    group_type_index: number
    name_singular: string | null
    name_plural: string | null
  }
  onClose: () => void
}): ReactNode {
  const client = useQueryClient()
  const [singular, setSingular] = useState(type.name_singular ?? '')
  const [plural, setPlural] = useState(type.name_plural ?? '')
  const name = useMutation({
    mutationFn: () =>
      http.PATCH('/api/projects/{project_id}/groups_types/update_metadata/', {
        params: { path: { project_id: String(projectId) } },
        body: [
          {
            group_type_index: type.group_type_index,
            name_singular: singular.trim() || null,
            name_plural: plural.trim() || null,
          },
        ],
      }),
    onSuccess: (types) => {
      client.setQueryData(groupTypesQuery(projectId).queryKey, types)
      onClose()
    },
  })
  const unnamed = { ...type, name_singular: null, name_plural: null }
  return (
    <Dialog onClose={onClose} title={`What a “${type.group_type}” is called`}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          name.mutate()
        }}
      >
        <Stack gap="md">
          <TextInput
            label="One of them"
            placeholder={groupTypeName(unnamed)}
            maxLength={400}
            value={singular}
            onChange={(event) => setSingular(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label="Several"
            placeholder={groupsName(unnamed)}
            maxLength={400}
            value={plural}
            onChange={(event) => setPlural(event.currentTarget.value)}
          />
          <Problem error={name.error} />
          <Button type="submit" loading={name.isPending}>
            Save
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}

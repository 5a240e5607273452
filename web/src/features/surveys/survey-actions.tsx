import { Button, Menu } from '@mantine/core'
import {
  IconArchive,
  IconArchiveOff,
  IconCopy,
  IconDots,
  IconPencil,
  IconPlayerPlay,
  IconPlayerStop,
  IconTrash,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { Confirm } from '../../ui/confirm.tsx'
import { deleteWithUndo } from '../../ui/deferred-delete.tsx'
import { sayFailed } from '../../ui/undo.tsx'
import { type Survey, stateOf } from './draft.ts'
import { useDeleteSurvey, useUpdateSurvey } from './queries.ts'

type Props = { projectId: number; survey: Survey }

const asked = {
  launch: {
    title: 'Launch',
    verb: 'Launch',
    calm: true,
    text: 'SDKs show it from now on to everybody it is for, within a minute.',
    changes: () => ({ start_date: new Date().toISOString(), archived: false }),
  },
  stop: {
    title: 'Stop',
    verb: 'Stop',
    calm: false,
    text: 'Nobody is asked any more, within a minute. What was answered stays, and it can be resumed.',
    changes: () => ({ end_date: new Date().toISOString() }),
  },
  resume: {
    title: 'Resume',
    verb: 'Resume',
    calm: true,
    text: 'Those who have not been asked yet are asked from now on. Answers sent meanwhile count.',
    changes: () => ({ end_date: null, archived: false }),
  },
  archive: {
    title: 'Archive',
    verb: 'Archive',
    calm: true,
    text: 'It is put away: SDKs are not told of it any more, and it leaves the list. Its answers stay.',
    changes: () => ({ archived: true }),
  },
} as const
type Asked = keyof typeof asked

/** Asks, and then launches, stops, resumes or archives a survey. */
function Ask({ projectId, survey, what, onClose }: Props & { what: Asked; onClose: () => void }): ReactNode {
  const update = useUpdateSurvey(projectId)
  const { title, verb, calm, text, changes } = asked[what]
  return (
    <Confirm
      title={`${title} “${survey.name}”?`}
      verb={verb}
      calm={calm}
      busy={update.isPending}
      error={update.error}
      onConfirm={() => update.mutate({ id: survey.id, ...changes() }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {text}
    </Confirm>
  )
}

/** The next step of a survey: launch, stop or resume it. */
export function NextStep({ projectId, survey }: Props): ReactNode {
  const [asks, setAsks] = useState<Asked | null>(null)
  const state = stateOf(survey)
  return (
    <>
      {state === 'running' ? (
        <Button variant="default" leftSection={<IconPlayerStop size={16} />} onClick={() => setAsks('stop')}>
          Stop
        </Button>
      ) : (
        <Button
          variant={state === 'draft' ? 'filled' : 'default'}
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => setAsks(state === 'draft' ? 'launch' : 'resume')}
        >
          {state === 'draft' ? 'Launch' : 'Resume'}
        </Button>
      )}
      {asks && <Ask projectId={projectId} survey={survey} what={asks} onClose={() => setAsks(null)} />}
    </>
  )
}

/** What one can do with a survey besides. */
export function SurveyMenu({
  projectId,
  survey,
  onDeleted,
  children,
}: Props & { onDeleted?: () => void; children: (label: string, icon: ReactNode) => ReactNode }): ReactNode {
  const navigate = useNavigate()
  const [asks, setAsks] = useState<Asked | null>(null)
  const update = useUpdateSurvey(projectId)
  const remove = useDeleteSurvey(projectId)
  const { id, name, archived } = survey
  const state = stateOf(survey)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>{children(`More about ${name}`, <IconDots size={16} />)}</Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={16} />}
            onClick={() =>
              void navigate({
                to: '/project/$projectId/surveys/$surveyId/edit',
                params: { projectId, surveyId: id },
              })
            }
          >
            Edit
          </Menu.Item>
          {state === 'running' && (
            <Menu.Item leftSection={<IconPlayerStop size={16} />} onClick={() => setAsks('stop')}>
              Stop
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconCopy size={16} />}
            onClick={() =>
              void navigate({
                to: '/project/$projectId/surveys/new',
                params: { projectId },
                search: { from: id },
              })
            }
          >
            Duplicate
          </Menu.Item>
          {archived ? (
            <Menu.Item
              leftSection={<IconArchiveOff size={16} />}
              onClick={() => update.mutate({ id, archived: false }, { onError: sayFailed })}
            >
              Bring back from the archive
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconArchive size={16} />} onClick={() => setAsks('archive')}>
              Archive
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconTrash size={16} />}
            color="red"
            onClick={() => {
              deleteWithUndo(id, `Deleted “${name}”.`, () => remove(id))
              onDeleted?.()
            }}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asks && <Ask projectId={projectId} survey={survey} what={asks} onClose={() => setAsks(null)} />}
    </>
  )
}

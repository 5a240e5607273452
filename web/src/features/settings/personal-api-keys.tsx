import {
  ActionIcon,
  Anchor,
  Button,
  MultiSelect,
  NativeSelect,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import { IconRefresh, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { useMe } from '../../api/session.ts'
import type { PersonalApiKey } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { LeaveGuard } from '../../ui/leave-guard.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading, sentence } from '../../ui/states.tsx'
import { keysQuery, useCreateKey, useDeleteKey, useRollKey } from './queries.ts'
import { type Access, type AccessByArea, accessAreas, accessWords, readAll, scopesOf } from './scopes.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

const LONGEST_LABEL = 40

/** The user's keys. A new one's value stands in its row until the page is left or reloaded, then never again. */
export function PersonalApiKeys(): ReactNode {
  const keys = useQuery(keysQuery)
  const [values, setValues] = useState<Record<string, string>>({})
  const [creating, setCreating] = useState(false)
  const [deleting, setDeleting] = useState<PersonalApiKey | null>(null)
  const [rolling, setRolling] = useState<PersonalApiKey | null>(null)
  /** Those whose value is shown and was not copied: it will never be seen again. */
  const [uncopied, setUncopied] = useState<string[]>([])
  const show = ({ id, value }: { id: string; value: string }) => {
    setValues((old) => ({ ...old, [id]: value }))
    setUncopied((old) => [...old, id])
  }
  const copied = (id: string) => setUncopied((old) => old.filter((one) => one !== id))
  const left = keys.data?.filter(({ id }) => uncopied.includes(id)).map(({ label }) => `“${label}”`) ?? []
  return (
    <Section
      id="personal-api-keys"
      title="Personal API Keys"
      about={
        <>
          They act as you: treat one like your password.{' '}
          <Anchor href="/api/docs/" size="sm">
            API docs
          </Anchor>
        </>
      }
      action={<Button onClick={() => setCreating(true)}>+ Create a Personal API Key</Button>}
    >
      {keys.data ? (
        keys.data.length > 0 ? (
          <KeyTable
            keys={keys.data}
            values={values}
            onCopy={copied}
            onRoll={setRolling}
            onDelete={setDeleting}
          />
        ) : (
          <Empty title="No personal API keys.">
            With one, a script can do whatever you can do here, or less if you say so. You can make as many as
            you like, and delete each on its own.
          </Empty>
        )
      ) : keys.isError ? (
        <LoadError what="your keys" error={keys.error} retry={() => void keys.refetch()} />
      ) : (
        <Loading what="your keys" rows={3} />
      )}
      {creating && <CreateDialog onClose={() => setCreating(false)} onCreated={show} />}
      {rolling && <RollDialog rolled={rolling} onClose={() => setRolling(null)} onRolled={show} />}
      {deleting && <DeleteDialog deleted={deleting} onClose={() => setDeleting(null)} />}
      <LeaveGuard isDirty={() => left.length > 0} title="Leave without copying the key?">
        You haven't copied {left.join(' and ')}. Its value is never shown again.
      </LeaveGuard>
    </Section>
  )
}

function KeyTable({
  keys,
  values,
  onCopy,
  onRoll,
  onDelete,
}: {
  keys: PersonalApiKey[]
  values: Record<string, string>
  onCopy: (id: string) => void
  onRoll: (key: PersonalApiKey) => void
  onDelete: (key: PersonalApiKey) => void
}): ReactNode {
  const { team, organization } = useMe()
  const timeZone = team?.timezone ?? 'UTC'
  const held = ({ scoped_teams: ids, scoped_organizations: organizations }: PersonalApiKey): string => {
    const names = (ids ?? []).map(
      (id) => organization?.teams.find((one) => one.id === id)?.name ?? `project ${id}`,
    )
    if (names.length > 0) return `in ${names.join(', ')}`
    return organizations?.length ? 'in some organizations' : ''
  }
  return (
    <ScrollRegion label="Your personal API keys">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">Value</th>
            <th scope="col">Created</th>
            <th scope="col">Last used</th>
            <th scope="col">
              <span className="visually-hidden">Renew or delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const value = values[key.id]
            return (
              <tr key={key.id} className={value ? styles.fresh : ''}>
                <td>
                  {key.label}
                  <div className="muted small" title={key.scopes.join(', ')}>
                    Access: {accessWords(key.scopes)} {held(key)}
                  </div>
                </td>
                <td style={{ minWidth: value ? 280 : undefined }}>
                  {value ? (
                    <FreshValue value={value} label={key.label} onCopy={() => onCopy(key.id)} />
                  ) : (
                    <code style={{ whiteSpace: 'nowrap' }}>{key.mask_value ?? 'phx_…'}</code>
                  )}
                </td>
                <td className="muted" style={{ whiteSpace: 'nowrap' }}>
                  <RelativeTime at={key.created_at} timeZone={timeZone} />
                </td>
                <td className="muted" style={{ whiteSpace: 'nowrap' }}>
                  {key.last_used_at ? <RelativeTime at={key.last_used_at} timeZone={timeZone} /> : 'Never'}
                </td>
                <td className="num" style={{ whiteSpace: 'nowrap' }}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Renew ${key.label}`}
                    title="A new value"
                    onClick={() => onRoll(key)}
                  >
                    <IconRefresh size={16} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Delete ${key.label}`}
                    onClick={() => onDelete(key)}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function FreshValue({
  value,
  label,
  onCopy,
}: {
  value: string
  label: string
  onCopy: () => void
}): ReactNode {
  const copy = useRef<HTMLButtonElement>(null)
  useEffect(() => copy.current?.focus(), [])
  return (
    <div className="ph-no-capture" role="status">
      <span className="visually-hidden">The value of {label} is in its row.</span>
      {/* who selects it and copies that has it too */}
      <div className={styles.value} onCopy={onCopy}>
        <code data-testid="key-value">{value}</code>
        <CopyButton ref={copy} value={value} what={`the key ${label}`} onCopy={onCopy} />
      </div>
      <p className={styles.once}>Copy it now. You'll never see it again after refreshing the page.</p>
    </div>
  )
}

function CreateDialog({
  onClose,
  onCreated,
}: {
  onClose: () => void
  onCreated: (made: { id: string; value: string }) => void
}): ReactNode {
  const [label, setLabel] = useState('')
  const [empty, setEmpty] = useState(false)
  const [kind, setKind] = useState<'full' | 'read' | 'chosen'>('full')
  const [access, setAccess] = useState<AccessByArea>({})
  const [teams, setTeams] = useState<string[]>([])
  const projects = useMe().organization?.teams ?? []
  const scopes = kind === 'full' ? undefined : scopesOf(kind === 'read' ? readAll : access)
  const create = useCreateKey(onCreated)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!label.trim()) {
      setEmpty(true)
      return
    }
    create.mutate(
      {
        label: label.trim(),
        ...(scopes && { scopes }),
        ...(teams.length > 0 && { scoped_teams: teams.map(Number) }),
      },
      { onSuccess: onClose },
    )
  }
  return (
    <Dialog onClose={onClose} title="Create a Personal API Key">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            label="Label"
            description="Just for you: what the key is for."
            placeholder="for example: nightly export"
            data-autofocus
            maxLength={LONGEST_LABEL}
            value={label}
            error={
              empty
                ? 'Give your key a label.'
                : create.isError && create.error instanceof ApiError
                  ? sentence(create.error)
                  : undefined
            }
            onChange={(event) => {
              setLabel(event.currentTarget.value)
              setEmpty(false)
            }}
          />
          <div>
            <Text size="sm" fw={500} mb={4} id="key-access">
              Access
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="key-access"
              value={kind}
              onChange={(picked) => setKind(picked as typeof kind)}
              data={[
                { value: 'full', label: 'Full' },
                { value: 'read', label: 'Read only' },
                { value: 'chosen', label: 'Choose' },
              ]}
            />
          </div>
          {kind === 'chosen' && <Areas access={access} onChange={setAccess} />}
          {projects.length > 1 && (
            <MultiSelect
              label="Projects"
              description="None chosen: all that you can see."
              data={projects.map(({ id, name }) => ({ value: String(id), label: name }))}
              value={teams}
              onChange={setTeams}
            />
          )}
          <div>
            <Button type="submit" loading={create.isPending} disabled={scopes?.length === 0}>
              Create Key
            </Button>
          </div>
        </Stack>
      </form>
    </Dialog>
  )
}

/** Of each area whether the key may read, or change, what is there. */
function Areas({
  access,
  onChange,
}: {
  access: AccessByArea
  onChange: (access: AccessByArea) => void
}): ReactNode {
  return (
    <ScrollRegion label="What the key may do" className={styles.areas}>
      {accessAreas.map(({ object, label, canWrite }) => (
        <NativeSelect
          key={object}
          size="xs"
          className={styles.area}
          label={label}
          value={access[object] ?? 'none'}
          data={[
            { value: 'none', label: 'No access' },
            { value: 'read', label: 'Read' },
            ...(canWrite ? [{ value: 'write', label: 'Read and write' }] : []),
          ]}
          onChange={({ currentTarget }) => onChange({ ...access, [object]: currentTarget.value as Access })}
        />
      ))}
    </ScrollRegion>
  )
}

function RollDialog({
  rolled,
  onClose,
  onRolled,
}: {
  rolled: PersonalApiKey
  onClose: () => void
  onRolled: (rolled: { id: string; value: string }) => void
}): ReactNode {
  const roll = useRollKey(onRolled)
  return (
    <Confirm
      title={`Give “${rolled.label}” a new value?`}
      verb="Renew key"
      busy={roll.isPending}
      error={roll.error}
      onClose={onClose}
      onConfirm={() => roll.mutate(rolled.id, { onSuccess: onClose })}
    >
      Scripts that use the old value stop working at once. What the key may do stays.
    </Confirm>
  )
}

function DeleteDialog({ deleted, onClose }: { deleted: PersonalApiKey; onClose: () => void }): ReactNode {
  const remove = useDeleteKey()
  return (
    <Confirm
      title={`Delete “${deleted.label}”?`}
      verb="Delete key"
      busy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate(deleted.id, { onSuccess: onClose })}
    >
      Scripts that use it stop working at once.{' '}
      {deleted.last_used_at ? 'It has been used.' : 'It was never used.'}
    </Confirm>
  )
}

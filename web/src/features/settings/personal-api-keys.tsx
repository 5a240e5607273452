import { ActionIcon, Anchor, Button, Modal, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { useMe } from '../../api/session.ts'
import type { PersonalApiKey } from '../../api/types.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import { Empty, LoadError, Loading, sentence } from '../../ui/states.tsx'
import { keysQuery, useCreateKey, useDeleteKey } from './queries.ts'
import { Section } from './section.tsx'
import styles from './settings.module.css'

const LONGEST_LABEL = 40

/** The user's keys. A new one's value stands in its row until the page is left or reloaded, then never again. */
export function PersonalApiKeys(): ReactNode {
  const keys = useQuery(keysQuery)
  const [values, setValues] = useState<Record<string, string>>({})
  const [creating, setCreating] = useState(false)
  const [deleting, setDeleting] = useState<PersonalApiKey | null>(null)
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
          <KeyTable keys={keys.data} values={values} onDelete={setDeleting} />
        ) : (
          <Empty title="No personal API keys.">
            With one, a script can do whatever you can do here. You can make as many as you like, and delete
            each on its own.
          </Empty>
        )
      ) : keys.isError ? (
        <LoadError what="your keys" error={keys.error} retry={() => void keys.refetch()} />
      ) : (
        <Loading what="your keys" rows={3} />
      )}
      {creating && (
        <CreateDialog
          onClose={() => setCreating(false)}
          onCreated={(made) => setValues((old) => ({ ...old, [made.id]: made.value }))}
        />
      )}
      {deleting && <DeleteDialog deleted={deleting} onClose={() => setDeleting(null)} />}
    </Section>
  )
}

function KeyTable({
  keys,
  values,
  onDelete,
}: {
  keys: PersonalApiKey[]
  values: Record<string, string>
  onDelete: (key: PersonalApiKey) => void
}): ReactNode {
  const timeZone = useMe().team?.timezone ?? 'UTC'
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
              <span className="visually-hidden">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const value = values[key.id]
            return (
              <tr key={key.id} className={value ? styles.fresh : ''}>
                <td>{key.label}</td>
                <td style={{ minWidth: value ? 280 : undefined }}>
                  {value ? (
                    <FreshValue value={value} label={key.label} />
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
                <td className="num">
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

function FreshValue({ value, label }: { value: string; label: string }): ReactNode {
  const copy = useRef<HTMLButtonElement>(null)
  useEffect(() => copy.current?.focus(), [])
  return (
    <div className="ph-no-capture" role="status">
      <span className="visually-hidden">Key created. Its value is in the first row.</span>
      <div className={styles.value}>
        <code data-testid="key-value">{value}</code>
        <CopyButton ref={copy} value={value} what={`the key ${label}`} />
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
  const create = useCreateKey(onCreated)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!label.trim()) {
      setEmpty(true)
      return
    }
    create.mutate(label.trim(), { onSuccess: onClose })
  }
  return (
    <Modal opened onClose={onClose} title="Create a Personal API Key" returnFocus={false}>
      <form onSubmit={submit} noValidate>
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
        <Button type="submit" mt="md" loading={create.isPending}>
          Create Key
        </Button>
      </form>
    </Modal>
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

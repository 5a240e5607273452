import { Button, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useStarterDashboard } from '../../api/saved.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Problem } from '../../ui/problem.tsx'
import { LoadError } from '../../ui/states.tsx'
import styles from './new-dialog.module.css'
import { templatesQuery, useCreateDashboard } from './queries.ts'

type Begin = { value: string; label: string; about: string }

/** No template is called like these. */
const nothing = ''
const fromEvents = '\0events'
const own: Begin[] = [
  { value: nothing, label: 'Nothing', about: 'An empty dashboard. Add insights and texts to it.' },
  {
    value: fromEvents,
    label: 'What has arrived',
    about: 'Made for this project’s own events: who comes, what they do, and whether they come back.',
  },
]

/** Asks what a new dashboard is called and what it begins with, and makes it. */
export function NewDialog({
  projectId,
  onClose,
  onCreated,
}: {
  projectId: number
  onClose: () => void
  onCreated: (id: number) => void
}): ReactNode {
  const templates = useQuery(templatesQuery(projectId))
  const [name, setName] = useState('')
  const [begin, setBegin] = useState(nothing)
  const create = useCreateDashboard(projectId)
  const starter = useStarterDashboard(projectId)
  const choices: Begin[] = [
    ...own,
    ...(templates.data ?? []).map(({ name: called, description }) => ({
      value: called,
      label: called,
      about: description,
    })),
  ]
  const suggested = begin === nothing ? 'New dashboard' : begin === fromEvents ? 'Overview' : begin
  const error = create.error ?? starter.error
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const made = { onSuccess: ({ id }: { id: number }) => onCreated(id) }
    if (begin === fromEvents) starter.mutate(name.trim() || undefined, made)
    else create.mutate({ name: name.trim() || suggested, use_template: begin || undefined }, made)
  }
  return (
    <Dialog onClose={onClose} title="New dashboard" size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            placeholder={suggested}
            maxLength={400}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <fieldset className={styles.choices}>
            <legend>Begin with</legend>
            {choices.map(({ value, label, about }) => (
              <label key={value} className={styles.choice}>
                <input
                  type="radio"
                  name="begin"
                  value={value}
                  checked={value === begin}
                  aria-label={label}
                  onChange={() => {
                    setBegin(value)
                    create.reset()
                    starter.reset()
                  }}
                />
                <span>
                  {label}
                  <span className="muted small">{about}</span>
                </span>
              </label>
            ))}
          </fieldset>
          {templates.isError && (
            <LoadError what="the templates" error={templates.error} retry={() => void templates.refetch()} />
          )}
          <Problem error={error} />
          <Button type="submit" loading={create.isPending || starter.isPending}>
            Create
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}

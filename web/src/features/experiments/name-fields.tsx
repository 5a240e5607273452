import { Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'

/** What an experiment or a holdout is called, and what it is about; `about` names the second field. */
export const NameFields = ({
  name,
  onName,
  description,
  onDescription,
  about,
  example,
}: {
  name: string
  onName: (name: string) => void
  description: string
  onDescription: (description: string) => void
  about: string
  example?: string
}): ReactNode => (
  <>
    <TextInput
      label="Name"
      required
      maxLength={400}
      value={name}
      onChange={(event) => onName(event.currentTarget.value)}
      data-autofocus
    />
    <Textarea
      label={about}
      placeholder={example}
      autosize
      minRows={2}
      maxLength={400}
      value={description}
      onChange={(event) => onDescription(event.currentTarget.value)}
    />
  </>
)

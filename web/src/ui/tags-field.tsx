import { TagsInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { tagsQuery } from '../api/tags.ts'

/** The tags of a thing; those that others have are offered. */
export function TagsField({
  projectId,
  value,
  onChange,
}: {
  projectId: number
  value: string[]
  onChange: (tags: string[]) => void
}): ReactNode {
  const tags = useQuery(tagsQuery(projectId))
  return (
    <TagsInput
      label="Tags"
      data={tags.data ?? []}
      value={value}
      acceptValueOnBlur
      onChange={(picked) => onChange(picked.map((tag) => tag.trim().toLowerCase()))}
    />
  )
}

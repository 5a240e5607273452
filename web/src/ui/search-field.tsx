import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import type { ReactNode } from 'react'

const SETTLED_MS = 250

/** The search of a list. What stands in it is its page's, which can clear it; it is asked for a little later. */
export function SearchField({
  label,
  placeholder,
  text,
  onText,
  onSearch,
  width = 320,
  mb,
}: {
  label: string
  placeholder: string
  text: string
  onText: (text: string) => void
  /** Without what surrounds it; empty for no search. */
  onSearch: (text: string) => void
  /** Where there is room, in pixels. */
  width?: number
  mb?: string
}): ReactNode {
  const apply = useDebouncedCallback(onSearch, SETTLED_MS)
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={placeholder}
      leftSection={<IconSearch size={16} />}
      w={{ base: '100%', xs: width }}
      mb={mb}
      value={text}
      onChange={(event) => {
        onText(event.currentTarget.value)
        apply(event.currentTarget.value.trim())
      }}
    />
  )
}

import { Button, Combobox, useCombobox } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { PropertyName } from '../api/types.ts'
import { searchNames } from './search-names.ts'

export type PropertyKind = 'event' | 'person'
export type Properties = Record<PropertyKind, PropertyName[]>

const MOST_SHOWN = 60
const kinds: { kind: PropertyKind; label: string }[] = [
  { kind: 'event', label: 'Event properties' },
  { kind: 'person', label: "People's properties" },
]

/** A button that opens a searchable list of the properties of events and of people. */
export function PropertyPicker({
  properties,
  children,
  label,
  onPick,
}: {
  properties: Properties
  /** What the button says. */
  children: ReactNode
  label: string
  onPick: (kind: PropertyKind, key: string) => void
}): ReactNode {
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownClose: () => {
      setSearch('')
      combobox.resetSelectedOption()
      combobox.focusTarget()
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  })
  const text = search.trim()
  const groups = kinds.map(({ kind, label: title }) => ({
    kind,
    title,
    names: searchNames(
      properties[kind].map((each) => each.name),
      text,
    ).slice(0, MOST_SHOWN),
  }))
  const exact = properties.event.some((each) => each.name === text)
  return (
    <Combobox
      store={combobox}
      width={320}
      position="bottom-start"
      shadow="md"
      onOptionSubmit={(picked) => {
        const [kind, ...key] = picked.split(':')
        onPick(kind === 'person' ? 'person' : 'event', key.join(':'))
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <Button
          variant="default"
          size="xs"
          aria-label={label}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          onClick={() => combobox.toggleDropdown()}
        >
          {children}
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          aria-label="Search properties"
          placeholder="Search properties"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.selectFirstOption()
          }}
        />
        <Combobox.Options mah={300} style={{ overflowY: 'auto' }} aria-label={label}>
          {groups.map(
            ({ kind, title, names }) =>
              names.length > 0 && (
                <Combobox.Group key={kind} label={title}>
                  {names.map((name) => (
                    <Combobox.Option key={name} value={`${kind}:${name}`}>
                      {name}
                    </Combobox.Option>
                  ))}
                </Combobox.Group>
              ),
          )}
          {text && !exact && (
            <Combobox.Option value={`event:${text}`}>
              Use “{text}” <span className="muted">(not seen yet)</span>
            </Combobox.Option>
          )}
          {!text && groups.every((group) => group.names.length === 0) && (
            <Combobox.Empty>No properties yet</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

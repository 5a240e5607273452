import { Combobox, InputBase, useCombobox } from '@mantine/core'
import { IconBolt, IconX } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { EventName } from '../api/types.ts'
import { searchNames } from './search-names.ts'

const MOST_SHOWN = 100

/** One event name, found by typing; a name that has not been seen yet may be used too. */
export function EventPicker({
  events,
  loading,
  value,
  onChange,
  label,
  placeholder = 'Choose an event',
  clearable = false,
  allEvents = false,
  width = '100%',
}: {
  events: EventName[]
  loading: boolean
  /** The event's name; null for all events; undefined where nothing is chosen yet. */
  value: string | null | undefined
  onChange: (name: string | null) => void
  label: string
  placeholder?: string
  clearable?: boolean
  allEvents?: boolean
  width?: string | { base: string; xs: number }
}): ReactNode {
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      setSearch('')
    },
    onDropdownOpen: () => combobox.updateSelectedOptionIndex('active'),
  })
  const text = search.trim()
  const found = searchNames(
    events.map((each) => each.name),
    text,
  ).slice(0, MOST_SHOWN)
  const known = new Map(events.map((each) => [each.name, each]))
  const open = combobox.dropdownOpened
  return (
    <Combobox
      store={combobox}
      width={320}
      position="bottom-start"
      shadow="md"
      onOptionSubmit={(picked) => {
        onChange(picked === '*' ? null : picked.slice(1))
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target>
        <InputBase
          aria-label={label}
          w={width}
          leftSection={<IconBolt size={16} />}
          rightSection={
            clearable && value ? (
              <button type="button" className="clear" aria-label="Clear" onClick={() => onChange(null)}>
                <IconX size={14} />
              </button>
            ) : (
              <Combobox.Chevron />
            )
          }
          rightSectionPointerEvents={clearable && value ? 'all' : 'none'}
          placeholder={open && value ? value : placeholder}
          value={open ? search : value === null ? 'All events' : (value ?? '')}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.openDropdown()
            combobox.selectFirstOption()
          }}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={320} style={{ overflowY: 'auto' }} aria-label={label}>
          {loading && <Combobox.Empty>Loading events…</Combobox.Empty>}
          {allEvents && !text && <Combobox.Option value="*">All events</Combobox.Option>}
          {found.map((name) => (
            <Combobox.Option key={name} value={`=${name}`} active={name === value}>
              <div className="cut">{name}</div>
              {known.get(name)?.description && (
                <div className="cut muted small">{known.get(name)?.description}</div>
              )}
            </Combobox.Option>
          ))}
          {!loading && text && !known.has(text) && (
            <Combobox.Option value={`=${text}`}>
              Use “{text}” <span className="muted">(not seen yet)</span>
            </Combobox.Option>
          )}
          {!loading && !text && found.length === 0 && <Combobox.Empty>No events yet</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

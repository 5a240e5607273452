import { Combobox, InputBase, useCombobox } from '@mantine/core'
import { IconBolt, IconClick, IconRosetteDiscountCheckFilled, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { eventVolumesQuery } from '../api/definitions.ts'
import type { ActionName, EventName } from '../api/types.ts'
import { actionNameOf } from './names.ts'
import { compact, counted } from './numbers.ts'
import { searchNames } from './search-names.ts'

const MOST_SHOWN = 100

/** One event name (or action), found by typing; a name that has not been seen yet may be used too. */
export function EventPicker({
  projectId,
  events,
  loading,
  value,
  onChange,
  actions = [],
  action,
  onAction,
  label,
  placeholder = 'Choose an event',
  clearable = false,
  allEvents = false,
  width = '100%',
  startsOpen = false,
  onLeave,
}: {
  projectId: number
  events: EventName[]
  loading: boolean
  /** The event's name; null for all events; undefined where nothing is chosen yet. */
  value: string | null | undefined
  onChange: (name: string | null) => void
  /** What may be chosen besides, where `onAction` takes it; `action` is what the one that is chosen is called. */
  actions?: ActionName[]
  action?: string
  onAction?: (action: ActionName) => void
  label: string
  placeholder?: string
  clearable?: boolean
  allEvents?: boolean
  width?: string | { base: string; xs: number }
  /** Whether it was asked for just now: it has the focus, and shows what there is. */
  startsOpen?: boolean
  /** The focus went elsewhere. */
  onLeave?: () => void
}): ReactNode {
  const [search, setSearch] = useState('')
  const combobox = useCombobox({
    defaultOpened: startsOpen,
    onDropdownClose: () => {
      combobox.resetSelectedOption()
      setSearch('')
    },
    onDropdownOpen: () => combobox.updateSelectedOptionIndex('active'),
  })
  // once what fits is in the list, not before
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store is another object each time
  useEffect(() => {
    if (search) combobox.selectFirstOption()
  }, [search])
  const text = search.trim()
  const found = searchNames(
    events.map((each) => each.name),
    text,
  ).slice(0, MOST_SHOWN)
  const known = new Map(events.map((each) => [each.name, each]))
  const foundActions = searchNames([...new Set(actions.map(actionNameOf))], text)
    .slice(0, MOST_SHOWN)
    .flatMap((name) => actions.filter((each) => actionNameOf(each) === name))
  const shown = action ?? (value === null ? 'All events' : (value ?? ''))
  const open = combobox.dropdownOpened
  // names do without it: that it could not be counted stays unsaid
  const { data: volumes } = useQuery({ ...eventVolumesQuery(projectId), enabled: open })
  return (
    <Combobox
      store={combobox}
      width={320}
      position="bottom-start"
      shadow="md"
      onOptionSubmit={(picked) => {
        const chosen = actions.find(({ id }) => picked === `#${id}`)
        if (chosen) onAction?.(chosen)
        else onChange(picked === '*' ? null : picked.slice(1))
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target>
        <InputBase
          aria-label={label}
          w={width}
          leftSection={action === undefined ? <IconBolt size={16} /> : <IconClick size={16} />}
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
          placeholder={open && shown ? shown : placeholder}
          value={open ? search : shown}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            combobox.openDropdown()
          }}
          onClick={() => combobox.openDropdown()}
          autoFocus={startsOpen}
          onBlur={() => {
            combobox.closeDropdown()
            onLeave?.()
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={320} style={{ overflowY: 'auto' }} aria-label={label}>
          {loading && <Combobox.Empty>Loading events…</Combobox.Empty>}
          {allEvents && !text && <Combobox.Option value="*">All events</Combobox.Option>}
          {found.map((name) => (
            <Combobox.Option
              key={name}
              value={`=${name}`}
              active={action === undefined && name === value}
              aria-description={volumes && `${counted(volumes.get(name) ?? 0, 'event')} in the last 30 days`}
            >
              <Choice
                name={name}
                about={known.get(name)?.description}
                isVerified={known.get(name)?.verified}
                volume={volumes && (volumes.get(name) ?? 0)}
              />
            </Combobox.Option>
          ))}
          {onAction && foundActions.length > 0 && (
            <Combobox.Group label="Actions">
              {foundActions.map((each) => (
                <Combobox.Option key={each.id} value={`#${each.id}`} active={actionNameOf(each) === action}>
                  <Choice name={actionNameOf(each)} about={each.description} />
                </Combobox.Option>
              ))}
            </Combobox.Group>
          )}
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

function Choice({
  name,
  about,
  isVerified = false,
  volume,
}: {
  name: string
  about?: string | null
  isVerified?: boolean
  /** Events of the last thirty days. */
  volume?: number
}): ReactNode {
  return (
    <>
      <div style={{ display: 'flex', gap: 6, alignItems: 'center' }}>
        <span className="cut">{name}</span>
        {isVerified && (
          <IconRosetteDiscountCheckFilled
            size={14}
            role="img"
            aria-label="verified"
            style={{ flex: 'none', color: 'var(--link)' }}
          />
        )}
        {volume !== undefined && (
          // the option's description says it in words
          <span
            className="muted small"
            style={{ marginLeft: 'auto' }}
            title="In the last 30 days"
            aria-hidden
          >
            {compact(volume)}
          </span>
        )}
      </div>
      {about && <div className="cut muted small">{about}</div>}
    </>
  )
}

import { Button, Combobox, useCombobox } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { PropertyFilter, PropertyName } from '../api/types.ts'
import { searchNames } from './search-names.ts'

export type PropertyKind = PropertyFilter['type']
/**
 * What there is to pick: a cohort's and a flag's `key` is its id, and `values` what the flag can be. Properties of
 * several types of groups say which, and their heading.
 */
export type Pickable = PropertyName & {
  key?: string
  values?: string[]
  groupTypeIndex?: number
  under?: string
}
/** By kind; with `hogql` (which has nothing to list) also expressions of one's own. */
export type Properties = Partial<Record<PropertyKind, Pickable[]>>

/** The one that was picked. Undefined for a name that was not seen yet. */
export const pickedFrom = (properties: Properties, kind: PropertyKind, key: string): Pickable | undefined =>
  properties[kind]?.find((each) => (each.key ?? each.name) === key)

const MOST_SHOWN = 60
const kinds: { kind: PropertyKind; label: string }[] = [
  { kind: 'event', label: 'Event properties' },
  { kind: 'person', label: "People's properties" },
  { kind: 'group', label: 'Properties' },
  { kind: 'session', label: 'Sessions' },
  { kind: 'cohort', label: 'Cohorts' },
  { kind: 'flag', label: 'Feature flags' },
]

/** A button that opens a searchable list of properties, and of what else can be filtered by. */
export function PropertyPicker({
  properties,
  children,
  label,
  onPick,
  leavesFocus = false,
}: {
  properties: Properties
  /** What the button says. */
  children: ReactNode
  label: string
  onPick: (kind: PropertyKind, key: string) => void
  /** Whether something else takes the focus once one was picked; else the button has it again. */
  leavesFocus?: boolean
}): ReactNode {
  const [search, setSearch] = useState('')
  const isPicked = useRef(false)
  const combobox = useCombobox({
    onDropdownClose: () => {
      setSearch('')
      combobox.resetSelectedOption()
      if (!(leavesFocus && isPicked.current)) combobox.focusTarget()
      isPicked.current = false
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  })
  // once what fits is in the list, not before
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store is another object each time
  useEffect(() => {
    if (search) combobox.selectFirstOption()
  }, [search])
  const text = search.trim()
  const groups = kinds.flatMap(({ kind, label: usual }) => {
    const all = properties[kind] ?? []
    return [...new Set(all.map(({ under = usual }) => under))].map((title) => {
      const here = all.filter(({ under = usual }) => under === title)
      const keys = new Map(here.map((each) => [each.name, each.key ?? each.name]))
      const names = searchNames([...keys.keys()], text).slice(0, MOST_SHOWN)
      return { kind, title, options: names.map((name) => ({ name, key: keys.get(name)! })) }
    })
  })
  /** The kind that a name which was not seen yet is of. */
  const open = kinds.find(({ kind }) => properties[kind])?.kind ?? 'event'
  const exact = properties[open]?.some((each) => each.name === text)
  return (
    <Combobox
      store={combobox}
      width={320}
      position="bottom-start"
      shadow="md"
      onOptionSubmit={(picked) => {
        const [kind, ...key] = picked.split(':')
        isPicked.current = true
        onPick(kind as PropertyKind, key.join(':'))
        combobox.closeDropdown()
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <Button
          variant="default"
          size="xs"
          // names have underscores, which a tight line cuts off
          styles={{ label: { lineHeight: '20px' } }}
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
          }}
        />
        <Combobox.Options mah={300} style={{ overflowY: 'auto' }} aria-label={label}>
          {groups.map(
            ({ kind, title, options }) =>
              options.length > 0 && (
                <Combobox.Group key={`${kind} ${title}`} label={title}>
                  {options.map(({ name, key }) => (
                    <Combobox.Option key={key} value={`${kind}:${key}`}>
                      {name}
                    </Combobox.Option>
                  ))}
                </Combobox.Group>
              ),
          )}
          {text && !exact && open !== 'cohort' && (
            <Combobox.Option value={`${open}:${text}`}>
              Use “{text}” <span className="muted">(not seen yet)</span>
            </Combobox.Option>
          )}
          {text && properties.hogql && (
            <Combobox.Option value={`hogql:${text}`}>
              Use “{text}” <span className="muted">as an SQL expression</span>
            </Combobox.Option>
          )}
          {!text && groups.every((group) => group.options.length === 0) && (
            <Combobox.Empty>No properties yet</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

import { ActionIcon, Switch, TextInput } from '@mantine/core'
import { IconPencil, IconSearch, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Properties } from '../api/types.ts'
import { CopyIcon } from './copy-button.tsx'
import styles from './properties-table.module.css'

/** Below this many, searching is slower than looking. */
const SEARCH_FROM = 8

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Names and values; PostHog's own names (those with a $) are quieter and can be left out. */
export function PropertiesTable({
  properties,
  empty = 'No properties.',
  onEdit,
  onRemove,
}: {
  properties: Properties
  empty?: string
  /** Where the values may be changed. */
  onEdit?: (name: string) => void
  onRemove?: (name: string) => void
}): ReactNode {
  const [search, setSearch] = useState('')
  const [onlyOwn, setOnlyOwn] = useState(false)
  const names = Object.keys(properties).sort(
    (a, b) => Number(a.startsWith('$')) - Number(b.startsWith('$')) || a.localeCompare(b),
  )
  if (names.length === 0) return <p className="muted">{empty}</p>
  const wanted = search.trim().toLowerCase()
  const shown = names.filter(
    (name) =>
      (!onlyOwn || !name.startsWith('$')) &&
      (!wanted ||
        name.toLowerCase().includes(wanted) ||
        textOf(properties[name]).toLowerCase().includes(wanted)),
  )
  return (
    <div className={styles.box}>
      {names.length >= SEARCH_FROM && (
        <div className={styles.bar}>
          <TextInput
            size="xs"
            placeholder="Search names and values"
            aria-label="Search properties"
            leftSection={<IconSearch size={14} />}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Switch
            size="xs"
            label="Hide PostHog's properties"
            checked={onlyOwn}
            onChange={(event) => setOnlyOwn(event.currentTarget.checked)}
          />
        </div>
      )}
      <table className={styles.table}>
        <colgroup>
          <col className={styles.nameColumn} />
          <col />
          <col className={styles.kindColumn} />
          <col className={onEdit ? styles.toolsColumn : styles.copyColumn} />
        </colgroup>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Property</th>
            <th scope="col">Value</th>
            <th scope="col" className={styles.kind}>
              Type
            </th>
            <th scope="col">{onEdit ? 'Copy, change, remove' : 'Copy'}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((name) => (
            <tr key={name}>
              <th scope="row" className={styles.name} data-own={!name.startsWith('$') || undefined}>
                {name}
              </th>
              <td className={styles.value}>
                <Value value={properties[name]} />
              </td>
              <td className={styles.kind}>{kindOf(properties[name])}</td>
              <td className={styles.copy}>
                <span className={styles.tools}>
                  <CopyIcon value={textOf(properties[name])} what={name} />
                  {onEdit && (
                    <ActionIcon
                      size="sm"
                      variant="subtle"
                      color="gray"
                      aria-label={`Change ${name}`}
                      onClick={() => onEdit(name)}
                    >
                      <IconPencil size={14} />
                    </ActionIcon>
                  )}
                  {onRemove && (
                    <ActionIcon
                      size="sm"
                      variant="subtle"
                      color="gray"
                      aria-label={`Remove ${name}`}
                      onClick={() => onRemove(name)}
                    >
                      <IconTrash size={14} />
                    </ActionIcon>
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p className={styles.none}>No property matches.</p>}
      {shown.some((name) => name.startsWith('$geoip_')) && (
        // the licence of the bundled places (CC BY 4.0) asks for this link where they are shown
        <p className={styles.none}>
          <a href="https://db-ip.com" target="_blank" rel="noreferrer noopener">
            IP geolocation by DB-IP
          </a>
        </p>
      )}
    </div>
  )
}

function Value({ value }: { value: unknown }): ReactNode {
  if (typeof value === 'string') {
    if (/^https?:\/\//.test(value)) {
      return (
        <a href={value} target="_blank" rel="noreferrer noopener nofollow">
          {value}
        </a>
      )
    }
    return value === '' ? <span className="muted">(empty)</span> : value
  }
  if (value === null || typeof value !== 'object') return <span className="mono">{String(value)}</span>
  return <pre className={styles.json}>{JSON.stringify(value, null, 2)}</pre>
}

import { Kbd, Switch } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { kinds } from '../features/insights/kinds.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { haveSingleKeys, setSingleKeys } from '../ui/single-keys.ts'
import { places } from './places.ts'
import styles from './shortcut-sheet.module.css'
import { modKey, newInsights } from './single-keys.ts'

type Line = { keys: string[]; does: string }
const everywhere: Line[] = [
  { keys: [modKey, 'K'], does: 'Search, or go anywhere' },
  { keys: ['?'], does: 'This sheet' },
  { keys: ['/'], does: 'Search the list on the page' },
  { keys: ['Tab'], does: 'The next control; “Skip to content” comes first' },
  { keys: ['Esc'], does: 'Close what is open' },
]
const onPages: Line[] = [
  { keys: [modKey, 'Enter'], does: 'Run the query (SQL)' },
  { keys: [modKey, 'S'], does: 'Save (editors of flags, cohorts, actions and surveys)' },
  { keys: ['r'], does: 'Refresh (dashboards)' },
  { keys: ['f'], does: 'Full screen, and back (dashboards)' },
  { keys: ['a'], does: 'Add an insight (dashboards)' },
]

/** All keys that do something. */
export default function ShortcutSheet({ onClose }: { onClose: () => void }): ReactNode {
  const [isOn, setOn] = useState(haveSingleKeys)
  return (
    <Dialog onClose={onClose} title="Keyboard shortcuts" size={640}>
      <div className={styles.columns}>
        <Lines title="Everywhere" lines={everywhere} />
        <Lines
          title="Go to"
          lines={places.flatMap(({ key, label }) => (key ? [{ keys: ['g', key], does: label }] : []))}
        />
        <Lines
          title="New insight"
          lines={Object.entries(newInsights).map(([key, name]) => ({
            keys: ['n', key],
            does: kinds.find((kind) => kind.name === name)?.label ?? name,
          }))}
        />
        <Lines title="On pages" lines={onPages} />
      </div>
      <Switch
        mt="lg"
        label="Keys without Ctrl, ⌘ or Alt do something"
        description="On this device. Turn it off where you dictate."
        checked={isOn}
        onChange={({ currentTarget: { checked } }) => {
          setOn(checked)
          setSingleKeys(checked)
        }}
      />
    </Dialog>
  )
}

function Lines({ title, lines }: { title: string; lines: Line[] }): ReactNode {
  return (
    <section>
      <h3 className={styles.title}>{title}</h3>
      <dl className={styles.lines}>
        {lines.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key} size="xs">
                  {key}
                </Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

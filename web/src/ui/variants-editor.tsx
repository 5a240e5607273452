import { ActionIcon, Button, Text, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { PercentInput } from './percent-input.tsx'
import { spreadEvenly, type Variant, variantsProblem } from './variants.ts'
import styles from './variants-editor.module.css'

/** The variants of a flag, of which each gets a share of the people. */
export function VariantsEditor<V extends Variant>({
  variants,
  most,
  locked,
  create,
  onChange,
  more,
}: {
  variants: V[]
  most: number
  /** The key of the first one, where that must stay. */
  locked?: string
  create: (key: string) => V
  onChange: (variants: V[]) => void
  /** What stands below a variant. */
  more?: (variant: V, at: number) => ReactNode
}): ReactNode {
  const problem = variantsProblem(variants)
  const fewest = locked === undefined ? 1 : 2
  const change = (at: number, changes: Partial<Variant>) =>
    onChange(variants.with(at, { ...variants[at]!, ...changes }))
  const add = () => {
    const keys = new Set(variants.map(({ key }) => key))
    let number = variants.length + 1
    while (keys.has(`test-${number}`)) number++
    onChange(spreadEvenly([...variants, create(`test-${number}`)]))
  }
  return (
    <fieldset>
      <legend className="visually-hidden">Variants</legend>
      <div className={styles.list}>
        <Text size="sm" fw={500} aria-hidden>
          Variants
        </Text>
        {variants.map((variant, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: variants have no identity but their place
          <div key={at} className={styles.row}>
            <KeyInput
              key={variant.key}
              label={`Variant ${at + 1}`}
              value={variant.key}
              isTaken={(key) => variants.some((one, other) => other !== at && one.key === key)}
              readOnly={at === 0 && locked !== undefined}
              onChange={(key) => change(at, { key })}
            />
            <TextInput
              size="xs"
              className={styles.name}
              aria-label={`What variant ${at + 1} is`}
              placeholder="What it is"
              maxLength={400}
              value={variant.name ?? ''}
              onChange={(event) => change(at, { name: event.currentTarget.value })}
            />
            <PercentInput
              label={`Share of variant ${at + 1}`}
              value={variant.rollout_percentage}
              onChange={(share) => change(at, { rollout_percentage: share })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove the variant ${variant.key}`}
              disabled={variants.length <= fewest || (at === 0 && locked !== undefined)}
              onClick={() => onChange(spreadEvenly(variants.toSpliced(at, 1)))}
            >
              <IconTrash size={16} />
            </ActionIcon>
            {more && <div className={styles.more}>{more(variant, at)}</div>}
          </div>
        ))}
        <div className={styles.foot}>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={14} />}
            disabled={variants.length >= most}
            onClick={add}
          >
            Add a variant
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => onChange(spreadEvenly(variants))}>
            Spread evenly
          </Button>
          <Text size="sm" c={problem ? 'var(--danger)' : 'dimmed'} role="status">
            {problem ?? '= 100 %'}
          </Text>
        </div>
      </div>
    </fieldset>
  )
}

/** A key counts when it is whole: what hangs on it must not go to another one that it is like for a moment. */
function KeyInput({
  label,
  value,
  isTaken,
  readOnly,
  onChange,
}: {
  label: string
  value: string
  isTaken: (key: string) => boolean
  readOnly: boolean
  onChange: (key: string) => void
}): ReactNode {
  const [text, setText] = useState(value)
  const key = text.trim()
  return (
    <TextInput
      size="xs"
      aria-label={label}
      classNames={{ input: 'mono' }}
      required
      maxLength={100}
      readOnly={readOnly}
      error={isTaken(key) ? 'There is one with this key.' : undefined}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => (isTaken(key) ? setText(value) : onChange(key))}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.preventDefault()
        event.currentTarget.blur()
      }}
    />
  )
}

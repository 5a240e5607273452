import { ActionIcon, Button, CopyButton as Copying, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { ReactNode, Ref } from 'react'

/** "Copy" that says "Copied". `what` completes its name for those who don't see what it stands beside. */
export function CopyButton({
  value,
  what,
  label = 'Copy',
  onCopy,
  ref,
}: {
  value: string
  what: string
  label?: string
  onCopy?: () => void
  ref?: Ref<HTMLButtonElement>
}): ReactNode {
  return (
    <Copying value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          ref={ref}
          size="compact-sm"
          variant="default"
          leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          aria-label={copied ? `Copied ${what}` : `${label} ${what}`}
          onClick={() => {
            copy()
            onCopy?.()
          }}
        >
          {copied ? 'Copied' : label}
        </Button>
      )}
    </Copying>
  )
}

/** The same as a bare icon, for rows. */
export function CopyIcon({ value, what }: { value: string; what: string }): ReactNode {
  return (
    <Copying value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'} openDelay={300}>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
            onClick={copy}
          >
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </Copying>
  )
}

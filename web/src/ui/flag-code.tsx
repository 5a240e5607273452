import { NativeSelect, Stack } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useProject } from '../api/session.ts'
import { CodeBlock } from './code-block.tsx'
import { type AskedFlag, flagSnippets } from './flag-snippets.ts'

/** How to ask for a flag, by SDK. */
export function FlagCode({ projectId, flag }: { projectId: number; flag: AskedFlag }): ReactNode {
  const [chosen, choose] = useState('web')
  const token = useProject(projectId)?.api_token ?? ''
  const all = flagSnippets(flag, token, window.location.origin)
  const snippet = all.find(({ id }) => id === chosen) ?? all[0]!
  return (
    <Stack gap="sm">
      <NativeSelect
        aria-label="SDK"
        value={snippet.id}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data={all.map(({ id, label }) => ({ value: id, label }))}
      />
      <CodeBlock what="Code that asks for the flag" title={snippet.label} code={snippet.code} />
    </Stack>
  )
}

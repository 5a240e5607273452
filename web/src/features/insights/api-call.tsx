import { Tabs, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '../../ui/code-block.tsx'
import { SidePanel } from '../../ui/dialog.tsx'
import { snippets } from '../../ui/request-snippets.ts'

/** The request that gives exactly what is on the screen. It names a variable, never a real key. */
export function ApiCall({
  projectId,
  query,
  onClose,
}: {
  projectId: number
  query: Record<string, unknown>
  onClose: () => void
}): ReactNode {
  const url = `${window.location.origin}/api/projects/${projectId}/query/`
  const codes = snippets({ method: 'POST', url, body: { query } }, true)
  return (
    <SidePanel onClose={onClose} size={560} title="This chart as an API call">
      <Text size="sm" c="dimmed" mb="md">
        Put a personal API key into the variable <code>PERSONAL_API_KEY</code>. You can make one in your
        account settings.
      </Text>
      <Tabs defaultValue="curl">
        <Tabs.List mb="md">
          {codes.map(({ language }) => (
            <Tabs.Tab key={language} value={language}>
              {language}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {codes.map(({ language, text }) => (
          <Tabs.Panel key={language} value={language}>
            <CodeBlock code={text} what={`${language} code`} title="POST /query/" />
          </Tabs.Panel>
        ))}
      </Tabs>
    </SidePanel>
  )
}

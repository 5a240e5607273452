import { Drawer, Tabs, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Question } from '../../api/questions.ts'
import { CodeBlock } from '../../ui/code-block.tsx'

/** The request that gives exactly what is on the screen. It names a variable, never a real key. */
export function ApiCall({
  projectId,
  query,
  onClose,
}: {
  projectId: number
  query: Question
  onClose: () => void
}): ReactNode {
  const url = `${window.location.origin}/api/projects/${projectId}/query/`
  const body = JSON.stringify({ query }, null, 2)
  const curl = `curl '${url}' \\
  -H "Authorization: Bearer $HEDGEROW_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '${body.replaceAll("'", `'\\''`)}'`
  const typescript = `const response = await fetch('${url}', {
  method: 'POST',
  headers: {
    authorization: \`Bearer \${process.env.HEDGEROW_KEY}\`,
    'content-type': 'application/json',
  },
  body: JSON.stringify(${body}),
})
const { results } = await response.json()`
  const python = `import json, os, urllib.request

request = urllib.request.Request(
    '${url}',
    data=json.dumps(json.loads(r'''${body}''')).encode(),
    headers={
        'Authorization': 'Bearer ' + os.environ['HEDGEROW_KEY'],
        'Content-Type': 'application/json',
    },
)
results = json.load(urllib.request.urlopen(request))['results']`
  const codes = [
    { value: 'curl', label: 'curl', code: curl },
    { value: 'typescript', label: 'TypeScript', code: typescript },
    { value: 'python', label: 'Python', code: python },
  ]
  return (
    <Drawer opened onClose={onClose} position="right" size={560} title="This chart as an API call">
      <Text size="sm" c="dimmed" mb="md">
        Put a personal API key into the variable <code>HEDGEROW_KEY</code>. You can make one in your account
        settings.
      </Text>
      <Tabs defaultValue="curl">
        <Tabs.List mb="md">
          {codes.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {codes.map(({ value, label, code }) => (
          <Tabs.Panel key={value} value={value}>
            <CodeBlock code={code} what={`${label} code`} title="POST /query/" />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Drawer>
  )
}

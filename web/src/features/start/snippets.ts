/** How to send a first event, with the project's own key and this server's own address filled in. */
export type Snippet = { id: string; label: string; parts: { title: string; code: string }[] }

export function snippets(key: string, host: string): Snippet[] {
  return [
    {
      id: 'web',
      label: 'Web page',
      parts: [
        {
          title: 'Paste before </head> on every page',
          code: `<script
  async
  src="${host}/static/array.js"
  onload="
    posthog.init('${key}', {
      api_host: '${host}'
    })
  "
></script>`,
        },
        {
          title: 'Then, anywhere on the page',
          code: `<button onclick="posthog.capture('signed_up', { plan: 'free' })">Sign up</button>`,
        },
      ],
    },
    {
      id: 'npm',
      label: 'JavaScript (npm)',
      parts: [
        { title: 'Install', code: 'npm install posthog-js' },
        {
          title: 'Start it once, where your app starts',
          code: `import posthog from 'posthog-js'

posthog.init('${key}', { api_host: '${host}' })
posthog.capture('signed_up', { plan: 'free' })`,
        },
      ],
    },
    {
      id: 'node',
      label: 'Node.js',
      parts: [
        { title: 'Install', code: 'npm install posthog-node' },
        {
          title: 'Send an event',
          code: `import { PostHog } from 'posthog-node'

const posthog = new PostHog('${key}', { host: '${host}' })
posthog.capture({ distinctId: 'ana@example.com', event: 'signed_up', properties: { plan: 'free' } })
await posthog.shutdown() // before the process ends: sends what is waiting`,
        },
      ],
    },
    {
      id: 'python',
      label: 'Python',
      parts: [
        { title: 'Install', code: 'pip install posthog' },
        {
          title: 'Send an event',
          code: `from posthog import Posthog

posthog = Posthog('${key}', host='${host}')
posthog.capture('signed_up', distinct_id='ana@example.com', properties={'plan': 'free'})
posthog.shutdown()  # before the process ends: sends what is waiting`,
        },
      ],
    },
    {
      id: 'curl',
      label: 'HTTP (curl)',
      parts: [
        {
          title: 'Send an event',
          code: `curl ${host}/i/v0/e/ -H 'Content-Type: application/json' -d '{
  "api_key": "${key}",
  "event": "signed_up",
  "distinct_id": "ana@example.com",
  "properties": { "plan": "free" }
}'`,
        },
      ],
    },
  ]
}

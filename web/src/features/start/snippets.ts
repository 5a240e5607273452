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
      id: 'react',
      label: 'React',
      parts: [
        { title: 'Install', code: 'npm install posthog-js' },
        {
          title: 'Around your app',
          code: `import posthog from 'posthog-js'
import { PostHogProvider } from 'posthog-js/react'

posthog.init('${key}', { api_host: '${host}' })

createRoot(document.getElementById('root')).render(
  <PostHogProvider client={posthog}>
    <App />
  </PostHogProvider>,
)`,
        },
        {
          title: 'In a component',
          code: `import { usePostHog } from 'posthog-js/react'

function SignUp() {
  const posthog = usePostHog()
  return <button onClick={() => posthog.capture('signed_up', { plan: 'free' })}>Sign up</button>
}`,
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
      id: 'go',
      label: 'Go',
      parts: [
        { title: 'Install', code: 'go get github.com/posthog/posthog-go' },
        {
          title: 'Send an event',
          code: `client, _ := posthog.NewWithConfig("${key}", posthog.Config{Endpoint: "${host}"})
defer client.Close() // sends what is waiting

client.Enqueue(posthog.Capture{
    DistinctId: "ana@example.com",
    Event:      "signed_up",
    Properties: posthog.NewProperties().Set("plan", "free"),
})`,
        },
      ],
    },
    {
      id: 'ruby',
      label: 'Ruby',
      parts: [
        { title: 'Install', code: 'gem install posthog-ruby' },
        {
          title: 'Send an event',
          code: `require 'posthog'

posthog = PostHog::Client.new(api_key: '${key}', host: '${host}')
posthog.capture(distinct_id: 'ana@example.com', event: 'signed_up', properties: { plan: 'free' })
posthog.shutdown # before the process ends: sends what is waiting`,
        },
      ],
    },
    {
      id: 'php',
      label: 'PHP',
      parts: [
        { title: 'Install', code: 'composer require posthog/posthog-php' },
        {
          title: 'Send an event',
          code: `PostHog\\PostHog::init('${key}', ['host' => '${host}']);
PostHog\\PostHog::capture([
    'distinctId' => 'ana@example.com',
    'event' => 'signed_up',
    'properties' => ['plan' => 'free'],
]);`,
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

/** A request as it would be sent. */
export type Asked = { method: string; url: string; body?: unknown }

export type Snippet = { language: 'curl' | 'TypeScript' | 'Python'; text: string }

/** The same request in three languages. @param needsKey whether it is sent with a personal API key */
export const snippets = (asked: Asked, needsKey: boolean): Snippet[] => [
  { language: 'curl', text: curl(asked, needsKey) },
  { language: 'TypeScript', text: typescript(asked, needsKey) },
  { language: 'Python', text: python(asked, needsKey) },
]

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

function curl({ method, url, body }: Asked, needsKey: boolean): string {
  return [
    `curl${method === 'GET' || (method === 'POST' && body !== undefined) ? '' : ` --request ${method}`}`,
    ...(needsKey ? [`--header "Authorization: Bearer $PERSONAL_API_KEY"`] : []),
    ...(body === undefined ? [] : [`--json ${quoted(JSON.stringify(body, null, 2))}`]),
    quoted(url),
  ].join(' \\\n  ')
}

function typescript({ method, url, body }: Asked, needsKey: boolean): string {
  const headers = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the reader's code
    ...(needsKey ? ['Authorization: `Bearer ${process.env.PERSONAL_API_KEY}`'] : []),
    ...(body === undefined ? [] : ["'Content-Type': 'application/json'"]),
  ]
  const options = [
    ...(method === 'GET' ? [] : [`method: '${method}'`]),
    ...(headers.length ? [`headers: { ${headers.join(', ')} }`] : []),
    ...(body === undefined ? [] : [`body: JSON.stringify(${indented(JSON.stringify(body, null, 2))})`]),
  ]
  const init = options.length ? `, {\n  ${options.join(',\n  ')},\n}` : ''
  return [
    `const response = await fetch(${JSON.stringify(url)}${init})`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the reader's code
    'if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)',
    ...(method === 'DELETE' ? [] : ['console.log(await response.json())']),
  ].join('\n')
}

const indented = (text: string) => text.replaceAll('\n', '\n  ')

function python({ method, url, body }: Asked, needsKey: boolean): string {
  const args = [
    JSON.stringify(url),
    ...(needsKey ? [`headers={"Authorization": f"Bearer {os.environ['PERSONAL_API_KEY']}"}`] : []),
    ...(body === undefined ? [] : [`json=${pythonValue(body)}`]),
  ]
  return [
    ...(needsKey ? ['import os'] : []),
    'import requests',
    '',
    `response = requests.${method.toLowerCase()}(\n    ${args.join(',\n    ')},\n)`,
    'response.raise_for_status()',
    ...(method === 'DELETE' ? [] : ['print(response.json())']),
  ].join('\n')
}

/** JSON is Python but for three words. */
function pythonValue(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`
  if (typeof value !== 'object') return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${pythonValue(one)}`)
    .join(', ')}}`
}

import { Alert, Button, Collapse, JsonInput, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { csrfHeader } from '../../api/client.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { sentence } from '../../ui/states.tsx'
import styles from './api-docs.module.css'
import type { Entry } from './description.ts'
import { useReaderKey } from './key.tsx'
import { addressOf, bodyOf } from './request.ts'

type Answer = { status: number; ms: number; text: string; left: string | null }

/** Sends the request from here: with the reader's key, or as who is signed in. */
export function TryIt({
  entry,
  needsKey,
  projectId,
}: {
  entry: Entry
  needsKey: boolean
  projectId: number | null
}): ReactNode {
  const { method, path, operation } = entry
  const parameters = (operation.parameters ?? []).filter((one) => one.in === 'path' || one.in === 'query')
  const body = bodyOf(operation)
  const { key, isSignedIn } = useReaderKey()
  const [isOpen, setOpen] = useState(false)
  const [given, setGiven] = useState<Record<string, string>>({})
  const [json, setJson] = useState(() => (body ? JSON.stringify(body.example ?? {}, null, 2) : ''))
  const [isAsking, setAsking] = useState(false)
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const value = (name: string) =>
    given[name] ?? (name === 'project_id' ? String(projectId ?? '@current') : '')
  const values = (place: 'path' | 'query') =>
    Object.fromEntries(parameters.filter((one) => one.in === place).map(({ name }) => [name, value(name)]))

  const send = async (event: FormEvent) => {
    event.preventDefault()
    setProblem(null)
    setAnswer(null)
    const missing = parameters.find((one) => one.in === 'path' && !value(one.name))
    if (missing) return setProblem(`Say which ${missing.name} is meant.`)
    setAsking(true)
    const started = performance.now()
    try {
      const response = await fetch(addressOf(path, values('path'), values('query')), {
        method,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : csrfHeader(method)),
          ...(body && { 'content-type': 'application/json' }),
        },
        credentials: key ? 'omit' : 'same-origin',
        ...(body && { body: json }),
      })
      setAnswer({
        status: response.status,
        ms: Math.round(performance.now() - started),
        text: pretty(await response.text()),
        left: response.headers.get('x-ratelimit-remaining'),
      })
    } catch (error) {
      setProblem(sentence(error))
    } finally {
      setAsking(false)
    }
  }

  return (
    <div className={styles.try}>
      <Button size="compact-sm" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Try it
      </Button>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <form onSubmit={send} className={styles.form} aria-label={`Try ${operation.summary}`}>
            {needsKey && !key && !isSignedIn && (
              <Alert color="yellow" variant="light">
                Put a personal API key into the field at the top of this page, or sign in.
              </Alert>
            )}
            {method !== 'GET' && needsKey && (
              <p className="small">This is sent to {window.location.host} and does there what it says.</p>
            )}
            {parameters.map(({ name, in: place, required, example }) => (
              <TextInput
                key={name}
                size="xs"
                label={name}
                required={place === 'path' || required}
                placeholder={example === undefined ? undefined : String(example).slice(0, 80)}
                value={value(name)}
                onChange={(event) => setGiven({ ...given, [name]: event.currentTarget.value })}
              />
            ))}
            {body && (
              <JsonInput
                size="xs"
                label="Body"
                autosize
                minRows={4}
                maxRows={20}
                validationError="This is no JSON."
                value={json}
                onChange={setJson}
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              />
            )}
            <Button
              type="submit"
              size="xs"
              loading={isAsking}
              color={method === 'DELETE' ? 'red' : undefined}
            >
              Send {method}
            </Button>
          </form>
        )}
      </Collapse>
      <div aria-live="polite">
        {problem && <Alert color="red">{problem}</Alert>}
        {answer && (
          <CodeBlock
            what="the answer"
            title={`${answer.status} in ${answer.ms} ms${answer.left ? `, ${answer.left} requests left` : ''}`}
            code={answer.text || 'No body.'}
          />
        )}
      </div>
    </div>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

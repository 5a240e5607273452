import { Badge, SegmentedControl } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { CodeBlock } from '../../ui/code-block.tsx'
import { type Asked, snippets } from '../../ui/request-snippets.ts'
import styles from './api-docs.module.css'
import type { Description, Entry, Parameter, Schema } from './description.ts'
import { typeWords } from './description.ts'
import { Fields } from './fields.tsx'
import { Markdown } from './markdown.tsx'
import { bodyOf, exampleRequest } from './request.ts'
import { TryIt } from './try-it.tsx'

const colors: Record<string, string> = {
  GET: 'teal',
  POST: 'blue',
  PATCH: 'orange',
  PUT: 'orange',
  DELETE: 'red',
}

/** What an operation needs: nothing, a project key, or a personal key with a scope. */
function needs({ security }: Entry['operation']): { key: boolean; words: string } {
  const all = security ?? []
  const personal = all.find((one) => 'personal_api_key' in one)
  const [scope] = personal?.personal_api_key ?? []
  if (all.some((one) => 'project_api_key' in one)) {
    return {
      key: false,
      words: 'A project API key, in the body or the query string. A personal API key will do too.',
    }
  }
  if (personal) {
    return {
      key: true,
      words: scope
        ? `A personal API key; of one with scopes: \`${scope}\`.`
        : 'A personal API key without scopes.',
    }
  }
  return { key: false, words: 'No key.' }
}

export function OperationSection({
  entry,
  description,
  projectId,
}: {
  entry: Entry
  description: Description
  projectId: number | null
}): ReactNode {
  const { method, path, operation } = entry
  const { key, words } = needs(operation)
  const body = bodyOf(operation)
  const parameters = (operation.parameters ?? []).filter((one) => one.in === 'path' || one.in === 'query')
  const good = Object.entries(operation.responses).find(([status]) => status < '300')
  const bad = Object.entries(operation.responses).filter(([status]) => status >= '300')
  const goodSchema = Object.values(good?.[1].content ?? {})[0]
  const shown = Object.entries(operation.responses).flatMap(([status, { content }]) =>
    Object.values(content ?? {}).flatMap(({ example }) =>
      example === undefined ? [] : [{ status, example }],
    ),
  )[0]
  return (
    <section
      className={styles.operation}
      id={operation.operationId}
      aria-labelledby={`${operation.operationId}-title`}
    >
      <div>
        <h2 id={`${operation.operationId}-title`} className={styles.title}>
          <a href={`#${operation.operationId}`}>{operation.summary}</a>
        </h2>
        <p className={styles.address}>
          <Badge color={colors[method] ?? 'gray'} variant="light" radius="sm" c="var(--text)">
            {method}
          </Badge>{' '}
          <code>{path}</code>
        </p>
        {operation.description && <Markdown text={operation.description} />}
        <Markdown text={`**Needs:** ${words}`} />
        {parameters.length > 0 && (
          <>
            <h3>Parameters</h3>
            <Fields schema={parametersAsSchema(parameters)} description={description} what="Parameters" />
          </>
        )}
        {body?.schema && (
          <>
            <h3>Body</h3>
            <Fields schema={body.schema} description={description} what="Fields of the body" />
          </>
        )}
        {good && (
          <>
            <h3>
              Answer <span className="muted">{good[0]}</span>
            </h3>
            {goodSchema?.schema ? (
              <>
                <p className="muted small">{typeWords(goodSchema.schema)}</p>
                <Fields schema={goodSchema.schema} description={description} what="Fields of the answer" />
              </>
            ) : (
              <p className="muted small">{good[1].description}</p>
            )}
          </>
        )}
        {bad.length > 0 && (
          <>
            <h3>Other answers</h3>
            <ul className={styles.failures}>
              {bad.map(([status, { description: why }]) => (
                <li key={status}>
                  <code>{status}</code> <span className="muted">{why.replaceAll('`', '')}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <div className={styles.aside}>
        <Code asked={exampleRequest(entry, projectId)} needsKey={key} what={operation.summary} />
        <TryIt entry={entry} needsKey={key} projectId={projectId} />
        {shown && (
          <CodeBlock
            title={`Answer, ${shown.status}`}
            what={`the answer to ${operation.summary}`}
            code={JSON.stringify(shown.example, null, 2)}
          />
        )}
      </div>
    </section>
  )
}

/** The same request in the language of the reader's choice. */
function Code({ asked, needsKey, what }: { asked: Asked; needsKey: boolean; what: string }): ReactNode {
  const all = snippets(asked, needsKey)
  const [language, setLanguage] = useState<string>(() => localStorage.getItem('docs language') ?? 'curl')
  const shown = all.find((one) => one.language === language) ?? all[0]!
  return (
    <div>
      <SegmentedControl
        size="xs"
        mb={8}
        aria-label={`Language of the code for ${what}`}
        value={shown.language}
        data={all.map((one) => one.language)}
        onChange={(value) => {
          localStorage.setItem('docs language', value)
          setLanguage(value)
        }}
      />
      <CodeBlock code={shown.text} what={`${shown.language} for ${what}`} title="Request" />
    </div>
  )
}

const parametersAsSchema = (parameters: Parameter[]): Schema => ({
  type: 'object',
  required: parameters.filter(({ required }) => required).map(({ name }) => name),
  properties: Object.fromEntries(
    parameters.map(({ name, description, schema }) => [
      name,
      { ...schema, description: description ?? schema?.description },
    ]),
  ),
})

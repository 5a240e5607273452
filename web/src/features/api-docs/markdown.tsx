import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import ReactMarkdown, { type ExtraProps } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { CodeBlock } from '../../ui/code-block.tsx'
import { ScrollRegion } from '../../ui/scroll-region.tsx'
import styles from './api-docs.module.css'
import { guidesQuery } from './description.ts'

const textOf = (node: ReactNode): string =>
  typeof node === 'string'
    ? node
    : Array.isArray(node)
      ? node.map(textOf).join('')
      : typeof node === 'object' && node !== null && 'props' in node
        ? textOf((node.props as { children?: ReactNode }).children)
        : ''

const languages: Record<string, string> = { sh: 'Shell', json: 'JSON', http: 'HTTP' }

/** What a fence says that it holds. */
function languageOf(pre: ExtraProps['node']): string | undefined {
  const [code] = pre?.children ?? []
  const classes = code?.type === 'element' ? String(code.properties.className ?? '') : ''
  return languages[/language-(\w+)/.exec(classes)?.[1] ?? '']
}

/** Our own words as markdown. HTML in them is shown as text. */
export function Markdown({ text, inline = false }: { text: string; inline?: boolean }): ReactNode {
  const { data: guides } = useQuery(guidesQuery)
  return (
    <div className={inline ? styles.inline : styles.prose}>
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        components={{
          a: ({ href = '', children }) => {
            const file = /(?:^|\/)([\w-]+)\.md(?:#|$)/.exec(href)?.[1]
            const guide = guides?.pages.find((page) => page.file.endsWith(`${file}.md`))
            if (guide) {
              return (
                <Link to="/api/docs/guides/$slug" params={{ slug: guide.slug }}>
                  {children}
                </Link>
              )
            }
            // a file of the repository that is no page here
            return file ? children : <a href={href}>{children}</a>
          },
          pre: ({ children, node }) => (
            <CodeBlock code={textOf(children).trimEnd()} what="this code" title={languageOf(node)} />
          ),
          table: ({ children }) => (
            <ScrollRegion label="Table">
              <table className={styles.table}>{children}</table>
            </ScrollRegion>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  )
}

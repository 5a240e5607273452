import type { ReactNode } from 'react'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'

/** What somebody wrote in Markdown. HTML in it stays text; links lead to a page of their own. */
export function MarkdownText({ body }: { body: string }): ReactNode {
  return (
    <Markdown
      remarkPlugins={[remarkGfm]}
      disallowedElements={['img']}
      components={{
        a: ({ href, children }) => (
          <a href={href} target="_blank" rel="noreferrer">
            {children}
          </a>
        ),
        // the page has its own first heading, and tiles theirs
        h1: ({ children }) => <h2>{children}</h2>,
      }}
    >
      {body}
    </Markdown>
  )
}

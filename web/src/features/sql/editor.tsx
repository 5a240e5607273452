import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { SQLDialect, sql } from '@codemirror/lang-sql'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, linter } from '@codemirror/lint'
import { EditorState, Prec } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { type ReactNode, useEffect, useRef } from 'react'
import { completeSql, inspectSql, type Suggestion } from './queries.ts'

/** Words of HogQL, which is a part of ClickHouse's SQL. */
const dialect = SQLDialect.define({
  keywords:
    'select distinct from prewhere where group by having order limit offset union all with recursive as and or not in ' +
    'like ilike between is null case when then else end asc desc over partition window qualify interval on using join ' +
    'inner left right full outer cross any asof array sample final rows range unbounded preceding following current ' +
    'row cast filter top settings totals rollup cube ties intersect except nulls first last true false',
  types: 'string date datetime int float decimal uuid bool',
  builtin: '',
  identifierQuotes: '`"',
  backslashEscapes: true,
  hashComments: false,
})

/** By the pages' own colours, so that light and dark need no second look. */
const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--link)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--primary)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warning)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--link)' },
])

const look = EditorView.theme({
  '&': {
    border: '1px solid var(--control-border)',
    borderRadius: '6px',
    background: 'var(--surface)',
    color: 'var(--text)',
    fontSize: '13px',
  },
  '&.cm-focused': { outline: '2px solid var(--link)', outlineOffset: '1px' },
  '.cm-scroller': {
    minHeight: '140px',
    maxHeight: '50vh',
    overflow: 'auto',
    fontFamily: 'var(--mantine-font-family-monospace)',
    lineHeight: '20px',
  },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { background: 'var(--surface)', color: 'var(--muted)', border: '0' },
  '.cm-activeLine': { background: 'color-mix(in srgb, var(--sunken) 60%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--link) 28%, transparent)',
  },
  '.cm-matchingBracket': { background: 'var(--link-tint)', outline: '1px solid var(--border)' },
  '.cm-tooltip': {
    border: '1px solid var(--border)',
    borderRadius: '6px',
    background: 'var(--raised)',
    color: 'var(--text)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    maxWidth: 'min(560px, 90vw)',
    fontFamily: 'var(--mantine-font-family-monospace)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--primary)',
    color: 'var(--on-primary)',
  },
  '.cm-tooltip-autocomplete li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal' },
  '.cm-diagnostic': { padding: '6px 10px', maxWidth: '480px' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--danger)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--warning)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--danger)',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warning)',
    textUnderlineOffset: '3px',
  },
})

const types: Record<Suggestion['kind'], string> = {
  Keyword: 'keyword',
  Function: 'function',
  Variable: 'variable',
  Class: 'class',
  Folder: 'namespace',
  Property: 'property',
}
const LINT_AFTER_MS = 400

/**
 * Where SQL is written: its words are coloured, the server says how it could go on (also by Ctrl + Space) and what is
 * wrong with it, and where. Tab leaves it, as it does any field.
 */
export function SqlEditor({
  projectId,
  value,
  onChange,
  onRun,
}: {
  projectId: number
  value: string
  onChange: (text: string) => void
  onRun: () => void
}): ReactNode {
  const element = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const latest = useRef({ value, onChange, onRun })
  useEffect(() => {
    latest.current = { value, onChange, onRun }
  })

  useEffect(() => {
    if (!element.current) return
    const made = new EditorView({
      parent: element.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          Prec.highest(
            keymap.of([
              {
                key: 'Mod-Enter',
                run: () => {
                  latest.current.onRun()
                  return true
                },
              },
            ]),
          ),
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          sql({ dialect, upperCaseKeywords: false }),
          syntaxHighlighting(highlighting),
          autocompletion({ override: [(context) => complete(projectId, context)], icons: false }),
          linter((editor) => diagnose(projectId, editor.state.doc.toString()), { delay: LINT_AFTER_MS }),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          placeholder('select event, count() from events group by event'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'Query', spellcheck: 'false' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString())
          }),
          look,
        ],
      }),
    })
    view.current = made
    return () => {
      made.destroy()
      view.current = null
    }
  }, [projectId])

  useEffect(() => {
    const made = view.current
    const old = made?.state.doc.toString()
    if (!made || old === undefined || old === value) return
    made.dispatch({ changes: { from: 0, to: old.length, insert: value } })
  }, [value])

  return <div ref={element} />
}

/** What may stand at the cursor: asked once a word is begun, behind a dot, after FROM, or when one asks for it. */
async function complete(projectId: number, context: CompletionContext): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w$]*/)
  const from = word?.from ?? context.pos
  const isBegun = from < context.pos || context.matchBefore(/\.|\b(?:from|join)\s+/i) !== null
  if (!isBegun && !context.explicit) return null
  const controller = new AbortController()
  context.addEventListener('abort', () => controller.abort())
  const answer = await completeSql(
    projectId,
    { query: context.state.doc.toString(), startPosition: from, endPosition: context.pos },
    controller.signal,
  ).catch(() => null) // a list that does not come is no reason to stop anybody from writing
  if (!answer || context.aborted) return null
  return {
    from,
    options: answer.suggestions.map(completionOf),
    ...(!answer.incomplete_list && { validFor: /^[\w$]*$/ }),
  }
}

function completionOf({ label, insertText, kind, detail }: Suggestion): Completion {
  return {
    label,
    type: types[kind],
    ...(detail && { detail }),
    apply: (view, _completion, from, to) => {
      // a function's arguments are written next
      const cursor = from + insertText.length - (insertText.endsWith('()') ? 1 : 0)
      view.dispatch({ changes: { from, to, insert: insertText }, selection: { anchor: cursor } })
    },
  }
}

/** What is wrong, at the words that it is about. */
async function diagnose(projectId: number, text: string): Promise<Diagnostic[]> {
  if (!text.trim()) return []
  const found = await inspectSql(projectId, text).catch(() => null) // running it will say what is wrong
  if (!found) return []
  const at =
    (severity: Diagnostic['severity']) => (notice: { message: string; start?: number; end?: number }) => {
      const { start = 0, end = text.length, message } = notice
      // an error at the very end is shown at what stands before it
      const to = Math.min(Math.max(end, start + 1), text.length)
      return { from: Math.min(start, Math.max(to - 1, 0)), to, severity, message }
    }
  return [...found.errors.map(at('error')), ...found.warnings.map(at('warning'))]
}

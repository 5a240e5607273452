import type { ReactNode } from 'react'
import parts from '../../ui/parts.module.css'
import { isTree, type Node, type Tree } from './definition.ts'
import { conditionWords, type Names } from './words.ts'

/** Who is in a cohort, in words. */
export function DefinitionShown({ tree, names }: { tree: Tree; names: Names }): ReactNode {
  const [only] = tree.values
  if (!only) return <p className="muted">Nobody: it has no conditions.</p>
  if (tree.values.length === 1) {
    return isTree(only) ? (
      <DefinitionShown tree={only} names={names} />
    ) : (
      <p>{capital(conditionWords(only, names))}</p>
    )
  }
  return (
    <div>
      <p>{tree.type === 'AND' ? 'All of these hold:' : 'Any of these holds:'}</p>
      <ul className={parts.list}>
        {tree.values.map((node: Node, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition is the place that it has
          <li key={at}>
            {isTree(node) ? <DefinitionShown tree={node} names={names} /> : conditionWords(node, names)}
          </li>
        ))}
      </ul>
    </div>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

import { Menu } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { type ReactNode, useMemo } from 'react'
import type { Pin } from '../../api/pin.ts'
import { duration, number } from '../numbers.ts'
import { ScrollRegion } from '../scroll-region.tsx'
import styles from './paths.module.css'
import { Pick } from './pick.tsx'
import { type Edge, nodeWidth, type SankeyNode, sankeyLayout, shortSteps, stepText } from './sankey.ts'

/** A column is never narrower: the chart scrolls in its box instead. */
const narrowest = 120

/** What one can do at a step. */
export type StepAction = { label: string; run: (node: SankeyNode) => void }

/** Whose people a step has. */
export const pathActions = (onPeople: (pin: Pin) => void): StepAction[] => [
  {
    label: 'People who came here',
    run: ({ key, place }) => onPeople(place > 1 ? { to: key } : { from: key }),
  },
  { label: 'People who went no further', run: ({ key }) => onPeople({ ended: key }) },
]

/** Routes as a Sankey chart. A table of the same edges belongs beside it: lines can't be reached with the keyboard. */
export function PathChart({
  edges,
  least,
  onEdge,
  actions,
}: {
  edges: Edge[]
  /** Height, pixels; more steps make it higher. */
  least?: number
  onEdge?: (edge: Edge) => void
  actions?: StepAction[]
}): ReactNode {
  const { ref, width } = useElementSize()
  const columns = new Set(edges.flatMap(({ source, target }) => [source, target].map(Number.parseInt))).size
  const whole = Math.max(width, columns * narrowest)
  const layout = useMemo(() => sankeyLayout(edges, whole, least), [edges, whole, least])
  const short = useMemo(() => shortSteps(layout.nodes.map(({ text }) => text)), [layout])
  const top = layout.links.toSorted((a, b) => b.value - a.value).slice(0, 3)
  const summary = `Paths: ${edges.length} edges over ${columns} steps. ${top
    .map(({ source, target, value }) => `${stepText(source)} to ${stepText(target)}: ${number(value)}`)
    .join('; ')}.`
  return (
    <ScrollRegion ref={ref} label="Paths" className={styles.scroll}>
      <div className={styles.chart} style={{ width: whole, height: layout.height }}>
        <svg width={whole} height={layout.height} role="img" aria-label={summary}>
          {layout.links.map((link) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the table beside it has the same as buttons
            <path
              key={`${link.source}>${link.target}`}
              d={link.path}
              strokeWidth={link.width}
              className={`${styles.link} ${onEdge ? styles.pickable : ''}`}
              onClick={onEdge && (() => onEdge(link))}
            >
              <title>{`${stepText(link.source)} → ${stepText(link.target)}: ${number(link.value)}`}</title>
            </path>
          ))}
          {layout.nodes.map((node) => (
            <rect
              key={node.key}
              x={node.x}
              y={node.y}
              width={nodeWidth}
              height={node.height}
              rx={2}
              className={styles.node}
            />
          ))}
        </svg>
        {layout.nodes.map((node) => (
          <Label
            key={node.key}
            node={node}
            text={short(node.text)}
            width={whole / Math.max(columns, 1) - nodeWidth - 12}
            actions={actions}
          />
        ))}
      </div>
    </ScrollRegion>
  )
}

function Label({
  node,
  text,
  width,
  actions,
}: {
  node: SankeyNode
  text: string
  width: number
  actions?: StepAction[]
}): ReactNode {
  const style = { left: node.x + nodeWidth + 4, top: node.y, maxWidth: width }
  const title = `${node.text}: ${number(node.value)}${node.ended > 0 ? `, ${number(node.ended)} went no further` : ''}`
  const label = (
    <>
      <span className={styles.text}>{text}</span>
      <span className={styles.value}>
        {number(node.value)}
        {node.ended > 0 && ` · ${number(node.ended)} end`}
      </span>
    </>
  )
  if (!actions) {
    return (
      <div className={styles.label} style={style} title={title}>
        {label}
      </div>
    )
  }
  return (
    <Menu position="bottom-start" withinPortal>
      <Menu.Target>
        <button type="button" className={`${styles.label} ${styles.pickable}`} style={style} title={title}>
          <span className="visually-hidden">Step {node.place}, </span>
          {label}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map(({ label: action, run }) => (
          <Menu.Item key={action} onClick={() => run(node)}>
            {action}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

const MOST_ROWS = 200

/** From where to where people went, most taken first. */
export function PathTable({ edges, onEdge }: { edges: Edge[]; onEdge?: (edge: Edge) => void }): ReactNode {
  const sorted = edges.toSorted((a, b) => b.value - a.value).slice(0, MOST_ROWS)
  const short = shortSteps(edges.flatMap(({ source, target }) => [stepText(source), stepText(target)]))
  return (
    <ScrollRegion label="Edges">
      <table className="data">
        <thead>
          <tr>
            <th scope="col" className="num" style={{ width: '1%' }}>
              Step
            </th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" className="num">
              Routes
            </th>
            <th scope="col" className="num wide-only">
              Average time
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((edge) => {
            const [from, to] = [stepText(edge.source), stepText(edge.target)]
            return (
              <tr key={`${edge.source}>${edge.target}`}>
                <td className="num">{Number.parseInt(edge.source, 10)}</td>
                <td title={from}>{short(from)}</td>
                <td title={to}>{short(to)}</td>
                <td className="num">
                  <Pick onPick={onEdge && (() => onEdge(edge))} what={`${from} → ${to}`}>
                    {number(edge.value)}
                  </Pick>
                </td>
                <td className="num wide-only">
                  {edge.average_conversion_time === undefined
                    ? ''
                    : duration(edge.average_conversion_time / 1000)}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

import { useComputedColorScheme } from '@mantine/core'
import type { CSSProperties, ReactNode } from 'react'
import { duration, number, percent } from '../numbers.ts'
import { lookOf } from '../palette.ts'
import { ScrollRegion } from '../scroll-region.tsx'
import styles from './funnel.module.css'
import { Pick } from './pick.tsx'
import { valueName } from './series.ts'

/** What of the API's step is drawn. */
export type Step = {
  name?: string | null
  custom_name?: string | null
  count?: number
  average_conversion_time?: number | null
  median_conversion_time?: number | null
  breakdown_value?: string | number | (string | number)[]
  /** The value as people know it: a cohort's name. */
  breakdown?: string | number | (string | number)[]
}
type Value = Step['breakdown_value']
/** The step, the first is 1; minus it for those who were at the one before and not at it. */
type OnPeople = (step: number, value: Value) => void

/** Bars of one step beside each other; a table has all values. */
const MOST_VALUES = 8

const share = (part: number, all: number): number => (all > 0 ? part / all : 0)
const nameOf = ({ name, custom_name: custom }: Step): string => custom || name || 'Step'
const valueNameOf = ([first]: Step[]): string => valueName(first?.breakdown ?? first?.breakdown_value)
const countOf = (run: Step[], at: number): number => run[at]?.count ?? 0

/**
 * How many got to each step, as bars of the first step (or of the one before); hatched is who went away since the step
 * before. In a narrow box, or with many steps, the bars lie. By a breakdown, bars and a table of every value.
 */
export function FunnelSteps({
  result,
  reference = 'total',
  isSmall = false,
  onPeople,
}: {
  result: Step[] | Step[][]
  reference?: 'total' | 'previous'
  /** On a tile: lower bars, and only the figures that say most. */
  isSmall?: boolean
  onPeople?: OnPeople
}): ReactNode {
  const runs = (Array.isArray(result[0]) ? result : [result]) as Step[][]
  const steps = runs[0] ?? []
  const isBroken = Array.isArray(result[0])
  return (
    <ScrollRegion label="Steps" className={styles.box}>
      <ol className={`${styles.steps} ${steps.length > 6 ? styles.many : ''} ${isSmall ? styles.small : ''}`}>
        {steps.map((step, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          <li key={at} className={styles.step}>
            <div className={styles.name} title={nameOf(step)}>
              <span className={styles.number}>{at + 1}</span>
              <span className={styles.text}>{nameOf(step)}</span>
            </div>
            <div className={styles.bars}>
              {runs.slice(0, MOST_VALUES).map((run, slot) => (
                <Bar
                  // biome-ignore lint/suspicious/noArrayIndexKey: a run is its place
                  key={slot}
                  run={run}
                  at={at}
                  slot={slot}
                  reference={reference}
                  label={isBroken ? `${valueNameOf(run)}, ${nameOf(step)}` : nameOf(step)}
                  onPeople={onPeople}
                />
              ))}
            </div>
            {!isBroken && (
              <Figures
                run={steps}
                at={at}
                isSmall={isSmall}
                ofBefore={reference === 'previous'}
                onPeople={onPeople}
              />
            )}
          </li>
        ))}
      </ol>
      {isBroken && <Values runs={runs} onPeople={onPeople} />}
    </ScrollRegion>
  )
}

function Bar({
  run,
  at,
  slot,
  reference,
  label,
  onPeople,
}: {
  run: Step[]
  at: number
  slot: number
  reference: 'total' | 'previous'
  label: string
  onPeople?: OnPeople
}): ReactNode {
  const scheme = useComputedColorScheme('light')
  const all = reference === 'total' || at === 0 ? countOf(run, 0) : countOf(run, at - 1)
  const done = countOf(run, at)
  const before = at === 0 ? done : countOf(run, at - 1)
  const value = run[0]?.breakdown_value
  const style = {
    '--done': share(done, all),
    '--lost': share(Math.max(before - done, 0), all),
    '--ink': lookOf(slot, scheme).color,
  } as CSSProperties
  const title = `${label}: ${number(done)}, ${percent(share(done, countOf(run, 0)))} of the first step`
  const part = (className: string, step: number, about: string) =>
    onPeople ? (
      // the numbers below are buttons too: the keyboard goes there
      <button
        type="button"
        tabIndex={-1}
        className={className}
        title={about}
        aria-label={`People: ${about}`}
        onClick={() => onPeople(step, value)}
      />
    ) : (
      <div className={className} title={about} />
    )
  return (
    <div className={styles.bar} style={style}>
      {at > 0 &&
        before > done &&
        part(styles.lost!, -(at + 1), `${label}: ${number(before - done)} went away before`)}
      {part(styles.done!, at + 1, title)}
    </div>
  )
}

function Figures({
  run,
  at,
  isSmall,
  ofBefore,
  onPeople,
}: {
  run: Step[]
  at: number
  isSmall: boolean
  /** Which share says most: that of the step before. */
  ofBefore: boolean
  onPeople?: OnPeople
}): ReactNode {
  const count = countOf(run, at)
  const before = countOf(run, at - 1)
  const name = nameOf(run[at]!)
  const median = run[at]?.median_conversion_time
  const people = (step: number) => onPeople && (() => onPeople(step, undefined))
  return (
    <dl className={styles.figures}>
      <div>
        <dt>People</dt>
        <dd>
          <Pick onPick={people(at + 1)} what={`got to ${name}`}>
            {number(count)}
          </Pick>
        </dd>
      </div>
      {!(isSmall && ofBefore && at > 0) && (
        <div>
          <dt>Of the first step</dt>
          <dd>{percent(share(count, countOf(run, 0)))}</dd>
        </div>
      )}
      {at > 0 && (!isSmall || ofBefore) && (
        <div>
          <dt>Of the step before</dt>
          <dd>{percent(share(count, before))}</dd>
        </div>
      )}
      {at > 0 && !isSmall && (
        <>
          <div>
            <dt>Went away</dt>
            <dd>
              <Pick onPick={people(-(at + 1))} what={`went away before ${name}`}>
                {number(Math.max(before - count, 0))}
              </Pick>
            </dd>
          </div>
          <div>
            <dt>Median time</dt>
            <dd>{median === null || median === undefined ? '–' : duration(median)}</dd>
          </div>
        </>
      )}
    </dl>
  )
}

/** Every value of a breakdown with its steps. */
function Values({ runs, onPeople }: { runs: Step[][]; onPeople?: OnPeople }): ReactNode {
  const scheme = useComputedColorScheme('light')
  const steps = runs[0] ?? []
  return (
    <ScrollRegion label="By value">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Value</th>
            {steps.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
              <th key={at} scope="col" className="num">
                {at + 1}. {nameOf(step)}
              </th>
            ))}
            <th scope="col" className="num">
              Got through
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run, slot) => {
            const value = run[0]?.breakdown_value
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a run is its place
              <tr key={slot}>
                <td>
                  <span className={styles.value}>
                    {slot < MOST_VALUES && (
                      <span className={styles.swatch} style={{ background: lookOf(slot, scheme).color }} />
                    )}
                    <span className="cut">{valueNameOf(run)}</span>
                  </span>
                </td>
                {run.map((step, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
                  <td key={at} className="num">
                    <Pick
                      onPick={onPeople && (() => onPeople(at + 1, value))}
                      what={`${valueNameOf(run)}, got to ${nameOf(step)}`}
                    >
                      {number(step.count ?? 0)}
                    </Pick>
                  </td>
                ))}
                <td className="num">{percent(share(countOf(run, run.length - 1), countOf(run, 0)))}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

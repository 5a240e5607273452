import type { ReactNode, Ref } from 'react'

/** What is too wide or too high scrolls in here, not the page; by the keyboard too, so it takes the focus and has a name. */
export function ScrollRegion({
  label,
  className = 'scroll-x',
  ref,
  children,
}: {
  label: string
  className?: string
  ref?: Ref<HTMLElement>
  children: ReactNode
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section ref={ref} className={className} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}

import { type ReactNode, useEffect, useRef } from 'react'

const focusable =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]'

/** The key that took something away must not press what has the focus next. */
const AFTER_KEY_MS = 60

const isNowhere = (): boolean => !document.activeElement || document.activeElement === document.body

/** An element that had the focus was the child of this number of one that may still be there. */
type Step = { parent: Element; at: number }

/**
 * Where the focus stays when what has it goes away, such as the last row of a list by its own "Remove": at what stands
 * there now, else at what stood before it, so that whoever uses the keyboard goes on from where they are. What can't be
 * used for a moment has it again after that.
 */
export function KeptFocus({ children }: { children: ReactNode }): ReactNode {
  const root = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = root.current
    if (!box) return
    let last: Element | null = null
    let path: Step[] = []
    let wasInert = false
    const remember = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : null
      path = last ? pathOf(last, box) : []
    }
    const leave = ({ relatedTarget }: FocusEvent) => {
      // the focus went elsewhere by itself, which it does not when its element is taken away
      if (relatedTarget) last = null
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const move = (to: () => HTMLElement | undefined) => {
      clearTimeout(timer)
      timer = setTimeout(() => isNowhere() && to()?.focus({ preventScroll: true }), AFTER_KEY_MS)
    }
    const observer = new MutationObserver(() => {
      const isLost = isNowhere()
      // it is taken from what is inert a moment after that is said
      const isInert = last?.closest('[inert]') !== null
      const from = path
      const back = last
      if (last && isLost && !last.isConnected) move(() => nearest(from))
      else if (isLost && wasInert && !isInert && back instanceof HTMLElement) move(() => back)
      wasInert = last !== null && isInert
    })
    // a click on nothing takes the focus away on purpose
    const forget = () => {
      last = null
    }
    box.addEventListener('focusin', remember)
    box.addEventListener('focusout', leave)
    document.addEventListener('pointerdown', forget, true)
    observer.observe(box, { childList: true, subtree: true, attributeFilter: ['inert'] })
    return () => {
      observer.disconnect()
      clearTimeout(timer)
      document.removeEventListener('pointerdown', forget, true)
      box.removeEventListener('focusin', remember)
      box.removeEventListener('focusout', leave)
    }
  }, [])
  return (
    <div ref={root} style={{ display: 'contents' }}>
      {children}
    </div>
  )
}

function pathOf(element: Element, box: Element): Step[] {
  const steps: Step[] = []
  for (let one = element; one !== box && one.parentElement; one = one.parentElement) {
    steps.push({ parent: one.parentElement, at: [...one.parentElement.children].indexOf(one) })
  }
  return steps
}

function nearest(path: Step[]): HTMLElement | undefined {
  for (const { parent, at } of path) {
    if (!parent.isConnected) continue
    const there = [...parent.children]
    const found = [...there.slice(at), ...there.slice(0, at).reverse()]
      .flatMap((one) => (one.matches(focusable) ? [one] : [...one.querySelectorAll(focusable)]))
      .find((one) => one instanceof HTMLElement && one.checkVisibility())
    if (found instanceof HTMLElement) return found
  }
  return undefined
}

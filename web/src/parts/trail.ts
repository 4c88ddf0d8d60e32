// Where the focus stood, and what stands there now. An element that is gone cannot be asked for its neighbours, so the
// way up from it is noted while it is there.

/** One step up: the parent, and which of its children the way goes through. */
interface Step {
  readonly parent: Element
  readonly index: number
}

export interface Trail {
  readonly element: HTMLElement
  /** The nearest parent first. */
  readonly steps: readonly Step[]
}

const FOCUSABLE =
  'a[href], button, input, select, textarea, summary, [contenteditable=true], [tabindex]'

export function trailOf(element: HTMLElement): Trail {
  const steps: Step[] = []
  let child: Element = element
  for (let parent = child.parentElement; parent; parent = child.parentElement) {
    steps.push({ parent, index: [...parent.children].indexOf(child) })
    child = parent
  }
  return { element, steps }
}

/** Whether keys still reach it. */
export const isUsable = (element: HTMLElement): boolean =>
  element.isConnected &&
  !element.matches(':disabled, [hidden]') &&
  element.closest('[inert], [aria-hidden=true]') === null &&
  element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility === 'visible'

const takesTab = (element: HTMLElement): boolean => element.tabIndex >= 0 && isUsable(element)

function firstIn(place: Element | undefined): HTMLElement | undefined {
  if (!(place instanceof HTMLElement)) return undefined
  const all = [place, ...place.querySelectorAll<HTMLElement>('*')]
  return all.find((each) => each.matches(FOCUSABLE) && takesTab(each))
}

/**
 * What a person would look for in the place of what is gone: what moved up into it, else what is nearest to it. Nothing
 * where all that is left is the page, which has a beginning of its own.
 */
export function heirOf({ steps }: Trail): HTMLElement | undefined {
  for (const { parent, index } of steps) {
    if (parent.matches('main, body')) return undefined
    if (!parent.isConnected) continue
    const { children } = parent
    const before = [...children].slice(0, index).reverse()
    const after = [...children].slice(index + 1)
    for (const place of [children[index], ...before, ...after]) {
      const found = firstIn(place)
      if (found) return found
    }
    if (parent.matches('[role=dialog]')) return undefined
  }
  return undefined
}

// Keeps the focus of those who use keys from being lost. A browser drops it when what had it goes away: the row that was
// deleted, the button that has done its work, the page that was left, the dialog that was closed. Then it goes to what took
// that place, to what the dialog was opened from, or to the heading of the page.

import type { AnyRouter } from '@tanstack/react-router'
import { heirOf, isUsable, type Trail, trailOf } from '../parts/trail.ts'

const IN_OVERLAY = '[role=dialog], [role=menu], [role=listbox]'

/** Of a space all tabs are one page: who goes from one to the next stays at the tabs. */
export const pageOf = (pathname: string): string =>
  /^\/spaces\/[^/]+/.exec(pathname)?.[0] ?? pathname

export class FocusKeeper {
  /** The last element that had it, wherever. */
  #last: Trail | undefined
  /** The last one that was not in a dialog or a menu. */
  #ground: Trail | undefined
  #byKeys = false
  /** The page's heading is still to come, and is to have it. */
  #awaitsHeading = false
  #isLooking = false

  /** For as long as the page is open. */
  watch(router: AnyRouter): void {
    document.addEventListener('focusin', (event) => this.#note(event.target))
    document.addEventListener('keydown', () => this.#used(true), true)
    document.addEventListener('pointerdown', () => this.#used(false), true)
    new MutationObserver(() => this.#changed()).observe(document.body, {
      attributeFilter: ['disabled'],
      childList: true,
      subtree: true,
    })
    router.subscribe('onRendered', ({ fromLocation, toLocation }) => {
      if (!fromLocation || pageOf(fromLocation.pathname) === pageOf(toLocation.pathname)) return
      this.#arrive()
    })
  }

  #note(target: EventTarget | null): void {
    if (!(target instanceof HTMLElement) || this.#hasFallenTo(target)) return
    this.#last = trailOf(target)
    if (!target.closest(IN_OVERLAY)) this.#ground = this.#last
  }

  /** A dialog takes the focus itself where what had it is gone, which keeps it inside and shows it nowhere. */
  #hasFallenTo(target: HTMLElement): boolean {
    const last = this.#last
    if (!last || !target.matches('[role=dialog]') || isUsable(last.element)) return false
    return last.steps.some(({ parent }) => parent === target)
  }

  #used(byKeys: boolean): void {
    this.#byKeys = byKeys
    this.#awaitsHeading = false
  }

  /** On another page one begins at its heading, unless something on it asked for the focus. */
  #arrive(): void {
    const focused = document.activeElement
    const main = document.querySelector('main')
    if (!main || (main.contains(focused) && focused !== main)) return
    if (focused?.closest(IN_OVERLAY)) return
    this.#ground = undefined
    this.#begin()
  }

  #changed(): void {
    if (this.#awaitsHeading && isNowhere(document.activeElement)) this.#begin()
    if (this.#isLooking || !this.#byKeys || !this.#isLost()) return
    this.#isLooking = true
    // What closes gives the focus back itself where it can, and what opens takes it: both have done so by then.
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.#isLooking = false
        if (this.#byKeys && this.#isLost()) this.#restore()
      }),
    )
  }

  #isLost(): boolean {
    const last = this.#last?.element
    if (!last || document.activeElement === last) return false
    if (document.activeElement?.matches('[role=dialog]')) return !isUsable(last)
    return isNowhere(document.activeElement)
  }

  #restore(): void {
    const trails = [this.#last, this.#ground].filter((each) => each !== undefined)
    for (const trail of trails) {
      const found = isUsable(trail.element) ? trail.element : heirOf(trail)
      if (!found) continue
      found.focus()
      return
    }
    if (isNowhere(document.activeElement)) this.#begin()
  }

  #begin(): void {
    const main = document.querySelector('main')
    const heading = main?.querySelector('h1') ?? null
    this.#awaitsHeading = heading === null
    const place = heading ?? main
    if (!place) return
    if (!place.hasAttribute('tabindex')) place.setAttribute('tabindex', '-1')
    place.focus({ preventScroll: heading === null })
  }
}

const isNowhere = (focused: Element | null): boolean =>
  focused === null || focused === document.body || focused.tagName === 'MAIN'

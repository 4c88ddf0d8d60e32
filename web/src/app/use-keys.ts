// Binds keys for as long as a component is shown. Keys belong to the page only while no dialog is open, and a terminal
// keeps all of its keys.

import { useEffect, useEffectEvent } from 'react'
import { press, type SequenceState } from './key-sequence.ts'

type Bindings = Readonly<Record<string, () => void>>

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select') !== null
  )
}

const inTerminal = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[data-own-keys]') !== null

/** A link or button that has the focus does what Enter means to it, not what it means to the page. */
const isOwnEnter = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' &&
  !event.ctrlKey &&
  !event.metaKey &&
  event.target instanceof Element &&
  event.target.closest('a, button, summary, [role=menuitem]') !== null

const dialogOpen = (): boolean => document.querySelector('[role=dialog], [role=menu]') !== null

export function useKeys(bindings: Bindings): void {
  const onKey = useEffectEvent((event: KeyboardEvent, state: SequenceState): SequenceState => {
    if (event.defaultPrevented || event.isComposing || inTerminal(event.target)) return {}
    if (dialogOpen() || isOwnEnter(event)) return {}
    const answer = press(Object.keys(bindings), state, {
      key: event.key,
      ctrl: event.ctrlKey,
      meta: event.metaKey,
      alt: event.altKey,
      typing: isTyping(event.target),
      atMs: event.timeStamp,
    })
    if (answer.hit) {
      event.preventDefault()
      bindings[answer.hit]?.()
    }
    return answer.state
  })
  useEffect(() => {
    let state: SequenceState = {}
    const listen = (event: KeyboardEvent) => {
      state = onKey(event, state)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}

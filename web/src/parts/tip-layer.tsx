// Shows the tip of whatever is pointed at for a moment or has the focus by key. Escape, a click and scrolling end it.

import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Keys } from './keys.tsx'
import { placeTip } from './tip-place.ts'

const AFTER_MS = 400

interface Shown {
  readonly element: HTMLElement
  readonly text: string
  readonly keys: string | undefined
}

const tipped = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null

function read(element: HTMLElement): Shown | undefined {
  const { tip, tipKeys } = element.dataset
  // Over a menu that is open the name of its button would only be in the way.
  const isOpen = element.ariaExpanded === 'true'
  return tip && element.isConnected && !isOpen ? { element, text: tip, keys: tipKeys } : undefined
}

export function TipLayer() {
  const [shown, setShown] = useState<Shown>()
  useEffect(() => listen(setShown), [])
  return shown ? <Tooltip shown={shown} /> : null
}

/** Gives the function that stops listening. */
function listen(show: (shown: Shown | undefined) => void): () => void {
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const hide = () => {
    clearTimeout(timer)
    show(undefined)
  }
  const on = <K extends keyof DocumentEventMap>(
    name: K,
    listener: (event: DocumentEventMap[K]) => void,
  ) => document.addEventListener(name, listener, { signal: stop.signal, capture: true })
  on('pointerover', (event) => {
    const element = tipped(event.target)
    if (element === null || event.pointerType !== 'mouse') return
    clearTimeout(timer)
    timer = setTimeout(() => show(read(element)), AFTER_MS)
  })
  on('pointerout', (event) => {
    if (tipped(event.target) !== tipped(event.relatedTarget)) hide()
  })
  on('focusin', (event) => {
    const element = tipped(event.target)
    if (element?.matches(':focus-visible')) show(read(element))
  })
  on('focusout', hide)
  on('pointerdown', hide)
  on('keydown', (event) => event.key === 'Escape' && hide())
  on('scroll', hide)
  return () => {
    stop.abort()
    clearTimeout(timer)
  }
}

function Tooltip({ shown }: { readonly shown: Shown }) {
  const tip = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (!tip.current) return
    const { innerWidth: width, innerHeight: height } = window
    const near = shown.element.getBoundingClientRect()
    const place = placeTip(near, tip.current.getBoundingClientRect(), { width, height })
    tip.current.style.left = `${place.left}px`
    tip.current.style.top = `${place.top}px`
  }, [shown])
  return (
    <div
      className="fading pointer-events-none fixed top-0 left-0 z-50 flex w-max max-w-80 items-center gap-2 rounded border border-line bg-raised px-2 py-1 text-ink text-xs shadow-float"
      ref={tip}
      role="tooltip"
    >
      {shown.text}
      {shown.keys && <Keys keys={shown.keys} />}
    </div>
  )
}

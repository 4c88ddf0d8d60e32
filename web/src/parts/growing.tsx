// A long list is drawn as far as it is read: the next rows come while the end of those before is still out of sight.

import { type ReactNode, useEffect, useRef, useState, useTransition } from 'react'

const FIRST_ROWS = 60
const MORE_ROWS = 60
/** How far ahead of the reader rows are drawn: two screens. */
const AHEAD = '1800px'

interface GrowingProps<T> {
  readonly items: readonly T[]
  readonly draw: (item: T) => ReactNode
}

export function Growing<T>({ items, draw }: GrowingProps<T>) {
  const [count, setCount] = useState(FIRST_ROWS)
  const [, startTransition] = useTransition()
  const end = useRef<HTMLDivElement>(null)
  const more = count < items.length
  useEffect(() => {
    if (!end.current || !more) return
    const seen = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return
        startTransition(() => setCount((before) => Math.max(before, count + MORE_ROWS)))
      },
      { root: end.current.closest('main'), rootMargin: AHEAD },
    )
    seen.observe(end.current)
    return () => seen.disconnect()
  }, [count, more])
  return (
    <>
      {items.slice(0, count).map(draw)}
      {more && <div aria-hidden="true" className="h-10" ref={end} />}
    </>
  )
}

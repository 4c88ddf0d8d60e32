// Which rows of a long list are in sight. All rows are of one height, so that is arithmetic.

import { type RefObject, useCallback, useEffect, useState } from 'react'
import { useIsPhone } from '../parts/is-phone.ts'

const ROW_PX = 34
/** Two lines and room for a finger. */
const PHONE_ROW_PX = 52
const HEAD_PX = 32
/** Rows drawn ahead of either edge. */
const AHEAD = 12

export function useWindow(scroller: RefObject<HTMLElement | null>, rows: number) {
  const isPhone = useIsPhone()
  const rowPx = isPhone ? PHONE_ROW_PX : ROW_PX
  const [seen, setSeen] = useState({ top: 0, height: 900 })
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const look = () => setSeen({ top: element.scrollTop, height: element.clientHeight })
    const sized = new ResizeObserver(look)
    sized.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    look()
    return () => {
      sized.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [scroller])
  /** Brings a row into sight, below the head. */
  const showRow = useCallback(
    (index: number) => {
      const element = scroller.current
      if (!element) return
      const top = index * rowPx
      const bottom = top + rowPx + HEAD_PX
      if (top < element.scrollTop) element.scrollTop = top
      else if (bottom > element.scrollTop + element.clientHeight) {
        element.scrollTop = bottom - element.clientHeight
      }
    },
    [scroller, rowPx],
  )
  const from = Math.max(0, Math.floor(seen.top / rowPx) - AHEAD)
  const to = Math.min(rows, Math.ceil((seen.top + seen.height) / rowPx) + AHEAD)
  return { from, to, rowPx, showRow }
}

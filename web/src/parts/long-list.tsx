// The rows of a long list: only those in sight are drawn, so that a thousand cost what thirty do. The row that has the
// focus stays, however far the list is scrolled, since a focus that disappears is lost to whoever uses the keys.

import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import {
  type FocusEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useIsPhone } from './is-phone.ts'

/** Rows drawn ahead of either edge: as far as a turn of the wheel goes between two frames. */
const AHEAD = 12

export interface LongListHandle {
  /** Moves the focus by a row; without a focus in the list it begins at that end. */
  readonly move: (step: 1 | -1) => void
}

interface LongListProps<T> {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string
  /** `index` counts from 0. The row’s link is `a[data-row]`, which the keys put the focus on. */
  readonly draw: (item: T, index: number) => ReactNode
  /** Of every row on a wide screen, pixels. */
  readonly rowPx: number
  /** Of a usual row on a phone, where a row’s own height counts, pixels. */
  readonly phoneRowPx: number
  /** Of what stands over the rows at the top while they are scrolled, pixels. */
  readonly headPx: number
  readonly ref?: Ref<LongListHandle>
}

export function LongList<T>(props: LongListProps<T>) {
  const { items, keyOf, draw, rowPx, phoneRowPx, headPx, ref } = props
  const isPhone = useIsPhone()
  const list = useRef<HTMLDivElement>(null)
  const { focused, onFocus, onBlur } = useFocused(items, keyOf)
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => list.current?.closest('main') ?? null,
    estimateSize: () => (isPhone ? phoneRowPx : rowPx),
    getItemKey: (index) => keyOf(items[index] as T),
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    overscan: AHEAD,
    rangeExtractor: (range) => withRow(range, focused),
    scrollMargin: useTop(list),
    scrollPaddingStart: isPhone ? 0 : headPx,
    useFlushSync: false,
  })
  // What was measured in one width says nothing about the other.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the width is what it waits for
  useLayoutEffect(() => rows.measure(), [isPhone])
  const wanted = useRef<number>(undefined)
  const link = (index: number) =>
    list.current?.querySelector<HTMLElement>(`[data-index="${index}"] a[data-row]`)
  useLayoutEffect(() => {
    if (wanted.current === undefined) return
    const row = link(wanted.current)
    if (!row) return
    wanted.current = undefined
    row.focus({ preventScroll: true })
  })
  useImperativeHandle(ref, () => ({
    move: (step) => {
      const from = wanted.current ?? focused
      const next = from === -1 ? (step === 1 ? 0 : items.length - 1) : from + step
      const index = Math.min(Math.max(next, 0), items.length - 1)
      rows.scrollToIndex(index, { align: 'auto' })
      const row = link(index)
      wanted.current = row ? undefined : index
      row?.focus({ preventScroll: true })
    },
  }))
  return (
    // biome-ignore lint/a11y/useSemanticElements: its rows stand where they are put, which a table's cannot
    <div
      className="relative"
      onBlur={onBlur}
      onFocus={onFocus}
      ref={list}
      role="rowgroup"
      style={{ height: rows.getTotalSize() }}
    >
      {rows.getVirtualItems().map(({ key, index, start }) => (
        <div
          className="absolute inset-x-0"
          data-index={index}
          key={key}
          ref={isPhone ? rows.measureElement : undefined}
          style={{ top: start - rows.options.scrollMargin }}
        >
          {draw(items[index] as T, index)}
        </div>
      ))}
    </div>
  )
}

/** Which row has the focus, by its key, since rows change places; -1 for none. */
function useFocused<T>(items: readonly T[], keyOf: (item: T) => string) {
  const [key, setKey] = useState<string>()
  const onFocus = (event: FocusEvent) => {
    const row = event.target.closest('[data-index]')
    const item = row instanceof HTMLElement ? items[Number(row.dataset.index)] : undefined
    setKey(item && keyOf(item))
  }
  const onBlur = () => setKey(undefined)
  const focused = key === undefined ? -1 : items.findIndex((item) => keyOf(item) === key)
  return { focused, onFocus, onBlur }
}

function withRow(range: Range, row: number): number[] {
  const seen = defaultRangeExtractor(range)
  if (row < 0 || row >= range.count || seen.includes(row)) return seen
  return [...seen, row].sort((a, b) => a - b)
}

/** How far below the top of what scrolls the list begins, pixels; what stands above it may come and go. */
function useTop(list: React.RefObject<HTMLDivElement | null>): number {
  const [top, setTop] = useState(0)
  const look = useCallback(() => {
    const scroller = list.current?.closest('main')
    if (!list.current || !scroller) return
    const between = list.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top
    setTop(Math.round(between + scroller.scrollTop))
  }, [list])
  useLayoutEffect(() => {
    look()
    const page = list.current?.closest('main')?.firstElementChild
    if (!page) return
    const sized = new ResizeObserver(look)
    sized.observe(page)
    return () => sized.disconnect()
  }, [list, look])
  return top
}

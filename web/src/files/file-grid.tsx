// The list of a folder. Only the rows in sight are drawn; the grid keeps the focus and says at which row it is, so that
// ten thousand files scroll and are walked through like ten.

import { ArrowDown, ArrowUp } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, useId, useLayoutEffect, useRef } from 'react'
import type { FileEntry } from '#protocol/api/files.ts'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'
import { FileRow, fileGrid, type RowAct } from './file-row.tsx'
import { clicked, type Order, type SortColumn } from './order.ts'
import { shownName } from './paths.ts'
import { all, found, moved, pointed, type Selection } from './selection.ts'
import { useWindow } from './use-window.ts'

interface FileGridProps {
  readonly path: string
  readonly entries: readonly FileEntry[]
  readonly order: Order
  readonly selection: Selection
  /** The folder that something is being dragged over. */
  readonly target: string | undefined
  readonly onOrder: (order: Order) => void
  readonly onSelection: (selection: Selection) => void
  readonly onAct: (entry: FileEntry, act: RowAct) => void
  readonly onUp: () => void
  readonly onFilter: () => void
}

/** Letters typed within this time are one word, ms. */
const TYPE_AHEAD_MS = 800
const PAGE_ROWS = 12

export function FileGrid(props: FileGridProps) {
  const { path, entries, selection, target, onSelection, onAct } = props
  const grid = useRef<HTMLDivElement>(null)
  const { from, to, rowPx, showRow } = useWindow(grid, entries.length)
  const id = useId()
  const at = entries.findIndex(({ name }) => name === selection.cursor)
  const names = entries.map(({ name }) => name)
  const onKeyDown = useGridKeys(props, names)
  useLayoutEffect(() => {
    if (at >= 0) showRow(at)
  }, [at, showRow])
  const onClick = (event: MouseEvent) => {
    const name = nameAt(event)
    if (name === undefined) return
    const add = event.ctrlKey || event.metaKey
    onSelection(pointed(selection, names, name, { range: event.shiftKey, add }))
    // A finger means to open what it touches; a mouse clicks twice.
    const entry = entries.find((each) => each.name === name)
    if (entry && isTouch(event) && !add && !event.shiftKey) onAct(entry, 'open')
  }
  const onDoubleClick = (event: MouseEvent) => {
    const entry = entries.find(({ name }) => name === nameAt(event))
    if (entry) onAct(entry, 'open')
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows out of sight are not drawn, which a table cannot do
    <div
      aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
      aria-label={words.files.list(shownName(path))}
      aria-multiselectable="true"
      aria-rowcount={entries.length + 1}
      // The row that is current has a ring of its own.
      className={cx(
        'group/grid h-full overflow-y-auto overscroll-contain',
        at >= 0 ? 'focus-visible:outline-none' : 'focus-visible:-outline-offset-2',
      )}
      data-files-grid
      onClick={onClick}
      onDoubleClick={onDoubleClick}
      onKeyDown={onKeyDown}
      ref={grid}
      role="grid"
      tabIndex={0}
    >
      <Head {...props} />
      {/* biome-ignore lint/a11y/useSemanticElements: it belongs to a grid of divs */}
      <div className="relative" role="rowgroup" style={{ height: entries.length * rowPx }}>
        {entries.slice(from, to).map((entry, offset) => (
          <FileRow
            entry={entry}
            heightPx={rowPx}
            id={`${id}-${from + offset}`}
            index={from + offset}
            isAt={from + offset === at}
            isChosen={selection.chosen.has(entry.name)}
            isTarget={entry.name === target}
            key={entry.name}
            onAct={onAct}
            onChoose={(name) =>
              onSelection(pointed(selection, names, name, { range: false, add: true }))
            }
            topPx={(from + offset) * rowPx}
          />
        ))}
      </div>
    </div>
  )
}

const isTouch = (event: MouseEvent): boolean =>
  event.nativeEvent instanceof PointerEvent && event.nativeEvent.pointerType === 'touch'

/** The row under the pointer; none for what in a row is a control of its own. */
function nameAt({ target }: MouseEvent): string | undefined {
  if (!(target instanceof Element) || target.closest('button, input, label, [role=menu]'))
    return undefined
  return target.closest<HTMLElement>('[data-name]')?.dataset.name
}

function useGridKeys(props: FileGridProps, names: readonly string[]) {
  const { entries, selection, onSelection, onAct, onUp, onFilter } = props
  const typed = useRef({ text: '', atMs: 0 })
  const current = entries.find(({ name }) => name === selection.cursor)
  const act = (what: RowAct) => current && onAct(current, what)
  const type = (event: KeyboardEvent) => {
    const isSameWord = event.timeStamp - typed.current.atMs < TYPE_AHEAD_MS
    const text = (isSameWord ? typed.current.text : '') + event.key
    typed.current = { text, atMs: event.timeStamp }
    const name = found(selection, names, text)
    if (name !== undefined)
      onSelection(pointed(selection, names, name, { range: false, add: false }))
  }
  return (event: KeyboardEvent) => {
    const { target, currentTarget, key, shiftKey, altKey } = event
    if (target !== currentTarget || altKey) return
    const add = event.ctrlKey || event.metaKey
    const move = (step: number) =>
      onSelection(moved(selection, names, step, { range: shiftKey, add }))
    const point = (name: string | undefined) =>
      name !== undefined &&
      onSelection(pointed(selection, names, name, { range: shiftKey, add: false }))
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(PAGE_ROWS),
      PageUp: () => move(-PAGE_ROWS),
      Home: () => point(names[0]),
      End: () => point(names.at(-1)),
      Enter: () => act('open'),
      Backspace: onUp,
      F2: () => act('rename'),
      Delete: () => act('delete'),
      '/': onFilter,
      ' ': () =>
        selection.cursor !== undefined &&
        onSelection(pointed(selection, names, selection.cursor, { range: shiftKey, add: true })),
      Escape: () => onSelection({ ...selection, chosen: new Set() }),
    }
    if (add && key.toLowerCase() === 'a') onSelection(all(selection, names))
    else if (keys[key]) keys[key]()
    else if (!add && key.length === 1) type(event)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}

const columns: readonly { readonly name: SortColumn; readonly className: string }[] = [
  { name: 'name', className: '' },
  { name: 'size', className: 'max-sm:hidden justify-end' },
  { name: 'modified', className: 'max-sm:hidden pl-4' },
  { name: 'mode', className: 'max-sm:hidden' },
]

function Head({ order, onOrder }: Pick<FileGridProps, 'order' | 'onOrder'>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: it belongs to a grid of divs
    <div
      aria-rowindex={1}
      className={cx('sticky top-0 z-10 h-10 border-b bg-page sm:h-8 px-2 sm:px-4', fileGrid)}
      role="row"
      tabIndex={-1}
    >
      <span />
      {columns.map(({ name, className }) => {
        const active = order.column === name
        const Arrow = order.descending ? ArrowDown : ArrowUp
        const label = words.files.columns[name]
        return (
          // biome-ignore lint/a11y/useSemanticElements: it belongs to a grid of divs
          // biome-ignore lint/a11y/useFocusableInteractive: the button inside has the focus
          <span
            aria-sort={active ? (order.descending ? 'descending' : 'ascending') : 'none'}
            className={cx('flex min-w-0', className)}
            key={name}
            role="columnheader"
          >
            <button
              className={cx(
                'touch flex items-center gap-1 rounded text-xs hover:text-ink',
                active ? 'text-ink' : 'text-ink-3',
              )}
              onClick={() => onOrder(clicked(order, name))}
              title={words.files.sortBy(label)}
              type="button"
            >
              {label}
              {active && <Arrow aria-hidden="true" size={12} />}
            </button>
          </span>
        )
      })}
    </div>
  )
}

// The list of spaces: a head that sorts, and the rows. On a phone the rows are small cards and the head is gone.

import { ArrowDown, ArrowUp } from 'lucide-react'
import type { Ref } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { mayEnter } from '../api/standing.ts'
import { usePreferences } from '../app/preferences.ts'
import { cx } from '../parts/class.ts'
import { LongList, type LongListHandle } from '../parts/long-list.tsx'
import { words } from '../words.ts'
import { clicked, type Order, ordered, type SortColumn, usedAtMs } from './order.ts'
import { rowGrid, SpaceRow } from './space-row.tsx'

interface SpacesTableProps {
  readonly spaces: readonly Space[]
  readonly order: Order
  readonly onOrder: (order: Order) => void
  readonly rowsRef: Ref<LongListHandle>
}

/** Pixels: `h-8`, `sm:h-10`, and three lines with their gaps. */
const HEAD_PX = 32
const ROW_PX = 40
const PHONE_ROW_PX = 109

type Column = keyof typeof words.spaces.columns

const columns: readonly { readonly name: Column; readonly right?: boolean }[] = [
  { name: 'name' },
  { name: 'state' },
  { name: 'template' },
  { name: 'owner' },
  { name: 'host' },
  { name: 'cpu', right: true },
  { name: 'memory', right: true },
  { name: 'used' },
  { name: 'actions' },
]

export function SpacesTable({ spaces, order, onOrder, rowsRef }: SpacesTableProps) {
  const { usedAt } = usePreferences()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table's rows cannot be left out while out of sight
    <div aria-label={words.spaces.title} aria-rowcount={spaces.length + 1} role="table">
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div
        className={cx(
          'sticky top-0 z-20 hidden h-8 items-center border-b bg-surface px-3',
          rowGrid,
        )}
        aria-rowindex={1}
        role="row"
        tabIndex={-1}
      >
        {columns.map(({ name, right }) => (
          <Head key={name} name={name} onOrder={onOrder} order={order} right={right ?? false} />
        ))}
      </div>
      <LongList
        draw={(space, index) => (
          <SpaceRow
            index={index}
            mine={mayEnter(space)}
            space={space}
            usedAtMs={usedAtMs(space, usedAt)}
          />
        )}
        headPx={HEAD_PX}
        items={ordered(spaces, order, usedAt)}
        keyOf={(space) => space.id}
        phoneRowPx={PHONE_ROW_PX}
        ref={rowsRef}
        rowPx={ROW_PX}
      />
    </div>
  )
}

interface HeadProps {
  readonly name: Column
  readonly order: Order
  readonly right: boolean
  readonly onOrder: (order: Order) => void
}

function Head({ name, order, right, onOrder }: HeadProps) {
  const label = words.spaces.columns[name]
  if (name === 'host' || name === 'actions') {
    return (
      // biome-ignore lint/a11y/useSemanticElements: it belongs to a table of divs
      // biome-ignore lint/a11y/useFocusableInteractive: nothing can be done with this column
      <span
        className={cx('text-ink-3 text-xs', name === 'actions' && 'sr-only')}
        role="columnheader"
      >
        {label}
      </span>
    )
  }
  const column: SortColumn = name
  const active = order.column === column
  const Arrow = order.descending ? ArrowDown : ArrowUp
  return (
    // biome-ignore lint/a11y/useSemanticElements: it belongs to a table of divs
    // biome-ignore lint/a11y/useFocusableInteractive: the button inside has the focus
    <span
      aria-sort={active ? (order.descending ? 'descending' : 'ascending') : 'none'}
      className={cx('flex min-w-0', right && 'justify-end', name === 'used' && 'pl-3')}
      role="columnheader"
    >
      <button
        className={cx(
          'flex items-center gap-1 rounded text-xs hover:text-ink',
          active ? 'text-ink' : 'text-ink-3',
        )}
        onClick={() => onOrder(clicked(order, column))}
        title={words.spaces.sortBy(label)}
        type="button"
      >
        {label}
        {active && <Arrow aria-hidden="true" size={12} />}
      </button>
    </span>
  )
}

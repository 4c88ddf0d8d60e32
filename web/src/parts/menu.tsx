// A button with a menu. The menu itself (Radix: arrows, type-ahead, focus given back) is fetched when a pointer comes
// near or a key asks for it, since most menus are never opened.

import type { LucideIcon } from 'lucide-react'
import {
  type ButtonHTMLAttributes,
  cloneElement,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  Suspense,
  useState,
} from 'react'
import { lazyPart } from './lazy-part.ts'

export type MenuEntry =
  | {
      readonly kind: 'item'
      readonly icon: LucideIcon
      readonly text: string
      readonly onSelect: () => void
      readonly danger?: boolean
      readonly disabled?: boolean
      readonly keys?: string
      /** Only where the rail is not shown. */
      readonly onPhone?: boolean
    }
  | { readonly kind: 'line' }
  | { readonly kind: 'head'; readonly text: string }

export interface MenuProps {
  readonly trigger: ReactElement<ButtonHTMLAttributes<HTMLButtonElement>>
  readonly entries: readonly MenuEntry[]
}

export interface OpenMenuProps extends MenuProps {
  /** Asked for by key, so that the first entry has the focus. */
  readonly byKey: boolean
}

const fetchMenu = () => import('./open-menu.tsx')
const OpenMenu = lazyPart(fetchMenu, 'OpenMenu')

export function Menu({ trigger, entries }: MenuProps) {
  const [wanted, setWanted] = useState<'byKey' | 'byPointer'>()
  const closed = cloneElement(trigger, {
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    // A click that no pointer made counts no clicks.
    onClick: ({ detail }: MouseEvent) => setWanted(detail === 0 ? 'byKey' : 'byPointer'),
    onPointerEnter: () => void fetchMenu().catch(() => undefined),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'ArrowDown') return
      event.preventDefault()
      event.stopPropagation()
      setWanted('byKey')
    },
  })
  if (!wanted) return closed
  return (
    <Suspense fallback={closed}>
      <OpenMenu byKey={wanted === 'byKey'} entries={entries} trigger={trigger} />
    </Suspense>
  )
}

/** An entry where it holds, for lists that are written in one piece. */
export const when = (holds: boolean, entry: MenuEntry): readonly MenuEntry[] =>
  holds ? [entry] : []

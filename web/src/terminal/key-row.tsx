// The keys that a phone's keyboard lacks. They take no focus, so that the keyboard stays up.

import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, type LucideIcon } from 'lucide-react'
import { type ReactNode, useSyncExternalStore } from 'react'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'
import { type RowKey, rowKey } from './key-bytes.ts'
import type { TerminalSession } from './session.ts'

const text = words.terminal.keys

const rowKeys: readonly { key: RowKey; label: string; icon?: LucideIcon }[] = [
  { key: 'tab', label: text.tab },
  { key: 'left', label: text.left, icon: ArrowLeft },
  { key: 'down', label: text.down, icon: ArrowDown },
  { key: 'up', label: text.up, icon: ArrowUp },
  { key: 'right', label: text.right, icon: ArrowRight },
]

export function KeyRow({ session }: { readonly session: TerminalSession }) {
  const control = useSyncExternalStore(session.control.subscribe, session.control.get)
  const send = (key: RowKey) => {
    const { applicationCursorKeysMode } = session.screen.terminal.modes
    session.control.set(false)
    session.type(rowKey(key, { applicationCursor: applicationCursorKeysMode, control }))
  }
  return (
    <div
      aria-label={text.label}
      className="hidden shrink-0 gap-1 border-t bg-surface p-1 pointer-coarse:flex max-sm:flex"
      role="toolbar"
    >
      <Key onPress={() => send('escape')}>{text.escape}</Key>
      <Key on={control} onPress={() => session.control.set(!control)}>
        {text.control}
      </Key>
      {rowKeys.map(({ key, label, icon: Icon }) => (
        <Key key={key} label={label} onPress={() => send(key)}>
          {Icon ? <Icon aria-hidden="true" size={17} /> : label}
        </Key>
      ))}
    </div>
  )
}

interface KeyProps {
  readonly children: ReactNode
  readonly label?: string
  readonly on?: boolean
  readonly onPress: () => void
}

function Key({ children, label, on, onPress }: KeyProps) {
  return (
    <button
      aria-label={label}
      aria-pressed={on}
      className={cx(
        'flex h-11 min-w-0 grow basis-0 items-center justify-center rounded border text-sm',
        on ? 'border-accent bg-accent-soft text-accent' : 'bg-sunken text-ink-2 active:bg-hover',
      )}
      onClick={onPress}
      onPointerDown={(event) => event.preventDefault()}
      type="button"
    >
      {children}
    </button>
  )
}

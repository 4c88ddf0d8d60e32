// The strip above the terminal: its tabs, and at the end how well the one that is shown is connected.

import { Plus, SquareTerminal, X } from 'lucide-react'
import { cx } from '../parts/class.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { Keys } from '../parts/keys.tsx'
import { words } from '../words.ts'
import { ConnectionMark } from './connection-mark.tsx'
import type { TerminalSession } from './session.ts'

interface TerminalTabsProps {
  readonly names: readonly string[]
  readonly active: string | undefined
  readonly session: TerminalSession | undefined
  readonly onChoose: (name: string) => void
  readonly onClose: (name: string) => void
  readonly onNew: () => void
  readonly watching: boolean
}

export function TerminalTabs(props: TerminalTabsProps) {
  const { names, active, session, onChoose, onClose, onNew, watching } = props
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 border-b bg-surface pr-3 pl-1.5 sm:h-9 sm:pr-6 sm:pl-4">
      <ul
        aria-label={words.terminal.list}
        className="flex min-w-0 items-center gap-0.5 overflow-x-auto"
      >
        {names.map((name) => (
          <li
            className={cx(
              'group flex h-11 shrink-0 items-center rounded text-sm sm:h-7',
              name === active ? 'bg-hover text-ink' : 'text-ink-2 hover:text-ink',
            )}
            key={name}
          >
            <button
              aria-current={name === active ? 'true' : undefined}
              className={cx(
                'flex h-full items-center gap-1.5 rounded pl-2 focus-visible:-outline-offset-2',
                watching && 'pr-2',
              )}
              onClick={() => onChoose(name)}
              type="button"
            >
              <SquareTerminal aria-hidden="true" className="text-ink-3" size={14} />
              {name}
            </button>
            {!watching && (
              <button
                aria-label={words.terminal.close(name)}
                className={cx(
                  'flex size-11 items-center justify-center rounded text-ink-3 hover:bg-line hover:text-ink focus-visible:-outline-offset-2 focus-visible:opacity-100 sm:mx-1 sm:size-5',
                  name !== active && 'opacity-0 group-hover:opacity-100 pointer-coarse:opacity-100',
                )}
                onClick={() => onClose(name)}
                title={words.terminal.close(name)}
                type="button"
              >
                <X aria-hidden="true" size={13} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {!watching && <IconButton icon={Plus} label={words.terminal.new} onClick={onNew} />}
      <div className="grow" />
      <span className="hidden shrink-0 items-center gap-1.5 text-ink-3 text-xs lg:group-has-[textarea:focus]/terminals:flex">
        <Keys faint keys="ctrl+shift+x" />
        {words.terminal.leave}
      </span>
      {session && <ConnectionMark session={session} />}
    </div>
  )
}

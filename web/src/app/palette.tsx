// The palette: everything one can open or do, found by typing. Loaded when it is first asked for.

import { Search } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { type KeyboardEvent, useDeferredValue, useId, useState } from 'react'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'
import { type PaletteEntry, usePaletteEntries } from './palette-entries.ts'
import { choose } from './palette-items.ts'

export function Palette({ onClose }: { readonly onClose: () => void }) {
  return (
    <Radix.Root onOpenChange={(open) => !open && onClose()} open>
      <Radix.Portal>
        <Radix.Overlay className="fading fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          className="arriving fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-24px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-float focus:outline-none"
        >
          <Radix.Title className="sr-only">{words.palette.title}</Radix.Title>
          <Finder onClose={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

function Finder({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const entries = usePaletteEntries()
  const shown = useDeferredValue(typed)
  const found = choose(entries, shown)
  const run = (entry: PaletteEntry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && found.length > 0) {
      event.preventDefault()
      setAt((before) => (before + step + found.length) % found.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      // Where drawing lags behind typing, what is drawn is not what was meant.
      const { value } = event.currentTarget
      run((value === shown ? found : choose(entries, value))[at])
    }
  }
  return (
    <>
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search aria-hidden="true" className="shrink-0 text-ink-3" size={16} />
        <input
          aria-activedescendant={found[at] ? `${listId}-${at}` : undefined}
          aria-controls={listId}
          aria-expanded="true"
          aria-label={words.palette.title}
          autoCapitalize="none"
          autoComplete="off"
          className="h-12 w-full bg-transparent text-base outline-none"
          onChange={(event) => {
            setTyped(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          placeholder={words.palette.placeholder}
          role="combobox"
          spellCheck={false}
          value={typed}
        />
      </div>
      <Found at={at} entries={found} listId={listId} onPoint={setAt} onRun={run} />
      {found.length === 0 && (
        <p className="px-4 py-8 text-center text-ink-2 text-sm">{words.palette.nothing(typed)}</p>
      )}
    </>
  )
}

interface FoundProps {
  readonly entries: readonly PaletteEntry[]
  readonly at: number
  readonly listId: string
  readonly onPoint: (at: number) => void
  readonly onRun: (entry: PaletteEntry) => void
}

function Found({ entries, at, listId, onPoint, onRun }: FoundProps) {
  return (
    <div
      aria-label={words.palette.results}
      className="max-h-[50vh] overflow-y-auto p-1.5 empty:hidden"
      id={listId}
      role="listbox"
      tabIndex={-1}
    >
      {entries.map((entry, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
        <div
          aria-selected={index === at}
          className={cx(
            'flex h-11 items-center gap-2.5 rounded px-2.5 text-sm sm:h-9',
            index === at ? 'bg-hover text-ink' : 'text-ink-2',
          )}
          id={`${listId}-${index}`}
          key={entry.id}
          onClick={() => onRun(entry)}
          onPointerMove={() => index !== at && onPoint(index)}
          ref={(row) => {
            if (index === at) row?.scrollIntoView({ block: 'nearest' })
          }}
          role="option"
          tabIndex={-1}
        >
          <entry.icon aria-hidden="true" className="shrink-0 text-ink-3" size={15} />
          <span className="min-w-0 grow truncate">{entry.label}</span>
          <span className="shrink-0 text-ink-3 text-xs">
            {entry.note ?? words.palette.groups[entry.group]}
          </span>
        </div>
      ))}
    </div>
  )
}

// Finds text in the terminal's screen and scrollback.

import type { ISearchOptions } from '@xterm/addon-search'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { IconButton } from '../parts/icon-button.tsx'
import { words } from '../words.ts'
import type { TerminalSession } from './session.ts'

const text = words.terminal.search

const options: ISearchOptions = {
  decorations: {
    matchBackground: '#b98a1f',
    matchOverviewRuler: '#b98a1f',
    activeMatchBackground: '#e8b93c',
    activeMatchColorOverviewRuler: '#e8b93c',
  },
}

interface SearchBarProps {
  readonly session: TerminalSession
  readonly onClose: () => void
}

export function SearchBar({ session, onClose }: SearchBarProps) {
  const { search } = session.screen
  const [typed, setTyped] = useState('')
  const [found, setFound] = useState({ at: 0, all: 0 })
  useEffect(() => {
    const told = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound({ at: resultIndex + 1, all: resultCount }),
    )
    return () => {
      told.dispose()
      search.clearDecorations()
    }
  }, [search])
  const next = () => search.findNext(typed, options)
  const previous = () => search.findPrevious(typed, options)
  return (
    <search className="arriving absolute top-2 right-4 flex items-center gap-1 rounded-md border bg-raised p-1 shadow-float">
      <input
        aria-label={text.label}
        autoComplete="off"
        // biome-ignore lint/a11y/noAutofocus: it was asked for by key a moment ago
        autoFocus
        className="h-7 w-48 rounded bg-transparent px-2 text-base outline-none sm:text-sm"
        onChange={(event) => {
          setTyped(event.target.value)
          search.findNext(event.target.value, { ...options, incremental: true })
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
          if (event.key === 'Enter') (event.shiftKey ? previous : next)()
        }}
        placeholder={text.label}
        spellCheck={false}
        value={typed}
      />
      <span aria-live="polite" className="tabular min-w-14 text-right text-ink-3 text-xs">
        {typed !== '' && (found.all === 0 ? text.none : text.of(found.at, found.all))}
      </span>
      <IconButton icon={ChevronUp} label={text.previous} onClick={previous} />
      <IconButton icon={ChevronDown} label={text.next} onClick={next} />
      <IconButton icon={X} label={text.close} onClick={onClose} />
    </search>
  )
}

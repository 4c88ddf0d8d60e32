// Finds text in the terminal's screen and scrollback.

import type { ISearchOptions } from '@xterm/addon-search'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useShownTheme } from '../app/theme.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { words } from '../words.ts'
import type { TerminalSession } from './session.ts'

const text = words.terminal.search

const options: Record<'light' | 'dark', ISearchOptions> = {
  light: found('#f3dfa4', '#f0b429'),
  dark: found('#57471d', '#b07d12'),
}

function found(match: string, active: string): ISearchOptions {
  return {
    decorations: {
      matchBackground: match,
      matchOverviewRuler: match,
      activeMatchBackground: active,
      activeMatchColorOverviewRuler: active,
    },
  }
}

interface SearchBarProps {
  readonly session: TerminalSession
  readonly onClose: () => void
}

export function SearchBar({ session, onClose }: SearchBarProps) {
  const { search } = session.screen
  const [typed, setTyped] = useState('')
  const [matches, setMatches] = useState({ at: 0, all: 0 })
  useEffect(() => {
    const told = search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setMatches({ at: resultIndex + 1, all: resultCount }),
    )
    return () => {
      told.dispose()
      search.clearDecorations()
    }
  }, [search])
  const look = options[useShownTheme()]
  const next = () => search.findNext(typed, look)
  const previous = () => search.findPrevious(typed, look)
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
          search.findNext(event.target.value, { ...look, incremental: true })
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
        {typed !== '' && (matches.all === 0 ? text.none : text.of(matches.at, matches.all))}
      </span>
      <IconButton icon={ChevronUp} label={text.previous} onClick={previous} />
      <IconButton icon={ChevronDown} label={text.next} onClick={next} />
      <IconButton icon={X} label={text.close} onClick={onClose} />
    </search>
  )
}

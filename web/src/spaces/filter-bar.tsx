// The filter above the list: typed words, and the few that are used most as buttons.

import { ListFilter, X } from 'lucide-react'
import type { RefObject } from 'react'
import { cx } from '../parts/class.ts'
import { useIsPhone } from '../parts/is-phone.ts'
import { Keys } from '../parts/keys.tsx'
import { words } from '../words.ts'
import { type FilterKey, withTerm } from './filter.ts'

interface FilterBarProps {
  readonly filter: string
  readonly shown: number
  readonly all: number
  readonly inputRef: RefObject<HTMLInputElement | null>
  readonly onFilter: (filter: string) => void
  readonly onEnter: () => void
  readonly onDown: () => void
}

const { quick } = words.spaces

const quickFilters: readonly { label: string; key: FilterKey; value: string }[] = [
  { label: quick.mine, key: 'owner', value: 'me' },
  { label: quick.running, key: 'status', value: 'running' },
  { label: quick.failed, key: 'status', value: 'failed' },
]

export function FilterBar(props: FilterBarProps) {
  const { filter, shown, all, inputRef, onFilter, onEnter, onDown } = props
  const isPhone = useIsPhone()
  return (
    <div className="mb-2 flex flex-wrap items-center gap-2">
      <div className="relative min-w-0 grow basis-64 sm:max-w-md">
        <ListFilter
          aria-hidden="true"
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
          size={15}
        />
        <input
          aria-label={words.spaces.filter}
          autoCapitalize="none"
          autoComplete="off"
          className="h-11 w-full rounded border border-line-strong bg-surface pr-9 pl-8 text-base hover:border-ink-3 focus-visible:border-accent focus-visible:outline-offset-0 sm:h-8 sm:text-sm"
          onChange={(event) => onFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
            if (event.key === 'Enter') onEnter()
            if (event.key === 'ArrowDown') {
              event.preventDefault()
              onDown()
            }
          }}
          placeholder={isPhone ? words.spaces.filterHintShort : words.spaces.filterHint}
          ref={inputRef}
          spellCheck={false}
          value={filter}
        />
        <span className="absolute top-1/2 right-0 flex -translate-y-1/2 items-center gap-1.5 sm:right-1.5">
          {filter ? (
            <button
              aria-label={words.spaces.nothing.clear}
              className="flex size-11 items-center justify-center rounded text-ink-3 hover:text-ink sm:size-6"
              onClick={() => onFilter('')}
              type="button"
            >
              <X aria-hidden="true" size={15} />
            </button>
          ) : (
            <span className="hidden sm:inline">
              <Keys faint keys="/" />
            </span>
          )}
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: these are toggles, not fields */}
      <div aria-label={words.spaces.quickLabel} className="flex gap-1.5 sm:gap-1" role="group">
        {quickFilters.map(({ label, key, value }) => {
          const on = filter.split(/\s+/).includes(`${key}:${value}`)
          return (
            <button
              aria-pressed={on}
              className={cx(
                'touch h-9 rounded-full border px-3.5 text-sm transition-colors duration-100 sm:h-7 sm:px-2.5',
                on
                  ? 'border-transparent bg-accent-soft font-medium text-accent'
                  : 'text-ink-2 hover:border-line-strong hover:text-ink',
              )}
              key={label}
              onClick={() => onFilter(withTerm(filter, key, on ? undefined : value))}
              type="button"
            >
              {label}
            </button>
          )
        })}
      </div>
      <span aria-live="polite" className="tabular ml-auto text-ink-3 text-sm">
        {words.spaces.shown(shown, all)}
      </span>
    </div>
  )
}

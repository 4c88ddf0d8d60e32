// Tabs: one of a few panels is shown. Arrows go between them, as everywhere.

import { type KeyboardEvent, type ReactNode, useId, useRef } from 'react'
import { cx } from '../parts/class.ts'

interface TabsProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly tabs: readonly { readonly value: T; readonly label: string; readonly sign?: ReactNode }[]
  readonly onValue: (value: T) => void
  readonly children: ReactNode
}

export function Tabs<T extends string>({ label, value, tabs, onValue, children }: TabsProps<T>) {
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const at = tabs.findIndex((tab) => tab.value === value)
    const next = tabs[(at + by + tabs.length) % tabs.length]
    if (!next) return
    onValue(next.value)
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.value}"]`)?.focus()
  }
  return (
    <div className="flex min-h-0 flex-col">
      <div
        aria-label={label}
        className="flex shrink-0 gap-1 border-b sm:gap-4"
        onKeyDown={onKeyDown}
        ref={list}
        role="tablist"
      >
        {tabs.map((tab) => (
          <button
            aria-controls={`${id}-panel`}
            aria-selected={tab.value === value}
            className={cx(
              '-mb-px flex h-11 items-center gap-1.5 border-b-2 px-2 text-sm sm:h-9 sm:px-0.5',
              tab.value === value
                ? 'border-accent font-medium text-ink'
                : 'border-transparent text-ink-2 hover:text-ink',
            )}
            data-tab={tab.value}
            id={`${id}-${tab.value}`}
            key={tab.value}
            onClick={() => onValue(tab.value)}
            role="tab"
            tabIndex={tab.value === value ? 0 : -1}
            type="button"
          >
            {tab.label}
            {tab.sign}
          </button>
        ))}
      </div>
      <div
        aria-labelledby={`${id}-${value}`}
        className="min-h-0 grow overflow-y-auto py-4 sm:pr-1"
        id={`${id}-panel`}
        role="tabpanel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
        tabIndex={0}
      >
        {children}
      </div>
    </div>
  )
}

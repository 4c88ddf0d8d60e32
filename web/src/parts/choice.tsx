// A few choices side by side, one of them chosen: radio buttons underneath.

import { useId } from 'react'
import { cx } from './class.ts'

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly onValue: (value: T) => void
}

export function Choice<T extends string>({ label, value, options, onValue }: ChoiceProps<T>) {
  const name = useId()
  return (
    <fieldset
      aria-label={label}
      className="inline-flex flex-wrap gap-0.5 self-start rounded-md border border-line bg-sunken p-0.5"
    >
      {options.map((option) => (
        <label
          className={cx(
            'flex h-10 items-center rounded px-3.5 text-sm transition-colors duration-100 has-focus-visible:outline-2 has-focus-visible:outline-accent sm:h-7 sm:px-2.5',
            option.value === value
              ? 'bg-raised text-ink shadow-[0_0_0_1px_var(--line-strong)]'
              : 'text-ink-2 hover:text-ink',
          )}
          key={option.value}
        >
          <input
            checked={option.value === value}
            className="sr-only"
            name={name}
            onChange={() => onValue(option.value)}
            type="radio"
            value={option.value}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  )
}

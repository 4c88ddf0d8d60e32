// The system's own select, dressed: it works on every phone, by every key, and costs nothing.

import { ChevronDown } from 'lucide-react'
import { cx } from './class.ts'
import { controlHeight, type FieldAria, inputClass } from './field.tsx'

interface SelectProps {
  readonly aria?: FieldAria
  readonly label?: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly onValue: (value: string) => void
  readonly className?: string
}

export function Select({ aria, label, value, options, onValue, className }: SelectProps) {
  return (
    <span className={cx('relative inline-flex', className)}>
      <select
        {...aria}
        aria-label={label}
        className={cx(inputClass, controlHeight, 'appearance-none pr-8')}
        onChange={(event) => onValue(event.target.value)}
        value={value}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-2.5 -translate-y-1/2 text-ink-3"
        size={15}
      />
    </span>
  )
}

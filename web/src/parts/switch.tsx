// On or off, at once. A checkbox underneath, so that keys and forms work as everywhere.

import type { FieldAria } from './field.tsx'

interface SwitchProps {
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly label?: string
  readonly aria?: FieldAria
}

export function Switch({ on, onChange, label, aria }: SwitchProps) {
  return (
    <span className="relative inline-flex h-5 w-9 shrink-0">
      <input
        {...aria}
        aria-checked={on}
        aria-label={label}
        checked={on}
        className="peer absolute inset-0 z-10 m-0 size-full appearance-none rounded-full"
        onChange={(event) => onChange(event.target.checked)}
        role="switch"
        type="checkbox"
      />
      <span className="pointer-events-none h-5 w-9 rounded-full border border-line-strong bg-sunken transition-colors duration-100 peer-checked:border-transparent peer-checked:bg-accent" />
      <span className="pointer-events-none absolute top-[3px] left-[3px] size-3.5 rounded-full bg-ink-3 transition-transform duration-100 peer-checked:translate-x-4 peer-checked:bg-on-accent" />
    </span>
  )
}

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
        className="peer -inset-x-1 -inset-y-3 absolute z-10 m-0 appearance-none rounded-full outline-none sm:inset-0"
        onChange={(event) => onChange(event.target.checked)}
        role="switch"
        type="checkbox"
      />
      <span className="pointer-events-none h-5 w-9 rounded-full border border-line-strong bg-sunken outline-accent outline-offset-1 transition-colors duration-100 peer-checked:border-transparent peer-checked:bg-accent peer-focus-visible:outline-2" />
      <span className="pointer-events-none absolute top-[3px] left-[3px] size-3.5 rounded-full bg-ink-3 transition-transform duration-100 peer-checked:translate-x-4 peer-checked:bg-on-accent" />
    </span>
  )
}

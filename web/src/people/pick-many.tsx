// Some of a few things, each with a box of its own.

import type { Ref } from '#protocol/api/parts.ts'

interface PickManyProps {
  readonly label: string
  readonly options: readonly Ref[]
  readonly chosen: readonly string[]
  readonly onChosen: (ids: readonly string[]) => void
  readonly disabled?: boolean
}

export function PickMany({ label, options, chosen, onChosen, disabled }: PickManyProps) {
  const toggle = (id: string) =>
    onChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])
  return (
    <fieldset className="flex flex-col sm:gap-1.5" disabled={disabled}>
      <legend className="mb-1.5 font-medium text-sm">{label}</legend>
      {options.map(({ id, name }) => (
        <label
          className="flex items-center gap-2.5 text-sm max-sm:min-h-11 sm:items-start"
          key={id}
        >
          <input
            checked={chosen.includes(id)}
            className="size-4 shrink-0 accent-accent sm:mt-0.5"
            onChange={() => toggle(id)}
            type="checkbox"
          />
          {name}
        </label>
      ))}
    </fieldset>
  )
}

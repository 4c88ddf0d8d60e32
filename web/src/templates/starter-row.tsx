// Where a new template may begin, side by side.

import type { Starter } from '#protocol/api/templates.ts'
import { words } from '../words.ts'
import { TemplateIcon } from './template-icon.tsx'

interface StarterRowProps {
  readonly starters: readonly Starter[]
  readonly chosen: Starter
  readonly onChoose: (starter: Starter) => void
}

export function StarterRow({ starters, chosen, onChoose }: StarterRowProps) {
  return (
    <fieldset
      aria-label={words.newTemplate.starters}
      className="mb-4 grid shrink-0 gap-2 sm:grid-cols-2 lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none"
    >
      {starters.map((starter) => (
        <label
          className="flex items-start gap-2.5 rounded-md border px-3 py-2 hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-checked:[&_[data-tile]]:bg-surface"
          key={starter.key}
        >
          <input
            checked={starter.key === chosen.key}
            className="sr-only"
            name="starter"
            onChange={() => onChoose(starter)}
            type="radio"
          />
          <TemplateIcon icon={starter.icon} name={starter.name} />
          <span className="min-w-0">
            <span className="block font-medium text-sm leading-5">{starter.name}</span>
            <span className="line-clamp-2 text-ink-2 text-xs">{starter.description}</span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

// The templates one can start from, as radio buttons: arrows move, the form beside follows.

import type { Template } from '#protocol/api/templates.ts'
import { TemplateIcon } from '../templates/template-icon.tsx'
import { words } from '../words.ts'

interface TemplateGalleryProps {
  readonly templates: readonly Template[]
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

export function TemplateGallery({ templates, chosen, onChoose }: TemplateGalleryProps) {
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-2 font-medium text-sm">{words.newSpace.template}</legend>
      {templates.map((template) => (
        <label
          className="flex items-start gap-3 rounded-md border px-3 py-2.5 transition-colors duration-100 hover:border-line-strong hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-checked:[&_[data-tile]]:bg-surface"
          key={template.id}
        >
          <input
            checked={template.id === chosen}
            className="sr-only"
            name="template"
            onChange={() => onChoose(template.id)}
            type="radio"
            value={template.id}
          />
          <TemplateIcon icon={template.icon} large name={template.name} />
          <span className="min-w-0">
            <span className="flex items-baseline gap-2">
              <span className="font-medium text-sm">{template.name}</span>
              <span className="tabular text-ink-3 text-xs">v{template.version.number}</span>
            </span>
            {template.description && (
              <span className="mt-0.5 line-clamp-2 text-ink-2 text-xs leading-[18px]">
                {template.description}
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

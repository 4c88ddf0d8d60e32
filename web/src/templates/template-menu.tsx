// What can be done with a template as a whole: taken away as a file, with its newest versions for another Skein or its
// source alone, and deleted.

import { Ellipsis, FileJson, FileText, Trash2 } from 'lucide-react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { exportUrl } from '../api/templates.ts'
import { Button } from '../parts/button.tsx'
import { Menu, type MenuEntry } from '../parts/menu.tsx'
import { words } from '../words.ts'

const text = words.exchange

interface TemplateMenuProps {
  readonly template: TemplateDetail
  /** Absent for who may not. */
  readonly onDelete: (() => void) | undefined
}

export function TemplateMenu({ template, onDelete }: TemplateMenuProps) {
  const name = fileName(template.name)
  return (
    <Menu
      entries={[
        { kind: 'head', text: text.export },
        {
          kind: 'item',
          icon: FileJson,
          text: text.exportBundle,
          onSelect: () => download(exportUrl(template.id), `${name}.json`),
        },
        {
          kind: 'item',
          icon: FileText,
          text: text.exportSource,
          onSelect: () => downloadText(template.source, `${name}.yaml`),
        },
        ...deletion(onDelete),
      ]}
      trigger={
        <Button className="order-last sm:order-none" icon={Ellipsis} kind="quiet">
          {text.more}
        </Button>
      }
    />
  )
}

const deletion = (onDelete: (() => void) | undefined): readonly MenuEntry[] =>
  onDelete
    ? [
        { kind: 'line' },
        {
          ...{ kind: 'item', icon: Trash2, text: words.template.delete },
          ...{ onSelect: onDelete, danger: true },
        },
      ]
    : []

const fileName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'template'

function download(url: string, name: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}

function downloadText(source: string, name: string): void {
  const url = URL.createObjectURL(new Blob([source], { type: 'application/yaml' }))
  download(url, name)
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}

// A template as a file: with its newest versions for another Skein, or its source alone.

import { Download, FileJson, FileText } from 'lucide-react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { exportUrl } from '../api/templates.ts'
import { Button } from '../parts/button.tsx'
import { Menu } from '../parts/menu.tsx'
import { words } from '../words.ts'

const text = words.exchange

export function ExportMenu({ template }: { readonly template: TemplateDetail }) {
  const name = fileName(template.name)
  return (
    <Menu
      entries={[
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
      ]}
      trigger={
        <Button icon={Download} kind="quiet">
          {text.export}
        </Button>
      }
    />
  )
}

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

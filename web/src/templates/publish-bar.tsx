// Below the source: what is wrong with it, and what can be done with what was typed.

import { Link } from '@tanstack/react-router'
import { GitCompare, Send } from 'lucide-react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { DRAFT } from './diff-page.tsx'
import { Problems } from './problems.tsx'
import type { useCheck } from './use-check.ts'
import type { Editing } from './use-editing.ts'

const text = words.templateEditor

interface PublishBarProps {
  readonly template: TemplateDetail
  readonly editing: Editing
  readonly checked: ReturnType<typeof useCheck>
  readonly isOlder: boolean
  readonly onGo: (line: number, column: number) => void
  readonly onPublish: () => void
}

export function PublishBar({
  template,
  editing,
  checked,
  isOlder,
  onGo,
  onPublish,
}: PublishBarProps) {
  const mend = isOlder ? undefined : (source: string) => editing.setSource(source)
  return (
    <div className="flex shrink-0 flex-col gap-2">
      <Problems checked={checked} onGo={onGo} onMend={mend} source={editing.source} />
      {!isOlder && (
        <div className="flex flex-wrap items-center gap-2">
          <Button disabled={!editing.isChanged} icon={Send} kind="primary" onClick={onPublish}>
            {text.publish}
          </Button>
          {editing.isChanged && (
            <>
              <Button kind="quiet" onClick={() => discard(editing)}>
                {text.discard}
              </Button>
              <Link
                className={buttonClass('quiet')}
                params={{ templateId: template.id }}
                search={{ version: DRAFT, against: template.version.id }}
                to="/templates/$templateId"
              >
                <GitCompare aria-hidden="true" size={15} />
                {text.compareDraft}
              </Link>
            </>
          )}
          <p className="ml-auto text-ink-3 text-xs max-sm:ml-0">
            {editing.isChanged ? text.kept : <span className="max-sm:hidden">{text.keys}</span>}
          </p>
        </div>
      )}
    </div>
  )
}

/** With a way back for as long as it is said. */
export function discard(editing: Editing): void {
  const { source } = editing
  editing.discard()
  toast({
    text: text.discarded,
    tone: 'good',
    action: { text: text.undo, run: () => editing.setSource(source) },
  })
}

// The editor of an existing template with all that stands beside it.

import { Link, useBlocker, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { TemplateDetail } from '#protocol/api/templates.ts'
import { can, useMe } from '../api/session.ts'
import { useSaveTemplate } from '../api/templates.ts'
import { useKeys } from '../app/use-keys.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { Makes } from './makes.tsx'
import { Problems } from './problems.tsx'
import { SourceEditor, type SourceEditorHandle } from './source-editor.tsx'
import { useCheck } from './use-check.ts'
import { Versions } from './versions.tsx'

const text = words.template

interface TemplateEditorProps {
  readonly template: TemplateDetail
  readonly original: string
  /** The version that is looked at. */
  readonly shown: string
}

export function TemplateEditor({ template, original, shown }: TemplateEditorProps) {
  const me = useMe()
  const mayEdit = can(me, 'template.update')
  const isNewest = shown === template.version.id
  const [source, setSource] = useState(original)
  const editor = useRef<SourceEditorHandle>(null)
  const checked = useCheck(source, mayEdit)
  const save = useSave(template, source, () => setSource(source))
  const changed = source !== original
  useKeys({ 'mod+enter': () => mayEdit && changed && save.now() })
  useBlocker({
    shouldBlockFn: () => changed && !save.saved.current && !window.confirm(text.leave),
    enableBeforeUnload: () => changed && !save.saved.current,
  })
  return (
    <div className="grid items-start gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="flex min-w-0 flex-col gap-3">
        {!isNewest && (
          <Older mayEdit={mayEdit} onRestore={save.restore} shown={shown} template={template} />
        )}
        <div className="h-[max(420px,calc(100dvh-320px))]">
          <SourceEditor
            onSave={mayEdit && isNewest ? save.now : undefined}
            onSource={setSource}
            problems={checked.check?.problems ?? []}
            readOnly={!mayEdit || !isNewest}
            ref={editor}
            source={source}
          />
        </div>
        {mayEdit && isNewest && (
          <SaveBar
            changed={changed}
            onDiscard={() => setSource(original)}
            save={save}
            spaces={template.spaces}
          />
        )}
        {!mayEdit && <Advice>{text.readOnly}</Advice>}
      </div>
      <aside className="flex flex-col gap-6">
        {mayEdit && (
          <Problems checked={checked} onGo={(line, column) => editor.current?.goTo(line, column)} />
        )}
        <Makes head={checked.check?.head ?? template.head} />
        <Versions shown={shown} template={template} />
      </aside>
    </div>
  )
}

function useSave(template: TemplateDetail, source: string, onSaved: () => void) {
  const [note, setNote] = useState('')
  const mutation = useSaveTemplate(template.id)
  const navigate = useNavigate()
  // Saving remounts nothing, so the blocker must know at once that there is nothing left to lose.
  const saved = useRef(false)
  const put = (what: string, why: string) =>
    mutation.mutate(
      { source: what, note: why, base: template.version.id },
      {
        onSuccess: (next) => {
          saved.current = true
          setNote('')
          onSaved()
          toast({ text: text.saved(next.version.number), tone: 'good' })
          void navigate({
            to: '/templates/$templateId',
            params: { templateId: template.id },
            search: {},
          }).finally(() => {
            saved.current = false
          })
        },
      },
    )
  return {
    note,
    setNote,
    saved,
    busy: mutation.isPending,
    error: mutation.error,
    now: () => put(source, note),
    restore: (number: number) => put(source, text.restoreNote(number)),
  }
}

interface SaveBarProps {
  readonly changed: boolean
  readonly spaces: number
  readonly save: ReturnType<typeof useSave>
  readonly onDiscard: () => void
}

function SaveBar({ changed, spaces, save, onDiscard }: SaveBarProps) {
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (changed) save.now()
      }}
    >
      {save.error && <ErrorNotice error={save.error} />}
      <TextField
        help={changed ? (spaces > 0 ? text.plan(spaces) : undefined) : text.unchanged}
        label={text.note}
        maxLength={500}
        onValue={save.setNote}
        placeholder={text.notePlaceholder}
        value={save.note}
      />
      <div className="flex gap-2">
        <Button busy={save.busy} disabled={!changed} kind="primary" type="submit">
          {text.save}
        </Button>
        {changed && (
          <Button kind="quiet" onClick={onDiscard}>
            {text.discard}
          </Button>
        )}
      </div>
    </form>
  )
}

interface OlderProps {
  readonly template: TemplateDetail
  readonly shown: string
  readonly mayEdit: boolean
  readonly onRestore: (number: number) => void
}

function Older({ template, shown, mayEdit, onRestore }: OlderProps) {
  const number = template.versions.find(({ id }) => id === shown)?.number ?? 0
  return (
    <Advice>
      <span className="flex flex-wrap items-center gap-3">
        <span className="grow">{text.looking(number)}</span>
        <Link
          className="rounded text-ink underline underline-offset-2"
          params={{ templateId: template.id }}
          search={{}}
          to="/templates/$templateId"
        >
          {text.backToNewest}
        </Link>
        {mayEdit && (
          <Button onClick={() => onRestore(number)} small>
            {text.restore}
          </Button>
        )}
      </span>
    </Advice>
  )
}

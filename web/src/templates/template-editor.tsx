// The editor of an existing template: what is typed, what it would do, and its way to being the newest version.

import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { TemplateDetail, TemplateVersion } from '#protocol/api/templates.ts'
import { can, useMe } from '../api/session.ts'
import { useKeys } from '../app/use-keys.ts'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { toast, toastError } from '../parts/toast.ts'
import { words } from '../words.ts'
import { Aside, type AsideTab } from './aside.tsx'
import { DiffPage } from './diff-page.tsx'
import { BehindNotice, Merging } from './merging.tsx'
import { discard, PublishBar } from './publish-bar.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import type { SourceEditorHandle } from './source-editor.tsx'
import { Found, Older } from './source-notices.tsx'
import { TemplateSource } from './template-source.tsx'
import { useCheck } from './use-check.ts'
import { type Editing, useEditing } from './use-editing.ts'
import { fetchVersion, usePublish } from './use-publish.ts'
import { Workbench } from './workbench.tsx'

interface TemplateEditorProps {
  readonly template: TemplateDetail
  /** An older version that is looked at. */
  readonly older?: { readonly id: string; readonly source: string } | undefined
  /** Two versions that are compared. */
  readonly compared?: { readonly left: string; readonly right: string } | undefined
  /** What is shown beside the source. */
  readonly tab: AsideTab
}

type Open = 'publish' | 'merge' | undefined

export function TemplateEditor({ template, older, compared, tab }: TemplateEditorProps) {
  const editing = useEditing(template)
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  if (compared) {
    const draft = editing.isChanged ? editing.source : undefined
    return <DiffPage {...compared} draft={draft} template={template} />
  }
  if (open === 'merge') {
    const merged = () => {
      close()
      toast({ text: words.merging.merged, tone: 'good' })
    }
    return <Merging editing={editing} onClose={close} onMerged={merged} template={template} />
  }
  return (
    <>
      <Desk editing={editing} older={older} onOpen={setOpen} tab={tab} template={template} />
      {open === 'publish' && <Publishing editing={editing} onClose={close} template={template} />}
    </>
  )
}

interface DeskProps extends Pick<TemplateEditorProps, 'template' | 'older' | 'tab'> {
  readonly editing: Editing
  readonly onOpen: (open: Open) => void
}

function Desk({ template, older, tab, editing, onOpen }: DeskProps) {
  const navigate = useNavigate()
  const mayEdit = can(useMe(), 'template.update')
  const editor = useRef<SourceEditorHandle>(null)
  const returning = usePublish(template)
  const source = older?.source ?? editing.source
  const checked = useCheck(source, mayEdit)
  const publish = () => {
    if (!mayEdit || older) return
    if (!editing.isChanged) toast({ text: words.publish.unchanged, tone: 'good' })
    else onOpen(editing.isBehind ? 'merge' : 'publish')
  }
  // What reaches outside its spaces is not allowed by a click on an old version: it goes the way of a new text.
  const ask = async ({ id }: TemplateVersion) => {
    const { source: old } = await fetchVersion(template.id, id)
    if (editing.isChanged) discard(editing)
    editing.rebase(old)
    onOpen('publish')
  }
  const restore = (version: TemplateVersion) =>
    void (version.permission ? ask(version).catch(toastError) : returning.restore(version))
  useKeys({ 'mod+enter': publish, 'mod+s': publish })
  const aside = (
    <Aside
      busy={returning.busy}
      head={checked.check?.head ?? (mayEdit ? undefined : template.head)}
      mayPlan={mayEdit}
      onTab={(beside) =>
        void navigate({
          ...{ to: '/templates/$templateId', params: { templateId: template.id }, replace: true },
          search: { version: older?.id, beside },
        })
      }
      onRestore={mayEdit ? restore : undefined}
      shown={older?.id ?? template.version.id}
      source={source}
      tab={tab}
      template={template}
    />
  )
  const bar = (
    <PublishBar
      checked={checked}
      editing={editing}
      isOlder={older !== undefined}
      onGo={(line, column) => editor.current?.goTo(line, column)}
      onPublish={publish}
      template={template}
    />
  )
  return (
    <Workbench
      aside={aside}
      below={mayEdit ? bar : <Advice>{words.template.readOnly}</Advice>}
      notices={
        <>
          {returning.error != null && <ErrorNotice error={returning.error} />}
          <Notices editing={editing} older={older} onOpen={onOpen} template={template} />
        </>
      }
      source={
        <TemplateSource
          onSave={publish}
          onSource={editing.setSource}
          problems={checked.check?.problems ?? []}
          readOnly={!mayEdit || older !== undefined}
          ref={editor}
          source={source}
          templateId={template.id}
        />
      }
    />
  )
}

function Notices({ template, older, editing, onOpen }: Omit<DeskProps, 'tab'>) {
  if (older) return <Older shown={older.id} template={template} />
  if (editing.isBehind) return <BehindNotice onOpen={() => onOpen('merge')} template={template} />
  return editing.found ? <Found editing={editing} /> : null
}

interface PublishingProps {
  readonly template: TemplateDetail
  readonly editing: Editing
  readonly onClose: () => void
}

function Publishing({ template, editing, onClose }: PublishingProps) {
  const publishing = usePublish(template)
  const navigate = useNavigate()
  const { source, base } = editing
  const onDone = () => {
    editing.discard()
    onClose()
    const params = { templateId: template.id }
    void navigate({ to: '/templates/$templateId', params, search: ({ beside }) => ({ beside }) })
  }
  const publish = (note: string, allow: boolean) =>
    void publishing.put(
      { source, note, base, allow },
      {
        text: (saved) => words.publish.done(saved.version.number),
        onDone,
        // The newest version is being fetched; with it the page knows that it is behind.
        onConflict: onClose,
      },
    )
  return (
    <PublishDialog
      action={words.publish.action}
      busy={publishing.busy}
      error={publishing.error}
      onClose={onClose}
      onPublish={publish}
      source={source}
      templateId={template.id}
      title={words.publish.title(template.version.number + 1)}
    />
  )
}

// A new template: begin with a starter, with a file from elsewhere or with nothing, change it, create it.

import { useNavigate } from '@tanstack/react-router'
import { Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import type { ComposeImport } from '#protocol/api/bundles.ts'
import type { Starter } from '#protocol/api/templates.ts'
import { useMe } from '../api/session.ts'
import { useSaveTemplate, useStarters } from '../api/templates.ts'
import { useKeys } from '../app/use-keys.ts'
import { Button } from '../parts/button.tsx'
import { Keys } from '../parts/keys.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { Aside, type AsideTab } from './aside.tsx'
import { dropDraft, keepDraft, NEW_TEMPLATE, readDraft } from './drafts.ts'
import { ImportDialog } from './import-dialog.tsx'
import { ImportNotes } from './import-notes.tsx'
import { Problems } from './problems.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import type { SourceEditorHandle } from './source-editor.tsx'
import { StarterRow } from './starter-row.tsx'
import { TemplateSource } from './template-source.tsx'
import { useCheck } from './use-check.ts'
import { Workbench } from './workbench.tsx'

const text = words.newTemplate

const blank: Starter = {
  key: 'blank',
  name: text.blank,
  description: text.blankText,
  source: `name: My template
main: dev
services:
  dev:
    image: debian:12
`,
}

/** What was typed here before and not created. */
const kept = (source: string): Starter => ({
  ...{ key: 'kept', name: text.kept, description: text.keptText, source },
})

export function NewTemplatePage() {
  const starters = useStarters()
  const [isImporting, setImporting] = useState(false)
  const actions = (
    <Button icon={Upload} onClick={() => setImporting(true)}>
      {words.exchange.import}
    </Button>
  )
  return (
    <Page actions={actions} full lead={text.lead} title={text.title}>
      {starters.isPending && <Loading label={text.loading} />}
      {starters.error && (
        <ErrorNotice error={starters.error} retry={() => void starters.refetch()} />
      )}
      {starters.data && (
        <Editor
          isImporting={isImporting}
          onImported={() => setImporting(false)}
          starters={[...starters.data, blank]}
        />
      )}
    </Page>
  )
}

/** The text, with what of it is kept for the next visit. */
function useNewSource(starters: readonly Starter[]) {
  const { user } = useMe()
  const [found] = useState(() => readDraft(user.id, NEW_TEMPLATE)?.source)
  const all = found === undefined ? starters : [kept(found), ...starters]
  const [chosen, setChosen] = useState(all[0] ?? blank)
  const [source, setSource] = useState(chosen.source)
  const [made, setMade] = useState<ComposeImport>()
  return {
    ...{ all, chosen, source, made },
    type: (next: string) => {
      setSource(next)
      keepDraft(user.id, NEW_TEMPLATE, { source: next, base: '', atMs: Date.now() })
    },
    choose: (starter: Starter) => {
      setMade(undefined)
      setChosen(starter)
      setSource(starter.source)
    },
    bring: (next: string, from?: ComposeImport) => {
      setMade(from)
      setChosen(kept(next))
      setSource(next)
      keepDraft(user.id, NEW_TEMPLATE, { source: next, base: '', atMs: Date.now() })
    },
    forget: () => dropDraft(user.id, NEW_TEMPLATE),
  }
}

interface EditorProps {
  readonly starters: readonly Starter[]
  readonly isImporting: boolean
  readonly onImported: () => void
}

function Editor({ starters, isImporting, onImported }: EditorProps) {
  const writing = useNewSource(starters)
  const { source } = writing
  const editor = useRef<SourceEditorHandle>(null)
  const [tab, setTab] = useState<AsideTab>('preview')
  const checked = useCheck(source, true)
  const creating = useCreate(source, checked.check?.head?.reaches ?? [], writing.forget)
  useKeys({ 'mod+enter': creating.begin, 'mod+s': creating.begin })
  return (
    <>
      <StarterRow chosen={writing.chosen} onChoose={writing.choose} starters={writing.all} />
      <Workbench
        aside={
          <Aside head={checked.check?.head} mayPlan onTab={setTab} source={source} tab={tab} />
        }
        below={
          <div className="flex shrink-0 flex-col gap-2">
            <Problems
              checked={checked}
              onGo={(line, column) => editor.current?.goTo(line, column)}
              onMend={writing.type}
              source={source}
            />
            {creating.error != null && !creating.isAsking && <ErrorNotice error={creating.error} />}
            <div className="flex flex-wrap items-center gap-3">
              <Button busy={creating.busy} kind="primary" onClick={creating.begin}>
                {text.save}
              </Button>
              <span className="max-sm:hidden">
                <Keys faint keys="mod+enter" />
              </span>
            </div>
          </div>
        }
        notices={writing.made && <ImportNotes made={writing.made} />}
        source={
          <TemplateSource
            onSave={creating.begin}
            onSource={writing.type}
            problems={checked.check?.problems ?? []}
            readOnly={false}
            ref={editor}
            source={source}
          />
        }
      />
      {creating.isAsking && (
        <PublishDialog
          action={text.save}
          busy={creating.busy}
          error={creating.error}
          onClose={creating.cancel}
          onPublish={creating.create}
          source={source}
          title={words.publish.titleNew}
        />
      )}
      {isImporting && (
        <ImportDialog
          onClose={onImported}
          onSource={(next, from) => {
            onImported()
            writing.bring(next, from)
          }}
        />
      )}
    </>
  )
}

/** At once, but for what reaches outside its spaces: that is asked about. */
function useCreate(source: string, reaches: readonly string[], onCreated: () => void) {
  const [isAsking, setAsking] = useState(false)
  const save = useSaveTemplate()
  const navigate = useNavigate()
  const create = (note: string, allow: boolean) =>
    save.mutate(
      { source, note, allow },
      {
        onSuccess: (made) => {
          onCreated()
          toast({ text: text.created(made.name), tone: 'good' })
          void navigate({ to: '/templates/$templateId', params: { templateId: made.id } })
        },
      },
    )
  return {
    ...{ isAsking, create, busy: save.isPending, error: save.error },
    begin: () => (reaches.length > 0 ? setAsking(true) : create('', false)),
    cancel: () => {
      save.reset()
      setAsking(false)
    },
  }
}

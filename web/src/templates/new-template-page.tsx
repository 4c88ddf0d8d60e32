// A new template: begin with a starter, change it, save it.

import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Starter } from '#protocol/api/templates.ts'
import { useSaveTemplate, useStarters } from '../api/templates.ts'
import { useKeys } from '../app/use-keys.ts'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { Makes } from './makes.tsx'
import { Problems } from './problems.tsx'
import { SourceEditor, type SourceEditorHandle } from './source-editor.tsx'
import { TemplateIcon } from './template-icon.tsx'
import { useCheck } from './use-check.ts'

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

export function NewTemplatePage() {
  const starters = useStarters()
  return (
    <Page lead={text.lead} title={text.title}>
      {starters.isPending && <Loading label={text.loading} />}
      {starters.error && (
        <ErrorNotice error={starters.error} retry={() => void starters.refetch()} />
      )}
      {starters.data && <Editor starters={[...starters.data, blank]} />}
    </Page>
  )
}

function Editor({ starters }: { readonly starters: readonly Starter[] }) {
  const [chosen, setChosen] = useState(starters[0] ?? blank)
  const [source, setSource] = useState(chosen.source)
  const editor = useRef<SourceEditorHandle>(null)
  const checked = useCheck(source, true)
  const save = useSaveTemplate()
  const navigate = useNavigate()
  const create = () =>
    save.mutate(
      { source, note: '' },
      {
        onSuccess: (made) => {
          toast({ text: text.created(made.name), tone: 'good' })
          void navigate({ to: '/templates/$templateId', params: { templateId: made.id } })
        },
      },
    )
  useKeys({ 'mod+enter': create })
  const choose = (starter: Starter) => {
    setChosen(starter)
    setSource(starter.source)
  }
  return (
    <>
      <StarterRow chosen={chosen} onChoose={choose} starters={starters} />
      <div className="grid items-start gap-x-8 gap-y-6 lg:grid-cols-[minmax(0,1fr)_320px]">
        <div className="flex min-w-0 flex-col gap-3">
          <div className="h-[max(420px,calc(100dvh-340px))]">
            <SourceEditor
              onSave={create}
              onSource={setSource}
              problems={checked.check?.problems ?? []}
              readOnly={false}
              ref={editor}
              source={source}
            />
          </div>
          {save.error && <ErrorNotice error={save.error} />}
          <Button busy={save.isPending} className="self-start" kind="primary" onClick={create}>
            {text.save}
          </Button>
        </div>
        <aside className="flex flex-col gap-6">
          <Problems checked={checked} onGo={(line, column) => editor.current?.goTo(line, column)} />
          {checked.check?.head && <Makes head={checked.check.head} />}
        </aside>
      </div>
    </>
  )
}

interface StarterRowProps {
  readonly starters: readonly Starter[]
  readonly chosen: Starter
  readonly onChoose: (starter: Starter) => void
}

function StarterRow({ starters, chosen, onChoose }: StarterRowProps) {
  return (
    <fieldset aria-label={text.starters} className="mb-5 grid gap-2 sm:grid-cols-2 lg:grid-cols-5">
      {starters.map((starter) => (
        <label
          className="flex items-start gap-2.5 rounded-md border px-3 py-2.5 hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent"
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

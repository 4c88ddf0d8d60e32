// Bringing a template in: a file is dropped, chosen or pasted, and what it is is found out from what is in it.

import { useNavigate } from '@tanstack/react-router'
import { Upload } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import type { ComposeImport, TemplateBundle, TemplateImport } from '#protocol/api/bundles.ts'
import { convertCompose, useImportTemplate } from '../api/templates.ts'
import { RequestError } from '../net/request.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Field, TextArea } from '../parts/field.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { Switch } from '../parts/switch.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'
import { MAX_IMPORT_CHARS, readImport } from './read-import.ts'

const text = words.exchange

interface ImportDialogProps {
  readonly onClose: () => void
  /** A source for the editor, and what became of a Compose file’s words. */
  readonly onSource: (source: string, made?: ComposeImport) => void
}

export function ImportDialog({ onClose, onSource }: ImportDialogProps) {
  const [typed, setTyped] = useState('')
  const bringing = useBringing(onSource)
  const { bundle, done } = bringing
  const [allow, setAllow] = useState(false)
  const navigate = useNavigate()
  const open = (id: string) =>
    void navigate({ to: '/templates/$templateId', params: { templateId: id } })
  return (
    <Dialog
      description={text.importText}
      onOpenChange={(isOpen) => !isOpen && onClose()}
      open
      title={text.import}
      wide
    >
      {done ? (
        <Skipped done={done} onOpen={() => open(done.template.id)} />
      ) : (
        <div className="flex flex-col gap-4">
          <DropFile onText={bringing.bring} />
          <Field label={text.pasteLabel} optional={text.paste}>
            {(aria) => <TextArea {...aria} onValue={setTyped} rows={6} value={typed} />}
          </Field>
          {bringing.error != null && <ErrorNotice error={bringing.error} />}
          {bringing.needsPermission && (
            <div className="flex items-center justify-between gap-4 text-sm">
              {words.publish.allow}
              <Switch label={words.publish.allow} on={allow} onChange={setAllow} />
            </div>
          )}
          <DialogActions>
            <Button kind="quiet" onClick={onClose}>
              {words.actions.cancel}
            </Button>
            <Button
              busy={bringing.busy}
              disabled={typed.trim() === '' && !bundle}
              kind="primary"
              onClick={() => (bundle ? bringing.send(bundle, allow) : bringing.bring(typed))}
            >
              {text.convert}
            </Button>
          </DialogActions>
        </div>
      )}
    </Dialog>
  )
}

function useBringing(onSource: ImportDialogProps['onSource']) {
  const [bundle, setBundle] = useState<TemplateBundle>()
  const [done, setDone] = useState<TemplateImport>()
  const [error, setError] = useState<unknown>()
  const [converting, setConverting] = useState(false)
  const mutation = useImportTemplate()
  const navigate = useNavigate()
  const send = (sent: TemplateBundle, allow: boolean) => {
    setBundle(sent)
    setError(undefined)
    mutation.mutate(
      { bundle: sent, allow },
      {
        onError: setError,
        onSuccess: (made) => {
          toast({ text: text.imported(made.template.name), tone: 'good' })
          if (made.skipped.length > 0) return setDone(made)
          const params = { templateId: made.template.id }
          return void navigate({ to: '/templates/$templateId', params })
        },
      },
    )
  }
  const convert = async (source: string) => {
    setConverting(true)
    setError(undefined)
    try {
      const made = await convertCompose(source)
      onSource(made.source ?? source, made)
    } catch (caught) {
      setError(caught)
    } finally {
      setConverting(false)
    }
  }
  const bring = (typed: string) => {
    if (typed.length > MAX_IMPORT_CHARS) return setError(new Error(text.tooLarge))
    const brought = readImport(typed)
    if (brought.kind === 'bundle') return send(brought.bundle, false)
    if (brought.kind === 'compose') return void convert(brought.source)
    toast({ text: text.own, tone: 'good' })
    return onSource(brought.source)
  }
  const needsPermission = error instanceof RequestError && error.code === 'template_not_allowed'
  return {
    bring,
    send,
    bundle,
    done,
    error,
    needsPermission,
    busy: converting || mutation.isPending,
  }
}

function DropFile({ onText }: { readonly onText: (text: string) => void }) {
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const take = (file: File | undefined) => {
    if (file) void file.text().then(onText, () => undefined)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a pointer's way; the button is everyone's
    <div
      className={cx(
        'flex items-center justify-center rounded-md border border-dashed px-4 py-6',
        over ? 'border-accent bg-accent-soft' : 'border-line-strong',
      )}
      onDragLeave={() => setOver(false)}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDrop={drop}
    >
      <Button icon={Upload} onClick={() => input.current?.click()}>
        {text.choose}
      </Button>
      <input
        accept=".json,.yaml,.yml,text/yaml,application/json"
        aria-label={text.choose}
        className="hidden"
        onChange={(event) => {
          take(event.target.files?.[0])
          // The same file once more is news as well.
          event.target.value = ''
        }}
        ref={input}
        type="file"
      />
    </div>
  )
}

function Skipped({ done, onOpen }: { readonly done: TemplateImport; readonly onOpen: () => void }) {
  return (
    <>
      <Advice>
        {text.skipped(done.skipped.length)}
        <ul>
          {done.skipped.map(({ number, reason }) => (
            <li key={number}>
              {text.skippedOne(number)}: {reason}
            </li>
          ))}
        </ul>
      </Advice>
      <DialogActions>
        <Button kind="primary" onClick={onOpen}>
          {text.open}
        </Button>
      </DialogActions>
    </>
  )
}

// Before a version becomes the newest: what it does to whom, what it is allowed, and a word on what changed.

import { useState } from 'react'
import type { TemplateProblem } from '#protocol/api/templates.ts'
import { useTemplatePlan } from '../api/templates.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { Keys } from '../parts/keys.tsx'
import { Loading } from '../parts/loading.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { Switch } from '../parts/switch.tsx'
import { words } from '../words.ts'
import { PlanView } from './plan-view.tsx'

const text = words.publish

interface PublishDialogProps {
  readonly title: string
  readonly action: string
  readonly source: string
  /** Absent for a new template. */
  readonly templateId?: string | undefined
  readonly note?: string
  readonly busy: boolean
  readonly error: unknown
  readonly onPublish: (note: string, allow: boolean) => void
  readonly onClose: () => void
}

export function PublishDialog(props: PublishDialogProps) {
  const { title, action, source, templateId, busy, error, onPublish, onClose } = props
  const [note, setNote] = useState(props.note ?? '')
  const [allow, setAllow] = useState(false)
  const planned = useTemplatePlan({ source, ...(templateId && { templateId }) }, true)
  // What is still shown of an earlier text is not what would be published.
  const plan = planned.isPlaceholderData ? undefined : planned.data
  const problems = plan?.problems ?? []
  const reaches = plan?.reaches ?? []
  const ready = plan !== undefined && problems.length === 0 && (reaches.length === 0 || allow)
  const publish = () => ready && onPublish(note, allow && reaches.length > 0)
  return (
    <Dialog
      description={text.text}
      onOpenChange={(open) => !open && onClose()}
      open
      title={title}
      wide
    >
      <form
        className="flex flex-col gap-4"
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) publish()
        }}
        onSubmit={(event) => {
          event.preventDefault()
          publish()
        }}
      >
        <TextField
          label={text.note}
          maxLength={500}
          onValue={setNote}
          placeholder={text.notePlaceholder}
          value={note}
        />
        {reaches.length > 0 && <Allow allow={allow} onAllow={setAllow} reaches={reaches} />}
        {planned.error && (
          <ErrorNotice error={planned.error} retry={() => void planned.refetch()} />
        )}
        {!plan && !planned.error && <Loading label={words.plan.waiting} />}
        {problems.length > 0 && <Broken problems={problems} />}
        {plan && problems.length === 0 && <PlanView plan={plan} />}
        {error != null && <ErrorNotice error={error} />}
        <DialogActions>
          <span className="mr-auto self-center max-sm:hidden">
            <Keys faint keys="mod+enter" />
          </span>
          <Button kind="quiet" onClick={onClose}>
            {words.actions.cancel}
          </Button>
          <Button busy={busy} disabled={!ready} kind="primary" type="submit">
            {action}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function Broken({ problems }: { readonly problems: readonly TemplateProblem[] }) {
  return (
    <Advice>
      <p className="font-medium text-ink">{text.broken(problems.length)}</p>
      <ul>
        {problems.map(({ line, column, message }) => (
          <li key={`${line}:${column}:${message}`}>
            <span className="font-mono text-xs">{words.template.problemAt(line, column)}</span>{' '}
            {message}
          </li>
        ))}
      </ul>
    </Advice>
  )
}

interface AllowProps {
  readonly reaches: readonly string[]
  readonly allow: boolean
  readonly onAllow: (allow: boolean) => void
}

function Allow({ reaches, allow, onAllow }: AllowProps) {
  return (
    <section className="rounded-md border border-line-strong bg-amber-soft px-3 py-2.5">
      <div className="flex items-start justify-between gap-4">
        <p className="font-medium text-sm">{text.allow}</p>
        <Switch label={text.allow} on={allow} onChange={onAllow} />
      </div>
      <ul className="my-1 list-disc pl-5 font-mono text-xs">
        {reaches.map((reach) => (
          <li key={reach}>{reach}</li>
        ))}
      </ul>
      <p className="text-ink-2 text-xs">{text.allowText}</p>
    </section>
  )
}

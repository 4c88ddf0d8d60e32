// Makes a token and shows it, once.

import { type FormEvent, useState } from 'react'
import type { NewToken as Made } from '#protocol/api/access.ts'
import { MAX_CREDENTIAL_NAME_CHARS } from '#protocol/api/credential-limits.ts'
import { type TokenScope, tokenScopes } from '#protocol/api/token-scopes.ts'
import { useCreateToken } from '../api/access.ts'
import { Button } from '../parts/button.tsx'
import { CodeLine, Command } from '../parts/code-line.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Field, TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { words } from '../words.ts'

const text = words.tokens
/** Longer than most forget what it was for, shorter than most keep a laptop. */
const USUAL_DAYS = '90'
const scopeOptions = tokenScopes.map((value) => ({ value, label: words.scopes[value].name }))
const scopeOf = (value: string): TokenScope =>
  tokenScopes.find((scope) => scope === value) ?? 'read'
const options = Object.entries(text.after).map(([value, label]) => ({ value, label }))

export function NewToken({ onClose }: { readonly onClose: () => void }) {
  const [made, setMade] = useState<Made>()
  return (
    <Dialog
      description={made ? text.once : text.createText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={made ? text.made(made.token.name) : text.createTitle}
    >
      {made ? <Secret made={made} onClose={onClose} /> : <Ask onClose={onClose} onMade={setMade} />}
    </Dialog>
  )
}

interface AskProps {
  readonly onMade: (made: Made) => void
  readonly onClose: () => void
}

function Ask({ onMade, onClose }: AskProps) {
  const [name, setName] = useState('')
  const [days, setDays] = useState(USUAL_DAYS)
  const [scope, setScope] = useState<TokenScope>('all')
  const [checked, setChecked] = useState(false)
  const create = useCreateToken()
  const missing = name.trim() === ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (missing) return
    const end = days === 'never' ? {} : { expiresInDays: Number(days) }
    create.mutate({ name: name.trim(), scopes: [scope], ...end }, { onSuccess: onMade })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      <TextField
        error={checked && missing ? words.checks.required : undefined}
        help={text.nameHelp}
        label={text.name}
        maxLength={MAX_CREDENTIAL_NAME_CHARS}
        onValue={setName}
        placeholder={text.nameHint}
        value={name}
      />
      <Field help={words.scopes[scope].text} label={words.scopesLabel}>
        {(aria) => (
          <Select
            aria={aria}
            onValue={(value) => setScope(scopeOf(value))}
            options={scopeOptions}
            value={scope}
          />
        )}
      </Field>
      <Field help={days === 'never' ? text.neverHelp : undefined} label={text.expires}>
        {(aria) => <Select aria={aria} onValue={setDays} options={options} value={days} />}
      </Field>
      {create.error && <ErrorNotice error={create.error} />}
      <DialogActions>
        <Button kind="quiet" onClick={onClose}>
          {words.actions.cancel}
        </Button>
        <Button busy={create.isPending} kind="primary" type="submit">
          {text.submit}
        </Button>
      </DialogActions>
    </form>
  )
}

function Secret({ made, onClose }: { readonly made: Made; readonly onClose: () => void }) {
  const example = `curl -H "Authorization: Bearer ${made.secret}" ${location.origin}/api/v1/spaces`
  return (
    <div className="flex flex-col gap-4">
      <CodeLine big label={text.copySecret} text={made.secret} />
      <Command label={text.copyExample} text={example} title={text.example} />
      <DialogActions>
        <Button kind="primary" onClick={onClose}>
          {text.done}
        </Button>
      </DialogActions>
    </div>
  )
}

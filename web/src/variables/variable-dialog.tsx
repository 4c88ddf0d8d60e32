// Sets a variable, or changes one. A secret’s field begins empty, since nobody is told what it was.

import { type FormEvent, useState } from 'react'
import {
  MAX_VARIABLE_CHARS,
  MIN_SECRET_CHARS,
  VARIABLE_NAME,
} from '#protocol/api/variable-limits.ts'
import type { Variable } from '#protocol/api/variables.ts'
import { type Scope, useSetVariable } from '../api/variables.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Field, TextArea, TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Switch } from '../parts/switch.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'

const text = words.variables

interface VariableDialogProps {
  readonly scope: Scope
  /** Absent for a new one. */
  readonly variable: Variable | undefined
  readonly onClose: () => void
  readonly onRemove: () => void
}

export function VariableDialog(props: VariableDialogProps) {
  const { variable, onClose } = props
  const title = variable ? text.changeTitle(variable.name) : text.addTitle
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open title={title}>
      <VariableForm {...props} />
    </Dialog>
  )
}

function VariableForm({ scope, variable, onClose, onRemove }: VariableDialogProps) {
  const [name, setName] = useState(variable?.name ?? '')
  const [value, setValue] = useState(variable?.value ?? '')
  const [isSecret, setSecret] = useState(variable?.isSecret ?? false)
  const [checked, setChecked] = useState(false)
  const set = useSetVariable(scope)
  const wrongName = !VARIABLE_NAME.test(name)
  const short = isSecret && value.trim().length < MIN_SECRET_CHARS
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (wrongName || short) return
    const onSuccess = () => {
      toast({ text: text.saved(name), tone: 'good' })
      onClose()
    }
    set.mutate({ name, wish: { value, isSecret } }, { onSuccess })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      {!variable && (
        <TextField
          error={checked && wrongName ? text.nameWrong : undefined}
          help={text.nameHelp}
          label={text.name}
          mono
          onValue={setName}
          value={name}
        />
      )}
      {!variable?.isSecret && (
        <Field help={text.secretHelp} label={text.secret}>
          {(aria) => <Switch aria={aria} on={isSecret} onChange={setSecret} />}
        </Field>
      )}
      <Field
        error={checked && short ? text.short(MIN_SECRET_CHARS) : undefined}
        help={isSecret ? text.secretValueHelp : undefined}
        label={text.value}
      >
        {(aria) => (
          <TextArea
            {...aria}
            autoCapitalize="none"
            autoComplete="off"
            maxLength={MAX_VARIABLE_CHARS}
            onValue={setValue}
            rows={3}
            value={value}
          />
        )}
      </Field>
      {set.error && <ErrorNotice error={set.error} />}
      <DialogActions>
        {variable && (
          <Button className="mr-auto" kind="danger" onClick={onRemove}>
            {text.remove}
          </Button>
        )}
        <Button kind="quiet" onClick={onClose}>
          {words.actions.cancel}
        </Button>
        <Button busy={set.isPending} kind="primary" type="submit">
          {text.save}
        </Button>
      </DialogActions>
    </form>
  )
}

// The password once more, before something that a stolen session must not do.

import { type FormEvent, useState } from 'react'
import { Button, type ButtonKind } from '../parts/button.tsx'
import { DialogActions } from '../parts/dialog.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { PasswordField } from '../session/password-field.tsx'
import { words } from '../words.ts'

interface ProvePasswordProps {
  readonly action: string
  readonly kind: ButtonKind
  readonly busy: boolean
  readonly error: unknown
  readonly onProve: (password: string) => void
  readonly onClose: () => void
}

export function ProvePassword(props: ProvePasswordProps) {
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (password !== '') props.onProve(password)
  }
  return (
    <form noValidate onSubmit={submit}>
      <PasswordField
        autoComplete="current-password"
        label={words.account.current}
        onValue={setPassword}
        value={password}
      />
      {props.error != null && <ErrorNotice className="mt-3" error={props.error} />}
      <DialogActions>
        <Button kind="quiet" onClick={props.onClose}>
          {words.actions.cancel}
        </Button>
        <Button busy={props.busy} disabled={password === ''} kind={props.kind} type="submit">
          {props.action}
        </Button>
      </DialogActions>
    </form>
  )
}

// The login for one registry.

import { type FormEvent, useState } from 'react'
import type { Registry } from '#protocol/api/variables.ts'
import { useSetRegistry } from '../api/variables.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { words } from '../words.ts'

const text = words.registries

interface RegistryDialogProps {
  /** Absent for a new one. */
  readonly registry: Registry | undefined
  readonly onClose: () => void
  readonly onRemove: () => void
}

export function RegistryDialog(props: RegistryDialogProps) {
  const { registry, onClose } = props
  const title = registry ? text.changeNamed(registry.host) : text.add
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open title={title}>
      <RegistryForm {...props} />
    </Dialog>
  )
}

function RegistryForm({ registry, onClose, onRemove }: RegistryDialogProps) {
  const [host, setHost] = useState(registry?.host ?? '')
  const [username, setUsername] = useState(registry?.username ?? '')
  const [secret, setSecret] = useState('')
  const [checked, setChecked] = useState(false)
  const set = useSetRegistry()
  const problem = (value: string) =>
    checked && value.trim() === '' ? words.checks.required : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if ([host, username, secret].some((value) => value.trim() === '')) return
    const onSuccess = () => {
      toast({ text: text.saved(host), tone: 'good' })
      onClose()
    }
    set.mutate({ host: host.trim(), wish: { username: username.trim(), secret } }, { onSuccess })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      {!registry && (
        <TextField
          error={problem(host)}
          help={text.hostHelp}
          label={text.host}
          onValue={setHost}
          placeholder={text.hostHint}
          value={host}
        />
      )}
      <TextField
        error={problem(username)}
        label={text.username}
        onValue={setUsername}
        value={username}
      />
      <TextField
        autoComplete="new-password"
        error={problem(secret)}
        help={words.variables.secretValueHelp}
        label={text.secret}
        onValue={setSecret}
        type="password"
        value={secret}
      />
      {set.error && <ErrorNotice error={set.error} />}
      <DialogActions>
        {registry && (
          <Button className="mr-auto" kind="danger" onClick={onRemove}>
            {text.remove}
          </Button>
        )}
        <Button kind="quiet" onClick={onClose}>
          {words.actions.cancel}
        </Button>
        <Button busy={set.isPending} kind="primary" type="submit">
          {words.variables.save}
        </Button>
      </DialogActions>
    </form>
  )
}

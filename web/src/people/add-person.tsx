// Adds a person with a first password that they change themselves.

import { type FormEvent, useState } from 'react'
import type { Role } from '#protocol/api/people.ts'
import { newId } from '#protocol/ids.ts'
import { useCreateUser } from '../api/people.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Field, TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { toast } from '../parts/toast.ts'
import { passwordProblem, userNameProblem } from '../session/checks.ts'
import { words } from '../words.ts'
import { NewPassword } from './new-password.tsx'

const text = words.people

const roleOptions = [
  { value: 'member', label: text.roles.member },
  { value: 'administrator', label: text.roles.administrator },
] as const

export function AddPerson({ onClose }: { readonly onClose: () => void }) {
  const [id] = useState(() => newId())
  const [username, setUsername] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [role, setRole] = useState<Role>('member')
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)
  const create = useCreateUser()
  const problems = { username: userNameProblem(username), password: passwordProblem(password) }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (problems.username || problems.password) return
    create.mutate(
      { id, username, displayName, role, password },
      {
        onSuccess: () => {
          toast({ text: text.added(displayName || username), tone: 'good' })
          onClose()
        },
      },
    )
  }
  return (
    <Dialog
      description={text.addText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={text.addTitle}
    >
      <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
        <TextField
          error={checked ? problems.username : undefined}
          label={words.setup.username}
          onValue={(value) => setUsername(value.toLowerCase())}
          value={username}
        />
        <TextField
          autoCapitalize="words"
          label={words.setup.displayName}
          onValue={setDisplayName}
          optional={words.newSpace.optional}
          value={displayName}
        />
        <Field label={text.role}>
          {(aria) => (
            <Select
              aria={aria}
              onValue={(value) => setRole(value === 'administrator' ? value : 'member')}
              options={roleOptions}
              value={role}
            />
          )}
        </Field>
        <NewPassword
          error={checked ? problems.password : undefined}
          label={words.setup.password}
          onValue={setPassword}
          value={password}
        />
        {create.error && <ErrorNotice error={create.error} />}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {words.actions.cancel}
          </Button>
          <Button busy={create.isPending} kind="primary" type="submit">
            {words.actions.add}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

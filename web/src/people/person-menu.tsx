// What an administrator can do with a person.

import { Ellipsis, KeyRound, ShieldCheck, ShieldOff, Trash2, UserCheck, UserX } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { UpdateUser, User } from '#protocol/api/people.ts'
import { useDeleteUser, useUpdateUser } from '../api/people.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Menu, MenuItem, MenuLine } from '../parts/menu.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast, toastError } from '../parts/toast.ts'
import { passwordProblem } from '../session/checks.ts'
import { words } from '../words.ts'
import { NewPassword } from './new-password.tsx'

const text = words.people

interface PersonMenuProps {
  readonly user: User
  readonly isMe: boolean
}

type Floating = 'none' | 'password' | 'delete'

export function PersonMenu({ user, isMe }: PersonMenuProps) {
  const [floating, setFloating] = useState<Floating>('none')
  const update = useUpdateUser()
  const change = (what: UpdateUser) =>
    update.mutate({ id: user.id, change: what }, { onError: toastError })
  const administrator = user.role === 'administrator'
  const close = () => setFloating('none')
  return (
    <>
      <Menu trigger={<IconButton icon={Ellipsis} label={text.menu(user.username)} />}>
        <MenuItem icon={KeyRound} onSelect={() => setFloating('password')}>
          {text.reset}
        </MenuItem>
        <MenuItem
          disabled={isMe}
          icon={administrator ? ShieldOff : ShieldCheck}
          onSelect={() => change({ role: administrator ? 'member' : 'administrator' })}
        >
          {administrator ? text.demote : text.promote}
        </MenuItem>
        <MenuItem
          disabled={isMe}
          icon={user.disabled ? UserCheck : UserX}
          onSelect={() => change({ disabled: !user.disabled })}
        >
          {user.disabled ? text.enable : text.disable}
        </MenuItem>
        <MenuLine />
        <MenuItem danger disabled={isMe} icon={Trash2} onSelect={() => setFloating('delete')}>
          {text.remove}
        </MenuItem>
      </Menu>
      {floating === 'password' && <ResetPassword onClose={close} user={user} />}
      {floating === 'delete' && <DeletePerson onClose={close} user={user} />}
    </>
  )
}

interface PersonDialogProps {
  readonly user: User
  readonly onClose: () => void
}

function ResetPassword({ user, onClose }: PersonDialogProps) {
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)
  const update = useUpdateUser()
  const problem = passwordProblem(password)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (problem) return
    update.mutate(
      { id: user.id, change: { password } },
      {
        onSuccess: () => {
          toast({ text: text.resetDone(user.username), tone: 'good' })
          onClose()
        },
      },
    )
  }
  return (
    <Dialog
      description={text.resetText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={text.resetTitle(user.username)}
    >
      <form noValidate onSubmit={submit}>
        <NewPassword
          error={checked ? problem : undefined}
          label={words.account.next}
          onValue={setPassword}
          value={password}
        />
        {update.error && <ErrorNotice className="mt-3" error={update.error} />}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {words.actions.cancel}
          </Button>
          <Button busy={update.isPending} kind="primary" type="submit">
            {text.reset}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function DeletePerson({ user, onClose }: PersonDialogProps) {
  const remove = useDeleteUser()
  return (
    <Confirm
      action={text.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate(user.id, { onSuccess: onClose })}
      onOpenChange={(open) => !open && onClose()}
      open
      text={text.removeText}
      title={text.removeTitle(user.username)}
    />
  )
}

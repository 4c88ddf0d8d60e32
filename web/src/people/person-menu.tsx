// What an administrator can do with a person.

import {
  Ellipsis,
  KeyRound,
  Link2,
  ShieldCheck,
  ShieldOff,
  Trash2,
  UserCheck,
  UserX,
} from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { NewInvitation } from '#protocol/api/invitations.ts'
import type { UpdateUser, User } from '#protocol/api/people.ts'
import { useDeleteUser, useResetLink, useUpdateUser } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { Menu, type MenuEntry, when } from '../parts/menu.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast, toastError } from '../parts/toast.ts'
import { passwordProblem } from '../session/checks.ts'
import { words } from '../words.ts'
import { NewPassword } from './new-password.tsx'
import { OneTimeLink } from './one-time-link.tsx'

const text = words.people

interface PersonMenuProps {
  readonly user: User
  readonly isMe: boolean
}

type Floating = 'none' | 'password' | 'link' | 'delete'

export function PersonMenu({ user, isMe }: PersonMenuProps) {
  const [floating, setFloating] = useState<Floating>('none')
  const me = useMe()
  const update = useUpdateUser()
  const change = (what: UpdateUser) =>
    update.mutate({ id: user.id, change: what }, { onError: toastError })
  const administrator = user.role === 'administrator'
  const close = () => setFloating('none')
  const governs = can(me, 'user.govern')
  const entries: readonly MenuEntry[] = [
    ...when(governs, {
      kind: 'item',
      icon: Link2,
      text: words.invite.resetLink,
      onSelect: () => setFloating('link'),
    }),
    ...when(governs, {
      kind: 'item',
      icon: KeyRound,
      text: text.reset,
      onSelect: () => setFloating('password'),
    }),
    ...when(me.user.role === 'administrator', {
      kind: 'item',
      icon: administrator ? ShieldOff : ShieldCheck,
      text: administrator ? text.demote : text.promote,
      disabled: isMe,
      onSelect: () => change({ role: administrator ? 'member' : 'administrator' }),
    }),
    ...when(governs, {
      kind: 'item',
      icon: user.disabled ? UserCheck : UserX,
      text: user.disabled ? text.enable : text.disable,
      disabled: isMe,
      onSelect: () => change({ disabled: !user.disabled }),
    }),
    ...when(can(me, 'user.delete'), { kind: 'line' }),
    ...when(can(me, 'user.delete'), {
      kind: 'item',
      icon: Trash2,
      text: text.remove,
      danger: true,
      disabled: isMe,
      onSelect: () => setFloating('delete'),
    }),
  ]
  if (entries.length === 0) return null
  return (
    <>
      <Menu
        entries={entries}
        trigger={<IconButton icon={Ellipsis} label={text.menu(user.username)} />}
      />
      {floating === 'link' && <ResetLink onClose={close} user={user} />}
      {floating === 'password' && <ResetPassword onClose={close} user={user} />}
      {floating === 'delete' && <DeletePerson onClose={close} user={user} />}
    </>
  )
}

interface PersonDialogProps {
  readonly user: User
  readonly onClose: () => void
}

function ResetLink({ user, onClose }: PersonDialogProps) {
  const reset = useResetLink()
  const [made, setMade] = useState<NewInvitation>()
  return (
    <Dialog
      description={made ? words.invite.once : words.invite.resetText}
      onOpenChange={(open) => !open && onClose()}
      open
      title={words.invite.madeReset(user.username)}
    >
      {made ? (
        <OneTimeLink onClose={onClose} token={made.token} />
      ) : (
        <>
          {reset.error && <ErrorNotice error={reset.error} />}
          <DialogActions>
            <Button kind="quiet" onClick={onClose}>
              {words.actions.cancel}
            </Button>
            <Button
              busy={reset.isPending}
              kind="primary"
              onClick={() => reset.mutate(user.id, { onSuccess: setMade })}
            >
              {words.invite.resetLink}
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  )
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

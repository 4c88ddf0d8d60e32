// Makes a link with which somebody makes their own account.

import { type FormEvent, useState } from 'react'
import type { NewInvitation } from '#protocol/api/invitations.ts'
import type { Role } from '#protocol/api/people.ts'
import { useGroups, useInvite, useRoles } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Field, TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Select } from '../parts/select.tsx'
import { userNameProblem } from '../session/checks.ts'
import { words } from '../words.ts'
import { OneTimeLink } from './one-time-link.tsx'
import { PickMany } from './pick-many.tsx'

const text = words.invite
const USUAL_HOURS = '72'
const hourOptions = Object.entries(text.hours).map(([value, label]) => ({ value, label }))
const roleOptions = [
  { value: 'member', label: words.people.roles.member },
  { value: 'administrator', label: words.people.roles.administrator },
] as const

export function Invite({ onClose }: { readonly onClose: () => void }) {
  const [made, setMade] = useState<NewInvitation>()
  return (
    <Dialog
      description={made ? text.once : text.text}
      onOpenChange={(open) => !open && onClose()}
      open
      title={made ? text.made : text.title}
    >
      {made ? (
        <OneTimeLink onClose={onClose} token={made.token} />
      ) : (
        <Ask onClose={onClose} onMade={setMade} />
      )}
    </Dialog>
  )
}

interface AskProps {
  readonly onMade: (made: NewInvitation) => void
  readonly onClose: () => void
}

function Ask({ onMade, onClose }: AskProps) {
  const me = useMe()
  const groups = useGroups(can(me, 'group.list')).data ?? []
  const roles = useRoles(can(me, 'role.list')).data?.roles ?? []
  const [username, setUsername] = useState('')
  const [role, setRole] = useState<Role>('member')
  const [inGroups, setInGroups] = useState<readonly string[]>([])
  const [withRoles, setWithRoles] = useState<readonly string[]>([])
  const [hours, setHours] = useState(USUAL_HOURS)
  const invite = useInvite()
  const problem = username === '' ? undefined : userNameProblem(username)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (problem) return
    const given = { role, roles: [...withRoles], groups: [...inGroups] }
    const suggested = username === '' ? {} : { username }
    invite.mutate({ ...given, ...suggested, expiresInHours: Number(hours) }, { onSuccess: onMade })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      <TextField
        error={problem}
        help={text.usernameHelp}
        label={text.username}
        onValue={(value) => setUsername(value.toLowerCase())}
        optional={words.newSpace.optional}
        value={username}
      />
      {me.user.role === 'administrator' && (
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
      )}
      {groups.length > 0 && (
        <PickMany chosen={inGroups} label={text.groups} onChosen={setInGroups} options={groups} />
      )}
      {roles.length > 0 && (
        <PickMany chosen={withRoles} label={text.roles} onChosen={setWithRoles} options={roles} />
      )}
      <Field label={text.good}>
        {(aria) => <Select aria={aria} onValue={setHours} options={hourOptions} value={hours} />}
      </Field>
      {invite.error && <ErrorNotice error={invite.error} />}
      <DialogActions>
        <Button kind="quiet" onClick={onClose}>
          {words.actions.cancel}
        </Button>
        <Button busy={invite.isPending} kind="primary" type="submit">
          {text.submit}
        </Button>
      </DialogActions>
    </form>
  )
}

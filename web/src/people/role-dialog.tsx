// A custom role: its name, and what it is made of.

import { type FormEvent, useState } from 'react'
import type { CustomRole } from '#protocol/api/groups.ts'
import { newId } from '#protocol/ids.ts'
import { useCreateRole, useDeleteRole, useUpdateRole } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { nameProblem } from '../session/checks.ts'
import { words } from '../words.ts'
import { PickMany } from './pick-many.tsx'

const text = words.roles

interface RoleDialogProps {
  /** Absent for a new one. */
  readonly role: CustomRole | undefined
  /** What roles can be made of. */
  readonly known: readonly string[]
  readonly onClose: () => void
}

export function RoleDialog({ role, known, onClose }: RoleDialogProps) {
  const [deleting, setDeleting] = useState(false)
  if (role && deleting) {
    return <DeleteRole onBack={() => setDeleting(false)} onClose={onClose} role={role} />
  }
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open title={role?.name ?? text.add} wide>
      <RoleForm known={known} onClose={onClose} onDelete={() => setDeleting(true)} role={role} />
    </Dialog>
  )
}

interface RoleFormProps extends RoleDialogProps {
  readonly onDelete: () => void
}

function RoleForm({ role, known, onClose, onDelete }: RoleFormProps) {
  const me = useMe()
  const [id] = useState(() => newId())
  const [name, setName] = useState(role?.name ?? '')
  const [description, setDescription] = useState(role?.description ?? '')
  const [chosen, setChosen] = useState<readonly string[]>(role?.permissions ?? [])
  const [checked, setChecked] = useState(false)
  const create = useCreateRole()
  const update = useUpdateRole()
  const problem = nameProblem(name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (problem) return
    const wish = { name, description, permissions: [...chosen] }
    const onSuccess = () => {
      toast({ text: role ? text.saved(name) : text.created(name), tone: 'good' })
      onClose()
    }
    if (role) update.mutate({ id: role.id, change: wish }, { onSuccess })
    else create.mutate({ id, ...wish }, { onSuccess })
  }
  const error = create.error ?? update.error
  const may = can(me, role ? 'role.update' : 'role.create')
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      <TextField
        error={checked ? problem : undefined}
        help={words.groups.nameHelp}
        label={words.groups.name}
        onValue={(value) => setName(value.toLowerCase())}
        value={name}
      />
      <TextField
        autoCapitalize="sentences"
        label={words.groups.description}
        onValue={setDescription}
        optional={words.newSpace.optional}
        value={description}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        {partsOf(known).map(({ title, options }) => (
          <PickMany
            chosen={chosen}
            disabled={!may}
            key={title}
            label={title}
            onChosen={setChosen}
            options={options}
          />
        ))}
      </div>
      {error && <ErrorNotice error={error} />}
      <DialogActions>
        {role && can(me, 'role.delete') && (
          <Button className="mr-auto" kind="danger" onClick={onDelete}>
            {text.delete}
          </Button>
        )}
        <Button kind="quiet" onClick={onClose}>
          {words.actions.cancel}
        </Button>
        {may && (
          <Button busy={create.isPending || update.isPending} kind="primary" type="submit">
            {role ? words.actions.save : text.create}
          </Button>
        )}
      </DialogActions>
    </form>
  )
}

/** The server's permissions in our words and order; what we have no words for comes last. */
function partsOf(known: readonly string[]) {
  const parts = text.groups.map(({ title, of }) => ({
    title,
    options: Object.entries(of)
      .filter(([id]) => known.includes(id))
      .map(([id, name]) => ({ id, name })),
  }))
  const named = new Set(parts.flatMap(({ options }) => options.map(({ id }) => id)))
  const others = known.filter((id) => !named.has(id)).map((id) => ({ id, name: id }))
  return [...parts, { title: text.others, options: others }].filter(
    ({ options }) => options.length > 0,
  )
}

interface DeleteRoleProps {
  readonly role: CustomRole
  readonly onBack: () => void
  readonly onClose: () => void
}

function DeleteRole({ role, onBack, onClose }: DeleteRoleProps) {
  const remove = useDeleteRole()
  const confirm = () =>
    remove.mutate(role.id, {
      onSuccess: () => {
        toast({ text: text.deleted(role.name), tone: 'good' })
        onClose()
      },
    })
  return (
    <Confirm
      action={text.delete}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={confirm}
      onOpenChange={(open) => !open && onBack()}
      open
      text={text.deleteText}
      title={text.deleteTitle(role.name)}
    />
  )
}

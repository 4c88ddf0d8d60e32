// One group: who is in it, what it gives, and its end.

import { Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { Group, UpdateGroup } from '#protocol/api/groups.ts'
import { newId } from '#protocol/ids.ts'
import { useCreateGroup, useDeleteGroup, useRoles, useUpdateGroup } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Dialog, DialogActions } from '../parts/dialog.tsx'
import { Drawer } from '../parts/drawer.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast, toastError } from '../parts/toast.ts'
import { nameProblem } from '../session/checks.ts'
import { words } from '../words.ts'
import { Members } from './group-members.tsx'
import { PickMany } from './pick-many.tsx'
import { QuotaForm } from './quota-form.tsx'

const text = words.groups

interface GroupDrawerProps {
  readonly group: Group
  readonly onClose: () => void
}

export function GroupDrawer({ group, onClose }: GroupDrawerProps) {
  const me = useMe()
  const update = useUpdateGroup()
  const may = can(me, 'group.update')
  const given = group.roles.map(({ id }) => id)
  // What was clicked is shown at once, and taken back where it is refused.
  const [chosen, setChosen] = useState<readonly string[]>(given)
  const change = (what: UpdateGroup) =>
    update.mutate(
      { id: group.id, change: what },
      {
        onSuccess: () => toast({ text: text.saved(group.name), tone: 'good' }),
        onError: (error) => {
          setChosen(given)
          toastError(error)
        },
      },
    )
  const roles = useRoles(can(me, 'role.list')).data?.roles ?? group.roles
  return (
    <Drawer
      lead={<p className="mt-0.5 text-ink-3 text-sm">{group.description}</p>}
      onClose={onClose}
      title={group.name}
    >
      <div className="flex flex-col gap-6">
        <Members
          group={group}
          may={may || group.managers.some(({ id }) => id === me.user.id) || can(me, 'group.people')}
          me={me.user.id}
          onChange={may ? change : undefined}
        />
        {roles.length > 0 && (
          <PickMany
            chosen={chosen}
            disabled={!may || update.isPending}
            label={words.person.roles}
            onChosen={(ids) => {
              setChosen(ids)
              change({ roles: [...ids] })
            }}
            options={roles}
          />
        )}
        {may && (
          <section>
            <h3 className="mb-2 font-semibold text-sm">{words.person.quota}</h3>
            <QuotaForm
              busy={update.isPending}
              error={undefined}
              help={words.quota.groupText}
              key={JSON.stringify(group.quota)}
              onSave={(quota) => change({ quota })}
              quota={group.quota}
            />
          </section>
        )}
        {can(me, 'group.delete') && <DeleteGroup group={group} onDeleted={onClose} />}
      </div>
    </Drawer>
  )
}

function DeleteGroup(props: { readonly group: Group; readonly onDeleted: () => void }) {
  const { group, onDeleted } = props
  const [asking, setAsking] = useState(false)
  const remove = useDeleteGroup()
  const confirm = () =>
    remove.mutate(group.id, {
      onSuccess: () => {
        toast({ text: text.deleted(group.name), tone: 'good' })
        onDeleted()
      },
    })
  return (
    <>
      <div className="border-t pt-5">
        <Button icon={Trash2} kind="danger" onClick={() => setAsking(true)}>
          {text.delete}
        </Button>
      </div>
      {asking && (
        <Confirm
          action={text.delete}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={confirm}
          onOpenChange={(open) => !open && setAsking(false)}
          open
          text={text.deleteText}
          title={text.deleteTitle(group.name)}
        />
      )}
    </>
  )
}

interface NewGroupProps {
  readonly onClose: () => void
  readonly onMade: (group: Group) => void
}

export function NewGroup({ onClose, onMade }: NewGroupProps) {
  const [id] = useState(() => newId())
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [checked, setChecked] = useState(false)
  const create = useCreateGroup()
  const problem = nameProblem(name)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (problem) return
    create.mutate(
      { id, name, description },
      {
        onSuccess: (group) => {
          toast({ text: text.created(name), tone: 'good' })
          onMade(group)
        },
      },
    )
  }
  return (
    <Dialog onOpenChange={(open) => !open && onClose()} open title={text.add}>
      <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
        <TextField
          error={checked ? problem : undefined}
          help={text.nameHelp}
          label={text.name}
          onValue={(value) => setName(value.toLowerCase())}
          value={name}
        />
        <TextField
          autoCapitalize="sentences"
          label={text.description}
          onValue={setDescription}
          optional={words.newSpace.optional}
          value={description}
        />
        {create.error && <ErrorNotice error={create.error} />}
        <DialogActions>
          <Button kind="quiet" onClick={onClose}>
            {words.actions.cancel}
          </Button>
          <Button busy={create.isPending} kind="primary" type="submit">
            {text.create}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

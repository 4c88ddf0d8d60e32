// The people: a list, the details of one beside it, and the ways to add somebody.

import { Link2, UserPlus } from 'lucide-react'
import { useState } from 'react'
import type { User } from '#protocol/api/people.ts'
import { useGroups, useRoles, useUsers } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { RowsLoading } from '../parts/loading.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { AddButton } from './add-button.tsx'
import { AddPerson } from './add-person.tsx'
import { Invite } from './invite.tsx'
import { PersonDrawer } from './person-drawer.tsx'
import { PersonMenu } from './person-menu.tsx'
import { useOpen } from './use-open.ts'

const text = words.people

export function PeopleView() {
  const users = useUsers()
  const { open, show } = useOpen()
  const opened = users.data?.find(({ id }) => id === open)
  return (
    <>
      {users.isPending && <RowsLoading label={text.loading} rows={4} />}
      {users.error && <ErrorNotice error={users.error} retry={() => void users.refetch()} />}
      {users.data && <PeopleTable onOpen={show} users={users.data} />}
      {users.data?.length === 1 && <p className="mt-4 px-3 text-ink-3 text-sm">{text.onlyYou}</p>}
      {opened && <PersonDrawer onClose={() => show(undefined)} user={opened} />}
    </>
  )
}

/** What can be added, by the part of the page. */
export function PeopleActions({ view }: { readonly view: string | undefined }) {
  const me = useMe()
  const [adding, setAdding] = useState(false)
  const [inviting, setInviting] = useState(false)
  if (view === 'groups') return <AddGroup />
  if (view === 'roles') return <AddRole />
  return (
    <>
      {can(me, 'user.create') && view === undefined && (
        <Button icon={UserPlus} onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      )}
      {can(me, 'invitation.create') && (
        <Button icon={Link2} kind="primary" onClick={() => setInviting(true)}>
          {words.invite.action}
        </Button>
      )}
      {adding && <AddPerson onClose={() => setAdding(false)} />}
      {inviting && <Invite onClose={() => setInviting(false)} />}
    </>
  )
}

/** While there is none, the button stands where the list will be. */
function AddGroup() {
  const { data } = useGroups()
  const { show } = useOpen()
  const me = useMe()
  if (!data?.length || !can(me, 'group.create')) return null
  return <AddButton onAdd={() => show('new')} text={words.groups.add} />
}

function AddRole() {
  const { data } = useRoles()
  const { show } = useOpen()
  const me = useMe()
  if (!data?.roles.length || !can(me, 'role.create')) return null
  return <AddButton onAdd={() => show('new')} text={words.roles.add} />
}

interface PeopleTableProps {
  readonly users: readonly User[]
  readonly onOpen: (id: string) => void
}

function PeopleTable({ users, onOpen }: PeopleTableProps) {
  const { columns } = text
  const head = 'h-8 font-normal'
  return (
    <table className="w-full table-fixed text-left text-sm">
      <thead className="text-ink-3 text-xs">
        <tr className="border-b">
          <th className={cx(head, 'pl-3')}>{columns.name}</th>
          <th className={cx(head, 'w-44 max-sm:w-29')}>{columns.role}</th>
          <th className={cx(head, 'w-44 max-lg:hidden')}>{words.groups.title}</th>
          <th className={cx(head, 'w-28 max-sm:hidden')}>{columns.state}</th>
          <th className={cx(head, 'w-36 max-md:hidden')}>{columns.since}</th>
          <th className={cx(head, 'w-12')}>
            <span className="sr-only">{columns.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <PersonRow key={user.id} onOpen={() => onOpen(user.id)} user={user} />
        ))}
      </tbody>
    </table>
  )
}

function PersonRow({ user, onOpen }: { readonly user: User; readonly onOpen: () => void }) {
  const me = useMe()
  const name = user.displayName || user.username
  const roles = [words.account.role[user.role], ...user.roles.map((role) => role.name)]
  return (
    <tr className="relative h-12 border-b hover:bg-hover sm:h-10">
      <td className="py-1.5 pr-3 pl-3">
        <button
          aria-label={words.person.open(name)}
          className={cx(
            'cover max-w-full break-words rounded text-left font-medium',
            user.disabled && 'text-ink-3',
          )}
          onClick={onOpen}
          type="button"
        >
          {name}
        </button>
        {user.displayName && (
          <span className="break-words text-ink-3 max-sm:block sm:ml-2">{user.username}</span>
        )}
        {user.id === me.user.id && (
          <span className="ml-2 rounded bg-sunken px-1.5 text-ink-2 text-xs">{text.you}</span>
        )}
        {user.disabled && <span className="text-amber text-xs sm:hidden">{text.disabled}</span>}
      </td>
      <td className="text-ink-2">{roles.join(', ')}</td>
      <td className="text-ink-2 max-lg:hidden">
        {user.groups.map((group) => group.name).join(', ')}
      </td>
      <td className="max-sm:hidden">
        <State disabled={user.disabled} />
      </td>
      <td className="tabular text-ink-2 max-md:hidden">
        <Moment at={user.createdAt} />
      </td>
      <td className="relative z-10 pr-2 text-right">
        <PersonMenu isMe={user.id === me.user.id} user={user} />
      </td>
    </tr>
  )
}

function State({ disabled }: { readonly disabled: boolean }) {
  return (
    <span className={cx('flex items-center gap-1.5', disabled ? 'text-amber' : 'text-ink-2')}>
      <span
        aria-hidden="true"
        className={cx('size-2 rounded-full', disabled ? 'border border-amber' : 'bg-green')}
      />
      {disabled ? text.disabled : text.active}
    </span>
  )
}

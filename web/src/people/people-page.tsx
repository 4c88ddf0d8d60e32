// Who may sign in here; for administrators.

import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import type { User } from '#protocol/api/people.ts'
import { useUsers } from '../api/people.ts'
import { useMe } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { RowsLoading } from '../parts/loading.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { words } from '../words.ts'
import { AddPerson } from './add-person.tsx'
import { PersonMenu } from './person-menu.tsx'

const text = words.people

export function PeoplePage() {
  const users = useUsers()
  const [adding, setAdding] = useState(false)
  return (
    <Page
      actions={
        <Button icon={UserPlus} kind="primary" onClick={() => setAdding(true)}>
          {text.add}
        </Button>
      }
      title={text.title}
    >
      {users.isPending && <RowsLoading label={text.loading} rows={4} />}
      {users.error && <ErrorNotice error={users.error} retry={() => void users.refetch()} />}
      {users.data && <PeopleTable users={users.data} />}
      {users.data?.length === 1 && <p className="mt-4 px-3 text-ink-3 text-sm">{text.onlyYou}</p>}
      {adding && <AddPerson onClose={() => setAdding(false)} />}
    </Page>
  )
}

function PeopleTable({ users }: { readonly users: readonly User[] }) {
  const { columns } = text
  const head = 'h-8 font-normal'
  const hidden = 'max-sm:hidden'
  return (
    <table className="w-full text-left text-sm">
      <thead className="text-ink-3 text-xs">
        <tr className="border-b">
          <th className={cx(head, 'pl-3')}>{columns.name}</th>
          <th className={cx(head, 'w-40')}>{columns.role}</th>
          <th className={cx(head, 'w-32', hidden)}>{columns.state}</th>
          <th className={cx(head, 'w-40', hidden)}>{columns.since}</th>
          <th className={cx(head, 'w-12')}>
            <span className="sr-only">{columns.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <PersonRow key={user.id} user={user} />
        ))}
      </tbody>
    </table>
  )
}

function PersonRow({ user }: { readonly user: User }) {
  const me = useMe()
  return (
    <tr className="h-10 border-b hover:bg-hover">
      <td className="py-1.5 pl-3">
        <span className={cx('font-medium', user.disabled && 'text-ink-3')}>
          {user.displayName || user.username}
        </span>
        <span className="text-ink-3 max-sm:block sm:ml-2">{user.displayName && user.username}</span>
        {user.id === me.user.id && (
          <span className="rounded bg-sunken px-1.5 text-ink-2 text-xs sm:ml-2">{text.you}</span>
        )}
        {user.disabled && <span className="text-amber text-xs sm:hidden">{text.disabled}</span>}
      </td>
      <td className="text-ink-2">{words.account.role[user.role]}</td>
      <td className="max-sm:hidden">
        <span
          className={cx('flex items-center gap-1.5', user.disabled ? 'text-amber' : 'text-ink-2')}
        >
          <span
            aria-hidden="true"
            className={cx(
              'size-2 rounded-full',
              user.disabled ? 'border border-amber' : 'bg-green',
            )}
          />
          {user.disabled ? text.disabled : text.active}
        </span>
      </td>
      <td className="tabular text-ink-2 max-sm:hidden">
        <Moment at={user.createdAt} />
      </td>
      <td className="pr-2 text-right">
        <PersonMenu isMe={user.id === me.user.id} user={user} />
      </td>
    </tr>
  )
}

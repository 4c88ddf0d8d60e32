// The custom roles: a list, and one of them in a dialog.

import type { CustomRole } from '#protocol/api/groups.ts'
import { useRoles } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { AddButton } from './add-button.tsx'
import { RoleDialog } from './role-dialog.tsx'
import { useOpen } from './use-open.ts'

const text = words.roles

export function RolesView() {
  const me = useMe()
  const { data, isPending, error, refetch } = useRoles()
  const { open, show } = useOpen()
  const opened = data?.roles.find(({ id }) => id === open)
  const close = () => show(undefined)
  return (
    <>
      <p className="prose-width mt-3 mb-2 text-pretty px-3 text-ink-2 text-sm">{text.lead}</p>
      {isPending && <RowsLoading label={text.loading} rows={3} />}
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {data?.roles.length === 0 && (
        <Empty {...text.none}>
          {can(me, 'role.create') && <AddButton onAdd={() => show('new')} text={text.add} />}
        </Empty>
      )}
      <ul className="empty:hidden">
        {data?.roles.map((role) => (
          <Row key={role.id} onOpen={() => show(role.id)} role={role} />
        ))}
      </ul>
      {data && (opened || open === 'new') && (
        <RoleDialog known={data.permissions} onClose={close} role={opened} />
      )}
    </>
  )
}

function Row({ role, onOpen }: { readonly role: CustomRole; readonly onOpen: () => void }) {
  return (
    <li className="relative flex min-h-11 items-center gap-3 border-b px-3 py-1.5 text-sm hover:bg-hover">
      <div className="min-w-0 grow">
        <button
          aria-label={text.open(role.name)}
          className="cover rounded text-left font-medium"
          onClick={onOpen}
          type="button"
        >
          {role.name}
        </button>
        {role.description && <p className="truncate text-ink-3 text-xs">{role.description}</p>}
      </div>
      <span className="tabular shrink-0 text-ink-3">
        {text.permissionsText(role.permissions.length)}
      </span>
    </li>
  )
}

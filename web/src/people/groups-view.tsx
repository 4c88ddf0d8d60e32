// The groups: a list, and one of them beside it.

import type { Group } from '#protocol/api/groups.ts'
import { useGroups } from '../api/people.ts'
import { can, useMe } from '../api/session.ts'
import { Empty } from '../parts/empty.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { AddButton } from './add-button.tsx'
import { GroupDrawer, NewGroup } from './group-drawer.tsx'
import { useOpen } from './use-open.ts'

const text = words.groups

export function GroupsView() {
  const me = useMe()
  const groups = useGroups()
  const { open, show } = useOpen()
  const opened = groups.data?.find(({ id }) => id === open)
  const close = () => show(undefined)
  return (
    <>
      {groups.isPending && <RowsLoading label={text.loading} rows={3} />}
      {groups.error && <ErrorNotice error={groups.error} retry={() => void groups.refetch()} />}
      {groups.data?.length === 0 && (
        <Empty {...text.none}>
          {can(me, 'group.create') && <AddButton onAdd={() => show('new')} text={text.add} />}
        </Empty>
      )}
      <ul className="empty:hidden">
        {groups.data?.map((group) => (
          <Row group={group} key={group.id} onOpen={() => show(group.id)} />
        ))}
      </ul>
      {opened && <GroupDrawer group={opened} key={opened.id} onClose={close} />}
      {open === 'new' && <NewGroup onClose={close} onMade={({ id }) => show(id)} />}
    </>
  )
}

function Row({ group, onOpen }: { readonly group: Group; readonly onOpen: () => void }) {
  return (
    <li className="relative flex min-h-11 items-center gap-3 border-b px-3 py-1.5 text-sm hover:bg-hover">
      <div className="min-w-0 grow">
        <button
          aria-label={text.open(group.name)}
          className="cover rounded text-left font-medium"
          onClick={onOpen}
          type="button"
        >
          {group.name}
        </button>
        {group.description && <p className="truncate text-ink-3 text-xs">{group.description}</p>}
      </div>
      <span className="hidden truncate text-ink-2 sm:block">
        {group.roles.map(({ name }) => name).join(', ')}
      </span>
      <span className="tabular shrink-0 text-ink-3">{text.membersText(group.members.length)}</span>
    </li>
  )
}

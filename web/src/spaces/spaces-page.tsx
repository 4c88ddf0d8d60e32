// The first page: one's spaces, the most recent one a key away from its terminal.

import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useRef } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { useMe } from '../api/session.ts'
import { useSpaces } from '../api/spaces.ts'
import { preferences } from '../app/preferences.ts'
import { useKeys } from '../app/use-keys.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { Empty } from '../parts/empty.tsx'
import { Keys } from '../parts/keys.tsx'
import { RowsLoading } from '../parts/loading.tsx'
import type { LongListHandle } from '../parts/long-list.tsx'
import { Mark } from '../parts/mark.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { words } from '../words.ts'
import { fits, parseFilter } from './filter.ts'
import { FilterBar } from './filter-bar.tsx'
import { defaultOrder, ordered, orderText, parseOrder } from './order.ts'
import { SpacesTable } from './spaces-table.tsx'

const route = getRouteApi('/frame/spaces')

export function SpacesPage() {
  const spaces = useSpaces()
  return (
    <Page actions={spaces.data?.length !== 0 && <NewSpace />} title={words.spaces.title}>
      {spaces.error && (
        <ErrorNotice className="mb-4" error={spaces.error} retry={() => void spaces.refetch()} />
      )}
      {spaces.isPending && <RowsLoading label={words.spaces.loading} />}
      {spaces.data?.length === 0 && <NoSpaces />}
      {spaces.data && spaces.data.length > 0 && <SpacesList spaces={spaces.data} />}
    </Page>
  )
}

function SpacesList({ spaces }: { readonly spaces: readonly Space[] }) {
  const { q = '', sort } = route.useSearch()
  const navigate = useNavigate()
  const me = useMe()
  const filterInput = useRef<HTMLInputElement>(null)
  const rows = useRef<LongListHandle>(null)
  const terms = parseFilter(q)
  const shown = spaces.filter((space) => fits(space, terms, me.user.id))
  const setFilter = (next: string) =>
    void navigate({ to: '/spaces', search: { q: next || undefined, sort }, replace: true })
  const openRecent = () => {
    const { usedAt } = preferences.get()
    const mine = shown.filter((space) => space.owner.id === me.user.id)
    const [recent] = ordered(mine, defaultOrder, usedAt)
    if (recent) void navigate({ to: '/spaces/$spaceId', params: { spaceId: recent.id } })
  }
  useKeys({
    '/': () => filterInput.current?.focus(),
    enter: openRecent,
    j: () => rows.current?.move(1),
    k: () => rows.current?.move(-1),
    arrowdown: () => rows.current?.move(1),
    arrowup: () => rows.current?.move(-1),
  })
  return (
    <>
      <FilterBar
        all={spaces.length}
        filter={q}
        inputRef={filterInput}
        onDown={() => rows.current?.move(1)}
        onEnter={openRecent}
        onFilter={setFilter}
        shown={shown.length}
      />
      {shown.length === 0 ? (
        <Empty text={words.spaces.nothing.text(q)} title={words.spaces.nothing.title}>
          <Button onClick={() => setFilter('')}>{words.spaces.nothing.clear}</Button>
        </Empty>
      ) : (
        <SpacesTable
          onOrder={(order) =>
            void navigate({
              to: '/spaces',
              search: { q: q || undefined, sort: orderText(order) },
              replace: true,
            })
          }
          order={parseOrder(sort)}
          rowsRef={rows}
          spaces={shown}
        />
      )}
    </>
  )
}

function NewSpace() {
  return (
    <Link className={buttonClass('primary')} to="/spaces/new">
      <Plus aria-hidden="true" size={15} />
      {words.spaces.new}
    </Link>
  )
}

function NoSpaces() {
  return (
    <Empty
      picture={<Mark size={44} />}
      text={words.spaces.empty.text}
      title={words.spaces.empty.title}
    >
      <NewSpace />
      <span className="hidden items-center sm:flex">
        <Keys keys="n" />
      </span>
    </Empty>
  )
}

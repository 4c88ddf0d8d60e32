// One space: what it is doing and why at the top, its parts in tabs below.

import { getRouteApi, Link, Outlet, useMatchRoute } from '@tanstack/react-router'
import { Suspense } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import { useSpace } from '../api/spaces.ts'
import { mayEnter } from '../api/standing.ts'
import { useKeys } from '../app/use-keys.ts'
import { RequestError } from '../net/request.ts'
import { buttonClass } from '../parts/button.tsx'
import { cx } from '../parts/class.ts'
import { Empty } from '../parts/empty.tsx'
import { lazyPart } from '../parts/lazy-part.ts'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { useTitle } from '../parts/page.tsx'
import { words } from '../words.ts'
import { SpaceHeader } from './space-header.tsx'
import { WaitingNotice } from './waiting-notice.tsx'

const Connect = lazyPart(() => import('../connect/connect.tsx'), 'Connect')
const route = getRouteApi('/frame/spaces/$spaceId')

export function SpacePage() {
  const { spaceId } = route.useParams()
  const space = useSpace(spaceId)
  useTitle(space.data?.name ?? words.spaces.title)
  if (space.data) return <Loaded space={space.data} />
  if (space.error instanceof RequestError && space.error.code === 'not_found') return <Gone />
  return (
    <div className="px-4 py-6 sm:px-6">
      {space.error ? (
        <ErrorNotice error={space.error} retry={() => void space.refetch()} />
      ) : (
        <Loading label={words.space.loading} />
      )}
    </div>
  )
}

function Gone() {
  return (
    <Empty text={words.space.gone.text} whole title={words.space.gone.title}>
      <Link className={buttonClass('plain')} to="/spaces">
        {words.missing.home}
      </Link>
    </Empty>
  )
}

const tabs = [
  { to: '/spaces/$spaceId', label: words.space.tabs.terminal },
  { to: '/spaces/$spaceId/files', label: words.space.tabs.files },
  { to: '/spaces/$spaceId/timeline', label: words.space.tabs.timeline },
  { to: '/spaces/$spaceId/ports', label: words.space.tabs.ports },
  { to: '/spaces/$spaceId/settings', label: words.space.tabs.settings },
] as const

/** What shows what is inside, and is refused to who may not go in. */
const forEntering: ReadonlySet<string> = new Set(['/spaces/$spaceId/files'])

function Loaded({ space }: { readonly space: Space }) {
  const matches = useMatchRoute()
  const mine = mayEnter(space)
  const open = space.ports.filter(({ listening }) => listening !== false).length
  const { connect } = route.useSearch()
  const navigate = route.useNavigate()
  const show = (wanted: boolean) =>
    void navigate({
      to: '.',
      search: (before) => ({ ...before, connect: wanted || undefined }),
      replace: !wanted,
    })
  useKeys(mine ? { c: () => show(true) } : {})
  return (
    <div className="flex h-full flex-col">
      <SpaceHeader onConnect={mine ? () => show(true) : undefined} space={space} />
      <WaitingNotice space={space} />
      <Suspense fallback={null}>
        {mine && connect && <Connect onClose={() => show(false)} space={space} />}
      </Suspense>
      <nav
        aria-label={words.space.tabs.label}
        className="flex shrink-0 gap-1 overflow-x-auto border-b px-2 sm:px-4"
      >
        {tabs
          .filter(({ to }) => mine || !forEntering.has(to))
          .map(({ to, label }) => {
            const here = Boolean(matches({ to, params: { spaceId: space.id } }))
            return (
              <Link
                aria-current={here ? 'page' : undefined}
                className={cx(
                  '-mb-px flex h-11 shrink-0 items-center whitespace-nowrap border-b-2 px-2 text-sm focus-visible:-outline-offset-2 sm:h-9',
                  here
                    ? 'border-accent font-medium text-ink'
                    : 'border-transparent text-ink-2 hover:text-ink',
                )}
                key={to}
                params={{ spaceId: space.id }}
                to={to}
              >
                {label}
                {to === '/spaces/$spaceId/ports' && open > 0 && (
                  <span className="tabular ml-1.5 rounded-full bg-sunken px-1.5 text-ink-2 text-xs">
                    {open}
                  </span>
                )}
              </Link>
            )
          })}
      </nav>
      <div className="min-h-0 grow">
        <Outlet />
      </div>
    </div>
  )
}

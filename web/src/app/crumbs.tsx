// Where one is: the part of Skein, then the thing by its name.

import { notifyManager } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import type { Space } from '#protocol/api/spaces.ts'
import type { Template } from '#protocol/api/templates.ts'
import { type Key, keys } from '../api/keys.ts'
import { queryClient } from '../api/query-client.ts'
import { words } from '../words.ts'
import { accountPlace, allPlaces } from './nav.ts'

const places = [...allPlaces, accountPlace]

export function Crumbs() {
  const { pathname } = useLocation()
  const [, part = '', id] = pathname.split('/')
  const place = places.find(({ to }) => to === `/${part}`)
  const name = useName(part, id)
  if (!place) return null
  return (
    <nav aria-label={words.nav.crumbs} className="min-w-0">
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        <li className={name === '' ? '' : 'hidden sm:block'}>
          <Link
            className={`rounded max-sm:px-1.5 max-sm:py-3 ${name === '' ? 'font-medium' : 'text-ink-3 hover:text-ink'}`}
            to={place.to}
          >
            {place.label}
          </Link>
        </li>
        {id && name !== '' && (
          <li aria-current="page" className="flex min-w-0 items-center gap-1 font-medium">
            <ChevronRight
              aria-hidden="true"
              className="hidden shrink-0 text-ink-3 sm:block"
              size={14}
            />
            <span className="truncate">{name}</span>
          </li>
        )}
      </ol>
    </nav>
  )
}

/** From what is fetched anyway: the page itself asks for it. */
function useName(part: string, id: string | undefined): string {
  const isSpace = part === 'spaces'
  const one = useCached<Space | Template>(isSpace ? keys.space(id ?? '') : keys.template(id ?? ''))
  const all = useCached<readonly (Space | Template)[]>(isSpace ? keys.spaces : keys.templates)
  if (id === 'new') return isSpace ? words.newSpace.title : words.newTemplate.title
  return one?.name ?? all?.find((each) => each.id === id)?.name ?? ''
}

/**
 * What another part has fetched, without asking for it. An observer with a `skipToken` would not do: whichever observer
 * of a query drew last lends it its function, and a query that has the token is never fetched again.
 */
function useCached<T>(key: Key): T | undefined {
  return useSyncExternalStore(onCacheChange, () => queryClient.getQueryData<T>(key))
}

const onCacheChange = (changed: () => void) =>
  queryClient.getQueryCache().subscribe(notifyManager.batchCalls(changed))

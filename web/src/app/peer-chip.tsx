// Which peer serves this page, and how far away it is.

import { useSyncExternalStore } from 'react'
import { live } from '../api/client.ts'
import { useMe } from '../api/session.ts'
import { milliseconds } from '../format/quantity.ts'
import { cx } from '../parts/class.ts'
import { Tip } from '../parts/tip.tsx'
import { words } from '../words.ts'

export function PeerChip() {
  const state = useSyncExternalStore(live.state.subscribe, live.state.get)
  const { peer } = useMe()
  const roundTripMs = state.kind === 'open' ? state.roundTripMs : undefined
  const far = roundTripMs === undefined ? '' : milliseconds(roundTripMs)
  const away = state.kind === 'open' ? state.away : undefined
  const told = [
    away ? words.away.heard(away.road.name) : words.top.servedBy(peer.name, peer.version),
  ]
  if (far) told.push(words.top.roundTrip(far))
  return (
    <Tip text={told.join(', ')}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its tooltip must be reachable by key */}
      <span className="hidden items-center gap-2 rounded text-ink-3 text-xs md:flex" tabIndex={0}>
        <span
          aria-hidden="true"
          className={cx(
            'size-1.5 rounded-full',
            state.kind === 'open' && !away ? 'bg-green' : 'bg-amber',
          )}
        />
        <span className="max-w-32 truncate text-ink-2">{away?.road.name ?? peer.name}</span>
        <span className="tabular min-w-11">{far}</span>
      </span>
    </Tip>
  )
}

// A thin line at the top when this page's peer cannot be reached: for how long, what still works, and what to do. Where
// the page goes on through another peer, that is to continue there. Or the peer answers and its database does not.

import { type ReactNode, useSyncExternalStore } from 'react'
import { live, roads } from '../api/client.ts'
import { roughly } from '../format/duration.ts'
import type { Away } from '../net/live.ts'
import { useNow } from '../parts/moment.tsx'
import { words } from '../words.ts'

/** A peer that restarts is back within this time; nobody needs to read about it. */
const SHOWN_AFTER_MS = 1_500
/** More would make the line a list. */
const MOST_OTHERS = 3

export function CutOff() {
  const state = useSyncExternalStore(live.state.subscribe, live.state.get)
  if (state.kind === 'cut') return <Cut sinceMs={state.sinceMs} />
  if (state.kind !== 'open') return null
  if (state.away) return <Elsewhere away={state.away} />
  const { storeAwaySinceMs } = state
  return storeAwaySinceMs === undefined ? null : <StoreAway sinceMs={storeAwaySinceMs} />
}

function StoreAway({ sinceMs }: { readonly sinceMs: number }) {
  const span = useNow() - sinceMs
  if (span < SHOWN_AFTER_MS) return null
  return (
    <Line heard={words.storeAway.heard} tone="amber">
      <span aria-hidden="true" className="tabular font-medium">
        {words.storeAway.since(roughly(span))}
      </span>{' '}
      <span className="text-ink-2">{words.storeAway.works}</span>{' '}
      <span className="text-ink-2 max-sm:hidden">{words.storeAway.waits}</span>
    </Line>
  )
}

function Cut({ sinceMs }: { readonly sinceMs: number }) {
  const span = useNow() - sinceMs
  if (span < SHOWN_AFTER_MS) return null
  return (
    <Line action={words.cut.tryNow} heard={words.cut.heard} onAction={live.tryNow} tone="amber">
      <span aria-hidden="true" className="tabular font-medium">
        {words.cut.since(roughly(span))}
      </span>{' '}
      <span className="text-ink-2 max-sm:hidden">{words.cut.old}</span>{' '}
      <span className="text-ink-2">{words.cut.works}</span> <Others />
    </Line>
  )
}

/** Nothing answers this page, or its ticket is too old: another peer may answer a person who signs in. */
function Others() {
  const { pathname, search } = window.location
  return roads.others.slice(0, MOST_OTHERS).map(({ name, url }) => (
    <a
      className="mr-2 rounded underline underline-offset-2"
      href={url + pathname + search}
      key={url}
    >
      {words.cut.open(name)}
    </a>
  ))
}

function Elsewhere({ away: { road, sinceMs } }: { readonly away: Away }) {
  const span = useNow() - sinceMs
  if (span < SHOWN_AFTER_MS) return null
  const { name } = road
  return (
    <Line
      action={words.away.goOn(name)}
      heard={words.away.heard(name)}
      onAction={live.handOver}
      tone="quiet"
    >
      <span aria-hidden="true" className="tabular font-medium">
        {words.away.since(roughly(span))}
      </span>{' '}
      <span className="text-ink-2">{words.away.works(name)}</span>{' '}
      <span className="text-ink-2 max-sm:hidden">{words.away.rest}</span>
    </Line>
  )
}

interface LineProps {
  readonly tone: 'amber' | 'quiet'
  /** Heard once: a counting span is for the eye only. */
  readonly heard: string
  readonly action?: string
  readonly onAction?: () => void
  readonly children: ReactNode
}

const tones = { amber: 'bg-amber-soft', quiet: 'bg-sunken' } as const

function Line({ tone, heard, action, onAction, children }: LineProps) {
  return (
    <div
      className={`flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b px-3 py-1.5 text-ink text-sm sm:px-6 ${tones[tone]}`}
    >
      <p className="min-w-0 grow">
        <span className="sr-only" role="status">
          {heard}
        </span>
        {children}
      </p>
      {action && (
        <button
          className="rounded font-medium text-ink underline underline-offset-2"
          onClick={onAction}
          type="button"
        >
          {action}
        </button>
      )}
    </div>
  )
}

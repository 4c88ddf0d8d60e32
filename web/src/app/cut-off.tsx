// A thin line at the top when the server cannot be reached: for how long, what still works, and a way to try now.

import { useSyncExternalStore } from 'react'
import { live } from '../api/client.ts'
import { roughly } from '../format/duration.ts'
import { useNow } from '../parts/moment.tsx'
import { words } from '../words.ts'

/** A peer that restarts is back within this time; nobody needs to read about it. */
const SHOWN_AFTER_MS = 1_500

export function CutOff() {
  const state = useSyncExternalStore(live.state.subscribe, live.state.get)
  if (state.kind !== 'cut') return null
  return <Line sinceMs={state.sinceMs} />
}

function Line({ sinceMs }: { readonly sinceMs: number }) {
  const span = useNow() - sinceMs
  if (span < SHOWN_AFTER_MS) return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b bg-amber-soft px-3 py-1.5 text-ink text-sm sm:px-6">
      <p className="min-w-0 grow">
        {/* Heard once: the counting span is for the eye only. */}
        <span className="sr-only" role="status">
          {words.cut.heard}
        </span>
        <span aria-hidden="true" className="tabular font-medium">
          {words.cut.since(roughly(span))}
        </span>{' '}
        <span className="text-ink-2 max-sm:hidden">{words.cut.old}</span>{' '}
        <span className="text-ink-2">{words.cut.works}</span>
      </p>
      <button
        className="rounded font-medium text-ink underline underline-offset-2"
        onClick={live.tryNow}
        type="button"
      >
        {words.cut.tryNow}
      </button>
    </div>
  )
}

// Times are relative with the absolute on hover. One clock ticks for the whole page.

import { useSyncExternalStore } from 'react'
import { dateFormat } from '../format/date.ts'
import { ago, duration, roughly } from '../format/duration.ts'

const TICK_MS = 1_000
const FAST_TICK_MS = 100

function ticking(everyMs: number) {
  const listeners = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  let now = Date.now()
  const subscribe = (listener: () => void) => {
    if (listeners.size === 0) {
      now = Date.now()
      timer = setInterval(() => {
        now = Date.now()
        for (const each of listeners) each()
      }, everyMs)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) clearInterval(timer)
    }
  }
  const read = () => {
    // Between the first drawing and the subscription nobody keeps the time.
    if (listeners.size === 0) now = Date.now()
    return now
  }
  return { subscribe, read }
}

const slow = ticking(TICK_MS)
const fast = ticking(FAST_TICK_MS)

export const useNow = (): number => useSyncExternalStore(slow.subscribe, slow.read)

const absolute = dateFormat({ dateStyle: 'medium', timeStyle: 'medium' })

export function Moment({ at, className }: { readonly at: string; readonly className?: string }) {
  const atMs = Date.parse(at)
  // Compared as text: of a thousand rows only those are drawn again whose words change.
  const told = useSyncExternalStore(slow.subscribe, () => ago(atMs, slow.read()))
  return (
    <time className={className} dateTime={at} title={absolute(atMs)}>
      {told}
    </time>
  )
}

const days = dateFormat({ dateStyle: 'medium' })

/** The day itself, where one plans by it: the end of a token. */
export function Day({ at }: { readonly at: string }) {
  const atMs = Date.parse(at)
  return (
    <time dateTime={at} title={absolute(atMs)}>
      {days(atMs)}
    </time>
  )
}

const WHOLE_SECONDS_BELOW_MS = 60_000

/** How long it has been, counting on. */
export function Since({ at, className }: { readonly at: string; readonly className?: string }) {
  const nowMs = useNow()
  const atMs = Date.parse(at)
  const span = nowMs - atMs
  return (
    <time className={className} dateTime={at} title={absolute(atMs)}>
      {span < WHOLE_SECONDS_BELOW_MS ? roughly(span) : duration(span)}
    </time>
  )
}

/** The same in tenths, for a step that is being waited for. */
export function Running({ at }: { readonly at: string }) {
  const nowMs = useSyncExternalStore(fast.subscribe, fast.read)
  return <span className="tabular">{duration(nowMs - Date.parse(at))}</span>
}

// How well the terminal is connected: the echo in milliseconds, since when it is cut off, how it ended, who watches.

import { Eye } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { roughly } from '../format/duration.ts'
import { milliseconds } from '../format/quantity.ts'
import { cx } from '../parts/class.ts'
import { useNow } from '../parts/moment.tsx'
import { Tip } from '../parts/tip.tsx'
import { words } from '../words.ts'
import type { ConnectionState } from './connection.ts'
import type { TerminalSession } from './session.ts'

const text = words.terminal

export function ConnectionMark({ session }: { readonly session: TerminalSession }) {
  const { state } = session.connection
  const now = useSyncExternalStore(state.subscribe, state.get)
  return (
    <div className="flex shrink-0 items-center gap-3 text-xs">
      <Viewers session={session} />
      <span className="tabular flex items-center gap-1.5" role="status">
        <span aria-hidden="true" className={cx('size-2 rounded-full', dots[now.kind])} />
        <State state={now} />
      </span>
    </div>
  )
}

const dots: Record<ConnectionState['kind'], string> = {
  connecting: 'bg-violet breathing',
  connected: 'bg-green',
  reconnecting: 'bg-amber breathing',
  ended: 'border border-ink-3',
  refused: 'bg-red',
}

function State({ state }: { readonly state: ConnectionState }) {
  switch (state.kind) {
    case 'connecting':
      return <span className="text-ink-3">{text.connecting}</span>
    case 'connected':
      return <Connected echoMs={state.echoMs} />
    case 'reconnecting':
      return <Reconnecting sinceMs={state.sinceMs} />
    case 'ended':
      return <span className="text-ink-3">{text.ended}</span>
    case 'refused':
      return <span className="text-red">{text.refused}</span>
  }
}

/** The number changes every other second, so it is for the eye; the word is what is heard. */
function Connected({ echoMs }: { readonly echoMs: number | undefined }) {
  return (
    <Tip text={text.echoLong}>
      <span className="text-ink-3">
        <span className="sr-only">{text.connected}</span>
        <span aria-hidden="true">
          {echoMs === undefined ? text.connected : text.echo(milliseconds(echoMs))}
        </span>
      </span>
    </Tip>
  )
}

function Reconnecting({ sinceMs }: { readonly sinceMs: number }) {
  return (
    <span className="text-amber">
      {text.reconnecting(roughly(Math.max(0, useNow() - sinceMs)))}
    </span>
  )
}

function Viewers({ session }: { readonly session: TerminalSession }) {
  const { viewers } = session.connection
  const { count, labels } = useSyncExternalStore(viewers.subscribe, viewers.get)
  if (count < 2) return null
  return (
    <Tip text={labels.join(', ') || text.viewers(count - 1)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its tooltip must be reachable by key */}
      <span className="flex items-center gap-1 rounded text-ink-2" tabIndex={0}>
        <Eye aria-hidden="true" size={14} />
        <span className="tabular">{count}</span>
        <span className="sr-only">{text.viewers(count - 1)}</span>
      </span>
    </Tip>
  )
}

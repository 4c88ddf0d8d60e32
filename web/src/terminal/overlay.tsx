// What stands between the reader and the terminal: cut off, refused, ended.

import { Plus, RotateCw } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from 'react'
import type { Ended } from '#protocol/numbered/frames.ts'
import { roughly } from '../format/duration.ts'
import { Button } from '../parts/button.tsx'
import { useNow } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import type { TerminalSession } from './session.ts'

/** A peer that was killed is back within this time; a flash of text would tell nobody anything. */
const TOLD_AFTER_MS = 1_000
const text = words.terminal

interface OverlayProps {
  readonly session: TerminalSession
  readonly onStartAgain: () => void
  readonly onClose: () => void
}

export function Overlay({ session, onStartAgain, onClose }: OverlayProps) {
  const { connection } = session
  const state = useSyncExternalStore(connection.state.subscribe, connection.state.get)
  switch (state.kind) {
    case 'connecting':
    case 'connected':
      return null
    case 'reconnecting':
      return <Reconnecting session={session} sinceMs={state.sinceMs} />
    case 'refused':
      return (
        <Band>
          <ErrorNotice className="grow" error={state.error} />
          <Button icon={RotateCw} onClick={() => connection.startAgain()}>
            {words.actions.tryAgain}
          </Button>
        </Band>
      )
    case 'ended':
      return (
        <Band takesFocus>
          <p className="grow text-sm" role="status">
            <span className="font-medium">{endedText(state.ended)}.</span>{' '}
            <span className="text-ink-2">
              {state.lostBytes > 0 ? text.lost(state.lostBytes) : text.endedText}
            </span>
          </p>
          <Button onClick={onClose}>{words.actions.close}</Button>
          <Button icon={Plus} kind="primary" onClick={onStartAgain}>
            {text.startNew}
          </Button>
        </Band>
      )
  }
}

function endedText({ status, signal }: Ended): string {
  if (signal) return text.endedSignal(signal)
  return status === undefined ? text.ended : text.endedStatus(status)
}

interface BandProps {
  /** So that Tab, which a terminal keeps for itself, leads to its buttons. Enter is not theirs yet: it may have been typed for the shell. */
  readonly takesFocus?: boolean
  readonly children: ReactNode
}

function Band({ takesFocus, children }: BandProps) {
  const band = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (takesFocus) band.current?.focus()
  }, [takesFocus])
  return (
    <div
      ref={band}
      tabIndex={-1}
      className="outline-none absolute inset-x-0 bottom-0 flex flex-wrap items-center gap-2 border-t bg-raised px-4 py-3 sm:px-6"
    >
      {children}
    </div>
  )
}

interface ReconnectingProps {
  readonly session: TerminalSession
  readonly sinceMs: number
}

function Reconnecting({ session, sinceMs }: ReconnectingProps) {
  const { overflowed } = session.connection
  const tooMuch = useSyncExternalStore(overflowed.subscribe, overflowed.get)
  const span = useNow() - sinceMs
  if (span < TOLD_AFTER_MS) return null
  return (
    <div className="absolute inset-x-0 top-0 flex flex-wrap items-center gap-x-2 border-b bg-amber-soft px-4 py-1.5 text-sm sm:px-6">
      <span className="tabular font-medium">{text.reconnecting(roughly(span))}.</span>
      <span className="grow text-ink-2">{tooMuch ? text.tooMuch : text.kept}</span>
      <button
        className="rounded font-medium underline underline-offset-2"
        onClick={() => session.connection.tryNow()}
        type="button"
      >
        {words.cut.tryNow}
      </button>
    </div>
  )
}

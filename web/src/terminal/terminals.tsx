// A space's terminals in tabs. Those that were looked at stay connected in the background; the others cost nothing.

import { useNavigate, useSearch } from '@tanstack/react-router'
import { SquareTerminal } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useMe } from '../api/session.ts'
import { useCloseTerminal, useTerminals } from '../api/spaces.ts'
import { Button } from '../parts/button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Empty } from '../parts/empty.tsx'
import { toastError } from '../parts/toast.ts'
import { words } from '../words.ts'
import { nextName } from './names.ts'
import type { TerminalSession } from './session.ts'
import { TerminalTabs } from './terminal-tabs.tsx'
import { TerminalView } from './terminal-view.tsx'

interface TerminalsProps {
  readonly spaceId: string
  /** Only looks on. */
  readonly watching: boolean
}

export function Terminals({ spaceId, watching }: TerminalsProps) {
  const { user } = useMe()
  const tabs = useTabs(spaceId, watching)
  const [closing, setClosing] = useState<string>()
  const [sessions, setSessions] = useState<ReadonlyMap<string, TerminalSession>>(new Map())
  const close = useCloseTerminal(spaceId)
  const place = useRef<HTMLDivElement>(null)
  const remember = (name: string) => (session: TerminalSession | undefined) =>
    setSessions((before) => {
      const next = new Map(before)
      if (session) next.set(name, session)
      else next.delete(name)
      return next
    })
  const closeNow = (name: string) => {
    tabs.forget(name)
    setClosing(undefined)
    close.mutate(name, { onError: toastError })
  }
  const choose = (name: string) =>
    name === tabs.active ? sessions.get(name)?.focus() : tabs.choose(name)
  const leave = () => place.current?.querySelector<HTMLElement>('[aria-current=true]')?.focus()
  return (
    <div className="group/terminals flex h-full min-h-64 flex-col bg-terminal" ref={place}>
      {(tabs.names.length > 0 || !watching) && (
        <TerminalTabs
          active={tabs.active}
          names={tabs.names}
          onChoose={choose}
          onClose={setClosing}
          onNew={tabs.add}
          watching={watching}
          session={tabs.active === undefined ? undefined : sessions.get(tabs.active)}
        />
      )}
      {watching && (
        <p className="shrink-0 border-b bg-accent-soft px-4 py-1.5 text-ink-2 text-sm sm:px-6">
          {words.shareSpace.watching}
        </p>
      )}
      <div className="relative min-h-0 grow">
        {tabs.mounted.map((name) => (
          <TerminalView
            key={name}
            label={user.displayName || user.username}
            name={name}
            onClose={() => closeNow(name)}
            onLeave={leave}
            onSession={remember(name)}
            spaceId={spaceId}
            visible={name === tabs.active}
            watching={watching}
          />
        ))}
        {tabs.names.length === 0 && tabs.ready && watching && (
          <Empty {...words.shareSpace.noTerminals} />
        )}
        {tabs.names.length === 0 && tabs.ready && !watching && (
          <Empty text={words.terminal.emptyText} title={words.terminal.empty}>
            <Button icon={SquareTerminal} kind="primary" onClick={tabs.add}>
              {words.terminal.new}
            </Button>
          </Empty>
        )}
      </div>
      {closing !== undefined && (
        <Confirm
          action={words.terminal.closeAction}
          onConfirm={() => closeNow(closing)}
          onOpenChange={(open) => !open && setClosing(undefined)}
          open
          text={words.terminal.closeText}
          title={words.terminal.closeTitle(closing)}
        />
      )}
    </div>
  )
}

/** Which tabs there are, which one is looked at, and which were. The address bar names the one that is looked at. */
function useTabs(spaceId: string, watching: boolean) {
  const listed = useTerminals(spaceId, true)
  const { terminal: asked } = useSearch({ strict: false })
  const navigate = useNavigate()
  const [own, setOwn] = useState<readonly string[]>([])
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set())
  const [seen, setSeen] = useState<readonly string[]>([])
  // An agent that cannot be asked yet does not keep anyone from typing.
  const ready = listed.data !== undefined || listed.error !== null
  const known = [...(listed.data ?? []).map(({ name }) => name), ...own]
  const first = !watching && ready && known.length === 0 && gone.size === 0 ? ['main'] : []
  const names = [...new Set([...known, ...first])].filter((name) => !gone.has(name))
  const active = asked !== undefined && names.includes(asked) ? asked : names[0]

  const choose = (name: string | undefined) =>
    void navigate({ to: '.', search: { terminal: name }, replace: true })
  useEffect(() => {
    if (active === undefined) return
    setSeen((before) => (before.includes(active) ? before : [...before, active]))
    // Once opened it stays, even when the list arrives without it.
    setOwn((before) => (before.includes(active) ? before : [...before, active]))
  }, [active])
  return {
    names,
    active,
    ready,
    mounted: seen.filter((name) => names.includes(name)),
    choose,
    add: () => {
      const name = nextName(names)
      setGone((before) => new Set([...before].filter((each) => each !== name)))
      setOwn((before) => [...before, name])
      choose(name)
    },
    forget: (name: string) => {
      setOwn((before) => before.filter((each) => each !== name))
      setSeen((before) => before.filter((each) => each !== name))
      setGone((before) => new Set(before).add(name))
      if (name === active) choose(names.find((each) => each !== name))
    },
  }
}

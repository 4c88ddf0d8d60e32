// One terminal on the page: the screen, and over it what stands in the way when something does.

import '@xterm/xterm/css/xterm.css'
import './terminal.css'
import {
  type RefObject,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { keys } from '../api/keys.ts'
import { queryClient } from '../api/query-client.ts'
import { call } from '../net/call.ts'
import { cx } from '../parts/class.ts'
import { words } from '../words.ts'
import { KeyRow } from './key-row.tsx'
import { Overlay } from './overlay.tsx'
import { SearchBar } from './search-bar.tsx'
import { TerminalSession } from './session.ts'

interface TerminalViewProps {
  readonly spaceId: string
  readonly name: string
  readonly label: string
  readonly visible: boolean
  readonly watching: boolean
  readonly onSession: (session: TerminalSession | undefined) => void
  readonly onClose: () => void
  readonly onLeave: () => void
}

export function TerminalView(props: TerminalViewProps) {
  const { spaceId, name, visible, onClose } = props
  const host = useRef<HTMLDivElement>(null)
  const [searching, setSearching] = useState(false)
  const session = useSession(props, host, () => setSearching(true))
  useEffect(() => {
    session?.show(visible)
    if (visible) session?.focus()
  }, [session, visible])
  const startAgain = () => {
    // The ended one is put away first, so that the name is free; when it is gone already, all the better.
    call('DELETE /spaces/:id/terminals/:name', { params: { id: spaceId, name } })
      .catch(() => undefined)
      .then(() => {
        session?.startAgain()
        return queryClient.invalidateQueries({ queryKey: keys.terminals(spaceId) })
      })
      .catch(() => undefined)
  }
  return (
    <section
      aria-label={words.terminal.name(name)}
      // What is typed for a shell that has ended meanwhile must not become commands to the page.
      data-own-keys
      className={cx('absolute inset-0 flex flex-col', !visible && 'invisible')}
    >
      <div className="relative min-h-0 grow">
        <div className="terminal-host absolute inset-y-0 right-0 left-0" ref={host} />
        {session && <Letterbox host={host} session={session} />}
        {session && <Overlay onClose={onClose} onStartAgain={startAgain} session={session} />}
        {session && searching && (
          <SearchBar
            onClose={() => {
              setSearching(false)
              session.focus()
            }}
            session={session}
          />
        )}
      </div>
      {session && !props.watching && <KeyRow session={session} />}
    </section>
  )
}

function useSession(
  { spaceId, name, label, watching, onSession, onLeave }: TerminalViewProps,
  host: RefObject<HTMLDivElement | null>,
  onSearch: () => void,
): TerminalSession | undefined {
  const [session, setSession] = useState<TerminalSession>()
  const tell = useEffectEvent(onSession)
  const search = useEffectEvent(onSearch)
  const leave = useEffectEvent(onLeave)
  useEffect(() => {
    if (!host.current) return
    const opened = new TerminalSession(
      { spaceId, name, label, watching, onSearch: () => search(), onLeave: () => leave() },
      host.current,
    )
    setSession(opened)
    tell(opened)
    return () => {
      opened.close()
      setSession(undefined)
      tell(undefined)
    }
  }, [spaceId, name, label, watching, host])
  return session
}

interface LetterboxProps {
  readonly session: TerminalSession
  readonly host: RefObject<HTMLDivElement | null>
}

/** Says why the screen is smaller or larger than its place. */
function Letterbox({ session, host }: LetterboxProps) {
  const { sizes, connection } = session
  const { shown, fitting } = useSyncExternalStore(sizes.subscribe, sizes.get)
  const state = useSyncExternalStore(connection.state.subscribe, connection.state.get)
  const viewers = useSyncExternalStore(connection.viewers.subscribe, connection.viewers.get)
  const fits = shown.cols === fitting.cols && shown.rows === fitting.rows
  const boxed = !fits && viewers.count > 1 && state.kind === 'connected'
  useEffect(() => {
    host.current?.toggleAttribute('data-boxed', boxed)
  }, [host, boxed])
  if (!boxed) return null
  return (
    <p className="absolute right-3 bottom-2 rounded border bg-raised px-2 py-1 text-ink-2 text-xs">
      {words.terminal.sizedElsewhere(shown.cols, shown.rows)}
    </p>
  )
}

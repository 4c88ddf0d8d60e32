// Where one is signed in.

import { Monitor, Smartphone, SquareTerminal } from 'lucide-react'
import type { SessionInfo } from '#protocol/api/people.ts'
import { useEndSession, useSessions } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Loading } from '../parts/loading.tsx'
import { Moment } from '../parts/moment.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toastError } from '../parts/toast.ts'
import { words } from '../words.ts'
import { clientName } from './client-name.ts'

const text = words.account

export function SessionList() {
  const sessions = useSessions()
  if (sessions.isPending) return <Loading label={text.sessionsLoading} />
  if (sessions.error) {
    return <ErrorNotice error={sessions.error} retry={() => void sessions.refetch()} />
  }
  return (
    <ul>
      {sessions.data.map((session) => (
        <Session key={session.id} session={session} />
      ))}
    </ul>
  )
}

const icons = { phone: Smartphone, computer: Monitor, program: SquareTerminal } as const

function Session({ session }: { readonly session: SessionInfo }) {
  const end = useEndSession()
  const { kind, name } = clientName(session.client)
  const Icon = icons[kind]
  return (
    <li className="flex min-h-12 items-center gap-3 border-b py-1.5 text-sm last:border-b-0">
      <Icon aria-hidden="true" className="shrink-0 text-ink-3" size={18} />
      <div className="min-w-0 grow">
        <p className="truncate">
          {name}
          {session.current && (
            <span className="ml-2 rounded bg-accent-soft px-1.5 text-accent text-xs">
              {text.thisOne}
            </span>
          )}
        </p>
        <p className="tabular text-ink-3 text-xs">
          <span className="font-mono">{session.address}</span>, <Moment at={session.createdAt} />
        </p>
      </div>
      {!session.current && (
        <Button
          aria-label={text.endNamed(name)}
          onClick={() => end.mutate(session.id, { onError: toastError })}
          small
        >
          {text.end}
        </Button>
      )}
    </li>
  )
}

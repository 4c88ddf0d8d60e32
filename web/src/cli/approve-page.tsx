// Where a person says that a program on a machine of theirs may act as them. The login's id stands behind the #, so
// that it is sent to nobody and stays out of logs.

import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { Me } from '#protocol/api/people.ts'
import { useDecideLogin, usePendingLogin } from '../api/logins.ts'
import { meQuery } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { Go } from '../parts/go.tsx'
import { Loading } from '../parts/loading.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { Bare } from '../session/bare.tsx'
import { loginFrom } from '../session/return-to.ts'
import { words } from '../words.ts'

const text = words.approve
/** Sixteen bytes in base64url, as the server makes them. */
const ID = /^[\w-]{22}$/

export function ApprovePage() {
  const me = useQuery(meQuery)
  const [id] = useState(() => window.location.hash.slice(1))
  if (me.data === null) return <Go href={loginFrom} />
  return (
    <Bare lead={ID.test(id) ? text.lead : ''} title={text.title} wide>
      {me.isPending && <Loading label={text.loading} />}
      {me.error && <ErrorNotice error={me.error} retry={() => void me.refetch()} />}
      {me.data && (ID.test(id) ? <Decision id={id} me={me.data} /> : <Told {...text.noId} />)}
    </Bare>
  )
}

function Decision({ id, me }: { readonly id: string; readonly me: Me }) {
  const login = usePendingLogin(id)
  const decide = useDecideLogin(id)
  if (decide.data === 'approve') return <Told {...text.approved} />
  if (decide.data === 'refuse') return <Told {...text.refused} />
  if (login.error) return <ErrorNotice error={login.error} />
  if (!login.data) return <Loading label={text.loading} />
  const { code, name, address } = login.data
  return (
    <div className="flex flex-col gap-5">
      <div>
        <p className="text-ink-2 text-sm">{text.code}</p>
        <p className="mt-1 font-mono font-semibold text-2xl tracking-[0.08em]">{code}</p>
      </div>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-sm">
        <Fact label={text.name}>{name}</Fact>
        <Fact label={text.address}>{address}</Fact>
        <Fact label={text.you}>{me.user.username}</Fact>
      </dl>
      <Advice>{text.warning}</Advice>
      {decide.error && <ErrorNotice error={decide.error} />}
      <div className="flex flex-wrap gap-2">
        <Button busy={decide.isPending} kind="primary" onClick={() => decide.mutate('approve')}>
          {text.approve}
        </Button>
        <Button disabled={decide.isPending} onClick={() => decide.mutate('refuse')}>
          {text.refuse}
        </Button>
      </div>
    </div>
  )
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  )
}

interface ToldProps {
  readonly title: string
  readonly text: string
}

function Told({ title, text: said }: ToldProps) {
  return (
    <div role="status">
      <p className="font-medium">{title}</p>
      <p className="mt-1 text-ink-2 text-sm">{said}</p>
    </div>
  )
}

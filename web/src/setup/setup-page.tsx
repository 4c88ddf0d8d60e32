// The first run. One page: three fields, then the starter templates with what each contains; it ends in the form for
// the first space.

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { meQuery, setupQuery } from '../api/session.ts'
import { buttonClass } from '../parts/button.tsx'
import { Go } from '../parts/go.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { Bare } from '../session/bare.tsx'
import { words } from '../words.ts'
import { AccountStep } from './account-step.tsx'
import { StartersStep } from './starters-step.tsx'

const text = words.setup

/** The token stands behind the #, so that it is sent to nobody and stays out of logs. */
function readToken(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''
}

export function SetupPage() {
  const setup = useQuery(setupQuery)
  const me = useQuery(meQuery)
  const [token] = useState(readToken)
  const [made, setMade] = useState(false)
  // Who has just set it up goes on to the templates, although set-up is now done.
  const [began, setBegan] = useState(false)
  if (setup.data?.needed && !began) setBegan(true)
  if (made || (began && me.data)) {
    return (
      <Bare lead={text.startersLead} title={text.startersTitle} wide>
        <StartersStep />
      </Bare>
    )
  }
  if (setup.data && !setup.data.needed && me.data) return <Go href={() => '/spaces'} />
  return (
    <Bare lead={setup.data?.needed && token ? text.lead : ''} title={text.title} wide>
      {setup.isPending && <Loading label={text.loading} />}
      {setup.error && <ErrorNotice error={setup.error} retry={() => void setup.refetch()} />}
      {setup.data && !setup.data.needed && <Told {...text.done} action={<SignIn />} />}
      {setup.data?.needed && !token && <Told {...text.noToken} />}
      {setup.data?.needed && token && <AccountStep onMade={() => setMade(true)} token={token} />}
    </Bare>
  )
}

interface ToldProps {
  readonly title: string
  readonly text: string
  readonly action?: ReactNode
}

function Told({ title, text: said, action }: ToldProps) {
  return (
    <div>
      <p className="font-medium">{title}</p>
      <p className="mt-1 text-ink-2 text-sm">{said}</p>
      {action && <div className="mt-4">{action}</div>}
    </div>
  )
}

function SignIn() {
  return (
    <Link className={buttonClass('primary')} to="/login">
      {text.signIn}
    </Link>
  )
}

// What a one-time link leads to: an account of one's own, or a new password.

import { Link } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { OpenedInvitation } from '#protocol/api/invitations.ts'
import { useAcceptInvitation, useOpenedInvitation } from '../api/invitation.ts'
import { Button, buttonClass } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Go } from '../parts/go.tsx'
import { Loading } from '../parts/loading.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { Bare } from './bare.tsx'
import { passwordProblem, userNameProblem } from './checks.ts'
import { PasswordField } from './password-field.tsx'

const text = words.invitation

/** The token stands behind the #, so that it is sent to nobody and stays out of logs. */
function readToken(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''
}

export function InvitationPage() {
  const [token] = useState(readToken)
  const [done, setDone] = useState<'joined' | 'reset'>()
  const opened = useOpenedInvitation(token)
  if (done === 'joined') return <Go href={() => '/spaces'} />
  if (done === 'reset') return <Told {...text.reset} action={<SignIn />} />
  if (token === '') return <Told {...text.noToken} action={<SignIn kind="plain" />} />
  const { data } = opened
  return (
    <Bare lead={leadOf(data)} title={data?.purpose === 'reset' ? text.titleReset : text.title}>
      {opened.isPending && <Loading label={text.loading} />}
      {opened.error && (
        <>
          <ErrorNotice className="mb-4" error={opened.error} />
          <SignIn kind="plain" />
        </>
      )}
      {data?.purpose === 'invitation' && (
        <Join onDone={() => setDone('joined')} opened={data} token={token} />
      )}
      {data?.purpose === 'reset' && <Reset onDone={() => setDone('reset')} token={token} />}
    </Bare>
  )
}

function leadOf(opened: OpenedInvitation | undefined): string {
  if (!opened) return ''
  if (opened.purpose === 'reset') return text.leadReset(opened.username ?? '')
  return opened.invitedBy === '' ? text.leadNobody : text.lead(opened.invitedBy)
}

interface FormProps {
  readonly token: string
  readonly onDone: () => void
}

function Join({ token, opened, onDone }: FormProps & { readonly opened: OpenedInvitation }) {
  const [username, setUsername] = useState(opened.username ?? '')
  const [displayName, setDisplayName] = useState('')
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)
  const accept = useAcceptInvitation()
  const problems = { username: userNameProblem(username), password: passwordProblem(password) }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (problems.username || problems.password) return
    accept.mutate({ token, username, displayName, password }, { onSuccess: onDone })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      <TextField
        autoComplete="username"
        autoFocus
        error={checked ? problems.username : undefined}
        help={words.setup.usernameHelp}
        label={words.setup.username}
        onValue={(value) => setUsername(value.toLowerCase())}
        value={username}
      />
      <TextField
        autoCapitalize="words"
        autoComplete="name"
        label={words.setup.displayName}
        onValue={setDisplayName}
        optional={words.newSpace.optional}
        value={displayName}
      />
      <Password
        error={checked ? problems.password : undefined}
        onValue={setPassword}
        value={password}
      />
      {accept.error && <ErrorNotice error={accept.error} />}
      <Button busy={accept.isPending} className="mt-1 sm:h-9" kind="primary" type="submit">
        {text.join}
      </Button>
    </form>
  )
}

function Reset({ token, onDone }: FormProps) {
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState(false)
  const accept = useAcceptInvitation()
  const problem = passwordProblem(password)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (!problem) accept.mutate({ token, password }, { onSuccess: onDone })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      <Password error={checked ? problem : undefined} onValue={setPassword} value={password} />
      {accept.error && <ErrorNotice error={accept.error} />}
      <Button busy={accept.isPending} className="mt-1 sm:h-9" kind="primary" type="submit">
        {text.set}
      </Button>
    </form>
  )
}

interface PasswordProps {
  readonly error: string | undefined
  readonly value: string
  readonly onValue: (value: string) => void
}

const Password = (props: PasswordProps) => (
  <PasswordField
    {...props}
    autoComplete="new-password"
    help={words.setup.passwordHelp}
    label={text.password}
  />
)

interface ToldProps {
  readonly title: string
  readonly text: string
  readonly action?: ReactNode
}

function Told({ title, text: said, action }: ToldProps) {
  return (
    <Bare title={title}>
      <p className="text-ink-2 text-sm">{said}</p>
      {action && <div className="mt-4">{action}</div>}
    </Bare>
  )
}

function SignIn({ kind = 'primary' }: { readonly kind?: 'primary' | 'plain' }) {
  return (
    <Link className={buttonClass(kind)} to="/login">
      {text.signIn}
    </Link>
  )
}

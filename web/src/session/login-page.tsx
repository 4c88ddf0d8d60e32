// Signing in.

import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { meQuery, setupQuery, useLogin } from '../api/session.ts'
import { RequestError } from '../net/request.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Go } from '../parts/go.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { Bare } from './bare.tsx'
import { PasswordField } from './password-field.tsx'
import { returnTo } from './return-to.ts'

const route = getRouteApi('/login')

const isCodeNeeded = (error: unknown): boolean =>
  error instanceof RequestError && error.code === 'second_factor_needed'

export function LoginPage() {
  const me = useQuery(meQuery)
  const setup = useQuery(setupQuery)
  const { to } = route.useSearch()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [asked, setAsked] = useState(false)
  const login = useLogin()
  if (me.data) return <Go href={() => returnTo(to)} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // Once one is signed in, the page is drawn again and goes on.
    const given = asked ? { code: code.trim() } : {}
    login.mutate(
      { username: username.trim().toLowerCase(), password, ...given },
      { onError: (error) => isCodeNeeded(error) && setAsked(true) },
    )
  }
  return (
    <Bare title={words.login.title}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {setup.data?.needed && <Advice>{words.login.setupNeeded}</Advice>}
        <TextField
          autoComplete="username"
          autoFocus
          label={words.login.username}
          onValue={setUsername}
          required
          value={username}
        />
        <PasswordField
          autoComplete="current-password"
          label={words.login.password}
          onValue={setPassword}
          value={password}
        />
        {asked && (
          <TextField
            autoComplete="one-time-code"
            autoFocus
            help={words.factor.loginHelp}
            label={words.factor.loginCode}
            mono
            onValue={setCode}
            value={code}
          />
        )}
        {login.error && !(isCodeNeeded(login.error) && asked) && (
          <ErrorNotice error={login.error} />
        )}
        <Button
          busy={login.isPending}
          className="mt-1 sm:h-9"
          disabled={username === '' || password === '' || (asked && code.trim() === '')}
          kind="primary"
          type="submit"
        >
          {words.login.submit}
        </Button>
      </form>
      {!login.error && <p className="mt-4 text-ink-3 text-xs">{words.login.forgotten}</p>}
    </Bare>
  )
}

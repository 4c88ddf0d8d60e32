// Signing in.

import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { meQuery, setupQuery, useLogin } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { Go } from '../parts/go.tsx'
import { Advice, ErrorNotice } from '../parts/notice.tsx'
import { words } from '../words.ts'
import { Bare } from './bare.tsx'
import { PasswordField } from './password-field.tsx'
import { returnTo } from './return-to.ts'

const route = getRouteApi('/login')

export function LoginPage() {
  const me = useQuery(meQuery)
  const setup = useQuery(setupQuery)
  const { to } = route.useSearch()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const login = useLogin()
  if (me.data) return <Go href={() => returnTo(to)} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    // Once one is signed in, the page is drawn again and goes on.
    login.mutate({ username: username.trim().toLowerCase(), password })
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
        {login.error && <ErrorNotice error={login.error} />}
        <Button
          busy={login.isPending}
          className="mt-1 h-9"
          disabled={username === '' || password === ''}
          kind="primary"
          type="submit"
        >
          {words.login.submit}
        </Button>
      </form>
      <p className="mt-4 text-ink-3 text-xs">{words.login.forgotten}</p>
    </Bare>
  )
}

// The administrator's three fields.

import { type FormEvent, useState } from 'react'
import { useSetup } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { TextField } from '../parts/field.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { passwordProblem, userNameProblem } from '../session/checks.ts'
import { PasswordField } from '../session/password-field.tsx'
import { words } from '../words.ts'

interface AccountStepProps {
  readonly token: string
  readonly onMade: () => void
}

export function AccountStep({ token, onMade }: AccountStepProps) {
  const text = words.setup
  const [username, setUsername] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [password, setPassword] = useState('')
  const [checked, setChecked] = useState({ username: false, password: false })
  const setup = useSetup()
  const problems = { username: userNameProblem(username), password: passwordProblem(password) }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked({ username: true, password: true })
    if (problems.username || problems.password) return
    setup.mutate({ token, username, displayName, password, starters: [] }, { onSuccess: onMade })
  }
  return (
    <form className="flex flex-col gap-4" noValidate onSubmit={submit}>
      <TextField
        autoComplete="username"
        autoFocus
        error={checked.username ? problems.username : undefined}
        help={text.usernameHelp}
        label={text.username}
        onBlur={() => username !== '' && setChecked((before) => ({ ...before, username: true }))}
        onValue={(value) => setUsername(value.toLowerCase())}
        value={username}
      />
      <TextField
        autoCapitalize="words"
        autoComplete="name"
        label={text.displayName}
        onValue={setDisplayName}
        optional={words.newSpace.optional}
        value={displayName}
      />
      <PasswordField
        autoComplete="new-password"
        error={checked.password ? problems.password : undefined}
        help={text.passwordHelp}
        label={text.password}
        onBlur={() => password !== '' && setChecked((before) => ({ ...before, password: true }))}
        onValue={setPassword}
        value={password}
      />
      {setup.error && <ErrorNotice error={setup.error} />}
      <Button
        busy={setup.isPending}
        className="mt-1 sm:h-9 self-start sm:px-4"
        kind="primary"
        type="submit"
      >
        {text.next}
      </Button>
    </form>
  )
}

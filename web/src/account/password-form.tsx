// Changes one's own password; all other sessions end with it.

import { type FormEvent, useState } from 'react'
import { usePassword } from '../api/session.ts'
import { Button } from '../parts/button.tsx'
import { ErrorNotice } from '../parts/notice.tsx'
import { toast } from '../parts/toast.ts'
import { passwordProblem } from '../session/checks.ts'
import { PasswordField } from '../session/password-field.tsx'
import { words } from '../words.ts'

const text = words.account

export function PasswordForm({ username }: { readonly username: string }) {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [checked, setChecked] = useState(false)
  const change = usePassword()
  const problem = passwordProblem(next)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (problem || current === '') return
    change.mutate(
      { current, next },
      {
        onSuccess: () => {
          setCurrent('')
          setNext('')
          setChecked(false)
          toast({ text: text.changed, tone: 'good' })
        },
      },
    )
  }
  return (
    <form className="flex max-w-sm flex-col gap-4" noValidate onSubmit={submit}>
      {/* Password managers want to know whose it is. */}
      <input autoComplete="username" className="hidden" name="username" readOnly value={username} />
      <PasswordField
        autoComplete="current-password"
        error={checked && current === '' ? words.checks.required : undefined}
        label={text.current}
        onValue={setCurrent}
        value={current}
      />
      <PasswordField
        autoComplete="new-password"
        error={checked ? problem : undefined}
        help={words.setup.passwordHelp}
        label={text.next}
        onValue={setNext}
        value={next}
      />
      {change.error && <ErrorNotice error={change.error} />}
      <Button busy={change.isPending} className="self-start" type="submit">
        {text.change}
      </Button>
    </form>
  )
}
